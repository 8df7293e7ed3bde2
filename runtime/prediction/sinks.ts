import { extname } from "node:path";
import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { csvField } from "../runs/csv-field.js";
import { GrowingFile } from "../runs/growing-file.js";
import type { ParquetColumn } from "../runs/index.js";
import { UsageError } from "../session/options.js";

/** Where predictions go, block by block. */
export interface Sink {
  write(columns: readonly ParquetColumn[]): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** What takes a sink's bytes. */
interface Target extends Pick<Sink, "commit" | "discard"> {
  write(data: string | Uint8Array): Promise<void>;
}

type Format = (file: Target) => Sink;

const formats: ReadonlyMap<string, Format> = new Map([
  [".csv", csvSink],
  [".jsonl", jsonLinesSink],
  [".parquet", parquetSink],
]);

/**
 * Opens a file by its ending; it is there under its name only when `commit` has been called.
 * @throws UsageError when nothing is known of the ending, or it can't be written
 */
export async function openSink(path: string): Promise<Sink> {
  const format = formats.get(extname(path).toLowerCase());
  if (format === undefined)
    throw new UsageError(`${path}: predictions are written as ${[...formats.keys()].join(", ")}.`);
  const file = await GrowingFile.open(path).catch((error: unknown) => {
    throw new UsageError((error as Error).message);
  });
  return format(file);
}

/** The terminal, or what it is piped into. */
export function standardOutput(json: boolean): Sink {
  const format = json ? jsonLinesSink : csvSink;
  const nothing = async () => undefined;
  return format({
    write: (data) =>
      new Promise((done, failed) => process.stdout.write(data, (error) => (error ? failed(error) : done()))),
    commit: nothing,
    discard: nothing,
  });
}

/** A float32 with as many digits as tell it from its neighbours; nothing for NaN. */
function plain(value: number | string | null | undefined, column: ParquetColumn): number | string | null {
  if (column.type !== "float") return value ?? null;
  return typeof value === "number" && Number.isFinite(value) ? Number(value.toPrecision(9)) : null;
}

function csvSink(file: Target): Sink {
  let begun = false;
  return {
    commit: () => file.commit(),
    discard: () => file.discard(),
    async write(columns) {
      const lines = begun ? [] : [columns.map(({ name }) => csvField(name)).join(",")];
      begun = true;
      const rows = columns[0]?.values.length ?? 0;
      for (let i = 0; i < rows; i++)
        lines.push(
          columns.map((column) => csvField(String(plain(column.values[i], column) ?? ""))).join(","),
        );
      await file.write(`${lines.join("\n")}\n`);
    },
  };
}

function jsonLinesSink(file: Target): Sink {
  return {
    commit: () => file.commit(),
    discard: () => file.discard(),
    async write(columns) {
      const rows = columns[0]?.values.length ?? 0;
      let lines = "";
      for (let i = 0; i < rows; i++) {
        const row = columns.map((column) => [column.name, plain(column.values[i], column)] as const);
        lines += `${JSON.stringify(Object.fromEntries(row))}\n`;
      }
      await file.write(lines);
    },
  };
}

/** A block is a row group: int as INT32, float as DOUBLE, text as UTF-8. */
function parquetSink(file: Target): Sink {
  const bytes = new ByteWriter();
  let writer: ParquetWriter | undefined;
  const flush = async () => {
    await file.write(new Uint8Array(bytes.buffer, 0, bytes.index).slice());
    // The offset goes on counting, the buffer begins anew.
    bytes.index = 0;
  };
  const begin = (columns: readonly ParquetColumn[]) => {
    const types = { int: "INT32", float: "DOUBLE", text: "BYTE_ARRAY" } as const;
    const schema: SchemaElement[] = [
      { name: "root", num_children: columns.length },
      ...columns.map((column): SchemaElement => ({
        name: column.name,
        type: types[column.type],
        repetition_type: column.type !== "text" && column.gaps === true ? "OPTIONAL" : "REQUIRED",
        ...(column.type === "text" && { converted_type: "UTF8" }),
      })),
    ];
    const units = columns.flatMap((column) =>
      column.type !== "text" && column.unit !== undefined ? [[column.name, column.unit] as const] : [],
    );
    const kvMetadata = [{ key: "units", value: JSON.stringify(Object.fromEntries(units)) }];
    return new ParquetWriter({ writer: bytes, schema, kvMetadata });
  };
  return {
    discard: () => file.discard(),
    async commit() {
      await writer?.finish();
      await flush();
      await file.commit();
    },
    async write(columns) {
      writer ??= begin(columns);
      const columnData = columns.map(({ name, values }) => ({
        name,
        data: Array.from(values as ArrayLike<unknown>),
      }));
      await writer.write({ columnData, rowGroupSize: columns[0]?.values.length ?? 1 });
      await flush();
    },
  };
}
