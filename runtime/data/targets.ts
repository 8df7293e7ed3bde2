import type { DataColumns } from "./load.js";
import type { ProblemList } from "./problems.js";
import type { Samples, Targets } from "./samples.js";
import { rowsOf, type NumericColumn } from "./table.js";
import { size } from "./size.js";

/** Which columns tell the labels of a sample: one for each label, or one with a value for each. */
export interface LabelsBinding {
  kind: "multilabel";
  name: string;
  columns: readonly string[];
  labels: readonly string[];
  line?: number;
}

/** Which columns tell the numbers to predict: one for each number, or one with all of them. */
export interface NumbersBinding {
  kind: "regression";
  name: string;
  columns: readonly string[];
  numbers: readonly string[];
  /** Every value is multiplied by it. */
  scale?: number;
  line?: number;
}

/** The columns that a target is told by. */
export function columnsOf(target: DataColumns["target"]): readonly string[] {
  return target.kind === undefined ? [target.column] : target.columns;
}

/** Columns that have a value for each sample. */
export function sampleColumns({ modalities, target }: DataColumns): Set<string> {
  return new Set([...Object.values(modalities).flatMap(({ columns }) => columns), ...columnsOf(target)]);
}

/** What a sample is held against, [rows, outputs]. @param columns those that the binding names, as many as it names */
export function loadTargets(
  binding: LabelsBinding | NumbersBinding,
  columns: readonly NumericColumn[],
  where: string,
  problems: ProblemList,
): Targets | undefined {
  const { kind, name, line } = binding;
  const outputs = binding.kind === "multilabel" ? binding.labels : binding.numbers;
  const widths = columns.map(({ shape }) => size(shape));
  const found = widths.reduce((a, b) => a + b, 0);
  if (found !== outputs.length) {
    const each = kind === "multilabel" ? "label" : "number";
    problems.add("targetWidth", where, { name, wanted: outputs.length, found, each }, line);
    return undefined;
  }
  const scale = binding.kind === "regression" ? (binding.scale ?? 1) : 1;
  const rows = columns[0] === undefined ? 0 : rowsOf(columns[0]);
  const values = new Float32Array(rows * found);
  let offset = 0;
  columns.forEach((column, c) => {
    const part = widths[c] as number;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < part; j++)
        values[i * found + offset + j] = scale * (column.values[i * part + j] as number);
    }
    offset += part;
  });
  const wrong = (is: (value: number) => boolean) =>
    [...values.keys()].filter((at) => is(values[at] as number));
  const rowOf = (at: number) => Math.floor(at / found);
  const absent = wrong((value) => !Number.isFinite(value));
  const gaps = absent.map((at) => ({ name, count: 1, row: rowOf(at) }));
  problems.addRows("targetNotFinite", where, gaps, { count: absent.length }, line);
  const strange =
    kind === "multilabel" ? wrong((value) => Number.isFinite(value) && value !== 0 && value !== 1) : [];
  const odd = strange.map((at) => {
    const label = outputs[at % found] as string;
    return { name, label, row: rowOf(at), value: String(values[at]), count: 1 };
  });
  problems.addRows("notALabel", where, odd, { count: strange.length }, line);
  return { kind, values };
}

/** What a training split can't teach: a number that never changes, a label that all samples or none have. */
export function checkLearnable(
  { targets, classes, size }: Samples,
  name: string,
  where: string,
  line: number | undefined,
  problems: ProblemList,
): void {
  if (targets === undefined) return;
  classes.forEach((output, k) => {
    const first = targets.values[k] as number;
    for (let i = 1; i < size; i++) if (targets.values[i * classes.length + k] !== first) return;
    if (targets.kind === "multilabel")
      problems.add("labelNeverChanges", where, { name, label: output, always: first === 1 }, line);
    else problems.add("targetNeverChanges", where, { name: output, value: first }, line);
  });
}
