import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { GrowingFile } from "../../runs/growing-file.js";
import { numberOf } from "../table.js";

/** Texts of each row, one of each column that is kept; null where there is none. */
export type CellRow = readonly (string | null)[];

/** What is kept of columns whose names or texts become numbers when the split is known. */
export interface CellsManifest {
  /** Their modalities. */
  modalities: readonly string[];
  /** Of each: true where all cells are numbers, which are names as numbers are written. */
  numbers: readonly boolean[];
  parts: readonly { bytes: number; crc: number }[];
}

/** Texts that are damaged. */
export class DamagedCells extends Error {
  constructor(path: string) {
    super(`${path} is damaged; remove its folder, which is made anew then`);
  }
}

/** Characters of a part, about. */
const partLength = 2 ** 19;

/** Writes texts row by row. */
export class CellsWriter {
  private readonly parts: { bytes: number; crc: number }[] = [];
  private rows: CellRow[] = [];
  private length = 0;

  private constructor(private readonly file: GrowingFile) {}

  static async open(path: string): Promise<CellsWriter> {
    return new CellsWriter(await GrowingFile.open(path));
  }

  /** @param columns the cells of each */
  async add(rows: number, columns: readonly CellRow[]): Promise<void> {
    for (let row = 0; row < rows; row++) {
      const own = columns.map((cells) => cells[row] ?? null);
      this.rows.push(own);
      for (const cell of own) this.length += (cell?.length ?? 0) + 8;
      if (this.length >= partLength) await this.flush();
    }
  }

  private async flush(): Promise<void> {
    const part = Buffer.from(JSON.stringify(this.rows));
    await this.file.write(part);
    this.parts.push({ bytes: part.length, crc: crc32(part) });
    this.rows = [];
    this.length = 0;
  }

  async end(): Promise<CellsManifest["parts"]> {
    if (this.rows.length > 0) await this.flush();
    await this.file.commit();
    return this.parts;
  }

  async discard(): Promise<void> {
    await this.file.discard();
  }
}

/**
 * All rows, some at a time.
 * @throws DamagedCells
 */
export async function* readCells(path: string, { parts }: CellsManifest): AsyncGenerator<readonly CellRow[]> {
  const file = await open(path).catch(() => {
    throw new DamagedCells(path);
  });
  try {
    let at = 0;
    for (const { bytes, crc } of parts) {
      const part = Buffer.alloc(bytes);
      for (let read = 0; read < bytes;) {
        const { bytesRead } = await file.read(part, read, bytes - read, at + read);
        if (bytesRead === 0) throw new DamagedCells(path);
        read += bytesRead;
      }
      if (crc32(part) !== crc) throw new DamagedCells(path);
      yield JSON.parse(part.toString()) as CellRow[];
      at += bytes;
    }
  } finally {
    await file.close();
  }
}

/** Watches whether all cells of a column are numbers, as reading it at once would find. */
export class CellKind {
  numbers = true;
  /** The first that may be a name or may be missing. */
  either: { row: number; value: string } | undefined;

  /**
   * @param rowOf row of the source at a position of the column
   * @param asWritten false where the file itself says whether it has texts or numbers
   */
  add(
    cells: CellRow,
    rowOf: (position: number) => number,
    kind: "text" | "numeric",
    asWritten: boolean,
  ): void {
    if (kind === "text" && !asWritten) this.numbers = false;
    if (kind === "numeric") return;
    for (let i = 0; this.numbers && i < cells.length; i++) {
      const value = cells[i];
      if (value === null || value === undefined) continue;
      const number = numberOf(value);
      if (number === undefined) this.numbers = false;
      else if (Number.isNaN(number)) this.either ??= { row: rowOf(i), value };
    }
  }
}
