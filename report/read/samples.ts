import { access } from "node:fs/promises";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { readNpz } from "../../runtime/data/npz.js";
import type { NumericColumn } from "../../runtime/data/table.js";
import { atoms, type Column, type ModalityContent } from "../content.js";
import { RunProblem } from "./problem.js";

/** Rows of pid.parquet by column. */
export class SampleTable {
  constructor(
    readonly size: number,
    private readonly rows: readonly Record<string, unknown>[],
    readonly names: ReadonlySet<string>,
  ) {}

  numbers(name: string): Float32Array {
    return Float32Array.from(this.rows, (row) => (row[name] === null ? NaN : Number(row[name])));
  }

  integers(name: string): Int32Array {
    return Int32Array.from(this.rows, (row) => Number(row[name]));
  }

  texts(name: string): string[] {
    return this.rows.map((row) => String(row[name] ?? ""));
  }
}

/** @throws RunProblem */
export async function readSampleTable(folder: string): Promise<SampleTable> {
  const path = join(folder, "pid.parquet");
  try {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    return new SampleTable(rows.length, rows, new Set(Object.keys(rows[0] ?? {})));
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message;
    throw new RunProblem(`${path}: ${reason}. \`mmspec evaluate ${folder}\` writes it.`);
  }
}

/** Positions of texts in a list; -1 for what isn't in it. */
export function positionsIn(list: readonly string[], texts: readonly string[]): Int32Array {
  const positions = new Map(list.map((text, i) => [text, i]));
  return Int32Array.from(texts, (text) => positions.get(text) ?? -1);
}

/** Columns of one measure: atom k:r ... and its error k:r_error ... */
export function measureColumns(table: SampleTable, k: number, suffix: string): Column[] {
  return atoms.flatMap((atom) => [
    { name: `${k}:${atom}`, values: table.numbers(atom + suffix) },
    ...(table.names.has(`${atom}_error${suffix}`)
      ? [{ name: `${k}:${atom}_error`, values: table.numbers(`${atom}_error${suffix}`) }]
      : []),
  ]);
}

/** Values of all probabilities together that a report holds: more would make it too large to open. */
const mostProbabilities = 4_000_000;

export interface HeldOut {
  /** Probabilities and what is present, row i being sample i. */
  columns: Column[];
  /** `kept`: the samples whose inputs there are; `input:NAME` of each, `range:NAME` where a value is a byte. */
  inputs: Column[];
  kept: number;
  shapes: Record<string, number[]>;
  note?: string;
}

/** held-out.npz, which runs of earlier versions lack. @throws RunProblem when it belongs to other samples than pid.parquet */
export async function readHeldOut(folder: string, index: Int32Array): Promise<HeldOut> {
  const path = join(folder, "held-out.npz");
  const nothing = { columns: [], inputs: [], kept: 0, shapes: {} };
  if (!(await exists(path))) {
    return {
      ...nothing,
      note: "This run has no held-out.npz; mmspec evaluate writes it, with the samples' inputs.",
    };
  }
  const { columns: arrays } = await readNpz(path).catch((error: unknown) => {
    throw new RunProblem(
      `${path}: ${(error as Error).message}. \`mmspec evaluate ${folder}\` writes it anew.`,
    );
  });
  const array = (name: string) => arrays.get(name) as NumericColumn | undefined;
  const found = Int32Array.from(array("index")?.values ?? []);
  if (found.length !== index.length || found.some((row, i) => row !== index[i])) {
    throw new RunProblem(
      `${path}: its samples are not those of pid.parquet. \`mmspec evaluate ${folder}\` writes both anew.`,
    );
  }
  const columns: Column[] = [];
  const inputs: Column[] = [];
  const shapes: Record<string, number[]> = {};
  const probabilities = array("probabilities")?.values ?? [];
  for (const [name, column] of arrays) {
    const { values, shape } = column as NumericColumn;
    const [, role = name, modality = ""] = /^(present|alone|input|range)_(.+)$/.exec(name) ?? [];
    if (role === "kept") inputs.push({ name: "kept", values: Int32Array.from(values) });
    if (role === "input") {
      shapes[modality] = shape;
      const bytes = arrays.has(`range_${modality}`);
      inputs.push({
        name: `input:${modality}`,
        values: bytes ? Uint8Array.from(values) : Float32Array.from(values),
      });
    }
    if (role === "range") inputs.push({ name: `range:${modality}`, values: Float32Array.from(values) });
    if (role === "present") columns.push({ name: `present:${modality}`, values: Uint8Array.from(values) });
    const fits = probabilities.length <= mostProbabilities;
    if (role === "alone" && fits)
      columns.push({ name: `alone:${modality}`, values: Float32Array.from(values) });
    if (role === "probabilities" && fits)
      columns.push({ name: "probabilities", values: Float32Array.from(values) });
  }
  const kept = array("kept")?.values.length ?? 0;
  const note =
    kept < index.length
      ? `The run kept the inputs of ${kept} of ${index.length} samples, evenly spaced: all would have taken more than 32 MiB.`
      : undefined;
  return { columns, inputs, kept, shapes, ...(note !== undefined && { note }) };
}

/** Modalities where no spec says them: what held-out.npz has. */
export function modalitiesOf(shapes: Record<string, number[]>): ModalityContent[] {
  return Object.entries(shapes).map(([name, shape]) => ({
    name,
    shape,
    kind: shape.length === 3 ? "image" : shape.length === 2 ? "sequence" : "vector",
  }));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
