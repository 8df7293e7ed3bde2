import { version } from "../../compiler/index.js";
import type { ModalityContent } from "../../report/content.js";
import type { ShownSample } from "../../report/look-content.js";
import { lookPageOf, modalitiesIn } from "../../report/read/index.js";
import { evenly, type InputColumn, type LookInput } from "../../runtime/data/look/index.js";
import { invert } from "../../runtime/data/transforms/invert.js";
import type { Looked } from "./looks.js";
import { size } from "../../runtime/data/size.js";

/** Samples of each class that are shown, classes, and samples of other targets. */
const ofClass = 6;
const mostClasses = 20;
const mostSamples = 24;

/** The page of what was found. */
export function lookPage(looked: Looked): Promise<string> {
  const { look, input, of } = looked;
  const rows = shownRows(input);
  const { modalities, inputs, lacks } = of === undefined ? tableRows(input, rows) : modelRows(of, rows);
  const partOf = new Map(
    input.parts.flatMap(({ name, rows }) => [...rows].map((row) => [row, name] as const)),
  );
  const shown = rows.map((row, i): ShownSample => {
    const part = partOf.get(row);
    return { row, ...(part !== undefined && { part }), answer: answerOf(input, row), lacks: lacks[i] ?? [] };
  });
  const columns = inputs.map((values, m) => ({ name: `input:${modalities[m]?.name}`, values }));
  const model = of && { model: of.ir.name };
  return lookPageOf({ ...model, ...look, mmspec: version, modalities, shown }, columns);
}

/** Some samples of each class, those of a class side by side. */
function shownRows({ target, size }: LookInput): number[] {
  const all = Array.from({ length: size }, (_, i) => i);
  if (target?.labels === undefined) return evenly(all, mostSamples);
  const { labels, outputs } = target;
  return outputs.slice(0, mostClasses).flatMap((_, k) =>
    evenly(
      all.filter((row) => labels[row] === k),
      ofClass,
    ),
  );
}

function answerOf({ target }: LookInput, row: number): string {
  if (target === undefined) return "";
  const { kind, labels, values, outputs } = target;
  if (labels !== undefined) return outputs[labels[row] as number] ?? "unknown";
  const own = outputs.map((_, k) => values?.[row * outputs.length + k] ?? NaN);
  if (kind === "multilabel") return outputs.filter((_, k) => own[k] === 1).join(", ") || "none";
  return own.map((value) => String(+value.toPrecision(4))).join(", ");
}

interface Rows {
  modalities: ModalityContent[];
  /** Of each modality, [samples, width]. */
  inputs: Float32Array[];
  /** Of each sample. */
  lacks: string[][];
}

/** The modalities of a model, as they were before its transforms. */
function modelRows({ ir, splits, columns }: NonNullable<Looked["of"]>, rows: readonly number[]): Rows {
  const parts = [splits.train, splits.validation, splits.test, splits.outside].filter(
    (part) => part !== undefined,
  );
  const places = new Map(
    parts.flatMap((part) => [...part.index].map((row, i) => [row, { part, i }] as const)),
  );
  const lacks: string[][] = rows.map(() => []);
  const modalities = modalitiesIn(ir, splits.names ?? {});
  const inputs = modalities.map(({ name, shape }) => {
    const width = size(shape);
    const values = new Float32Array(rows.length * width);
    const binding = columns.modalities[name];
    rows.forEach((row, r) => {
      const { part, i } = places.get(row) ?? {};
      if (part === undefined || i === undefined) return;
      if (part.present[name]?.[i] === 0) lacks[r]?.push(name);
      for (let j = 0; j < width; j++) {
        const value = part.inputs[name]?.[i * width + j] as number;
        values[r * width + j] = binding ? invert(value, j, binding, splits.statistics?.[name]) : value;
      }
    });
    return values;
  });
  return { modalities, inputs, lacks };
}

/** Columns that a page has room for, and rows of names. */
const mostColumns = 30;

/** The rows of a bare file: its single values as a table, each column of several numbers by its shape. */
function tableRows({ columns }: LookInput, rows: readonly number[]): Rows {
  const single = columns
    .filter(({ role, shape }) => role !== "target" && shape.length === 0)
    .slice(0, mostColumns);
  const wide = columns
    .filter(({ role, shape }) => role !== "target" && shape.length > 0)
    .slice(0, mostColumns);
  const names = single.map(({ texts }) => texts && [...new Set(rows.map((row) => texts[row] ?? ""))]);
  const table = new Float32Array(rows.length * single.length);
  rows.forEach((row, r) =>
    single.forEach(({ numbers, texts }, c) => {
      const value = texts ? (names[c]?.indexOf(texts[row] ?? "") ?? 0) : (numbers?.[row] as number);
      table[r * single.length + c] = value;
    }),
  );
  const about = single.map(({ name }, c) => ({ name, ...(names[c] && { names: names[c] }) }));
  const values = wide.map((column) => rowsOf(column, rows));
  return {
    modalities: [
      ...(single.length > 0 ? [{ name: "row", kind: "table", shape: [single.length], columns: about }] : []),
      ...wide.map(({ name, shape }) => ({ name, kind: "", shape: [...shape] })),
    ],
    inputs: [...(single.length > 0 ? [table] : []), ...values],
    lacks: rows.map(() => []),
  };
}

function rowsOf({ numbers, shape }: InputColumn, rows: readonly number[]): Float32Array {
  const width = size(shape);
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, r) => {
    for (let j = 0; j < width; j++) values[r * width + j] = numbers?.[row * width + j] as number;
  });
  return values;
}
