import { stat } from "node:fs/promises";
import { isStreamed, readBlocks } from "../blocks.js";
import {
  checkRows,
  labelColumn,
  loadModality,
  loadTarget,
  readLabels,
  tellWrongLabels,
  type DataPlan,
} from "../load.js";
import { vocabularyOf, type CodedColumn } from "../names.js";
import { outputsOf } from "../outputs.js";
import { namedColumns, sampleColumns, withMissing } from "../unseen.js";
import { rowBytes, type Layout } from "./layout.js";
import type { MergedProblems } from "./merged-problems.js";
import { asRead, Numbering } from "./numbering.js";

/** Samples of some rows, as they are before any transform but `resized`. */
export interface LoadedBlock {
  rows: number;
  /** Per modality, [rows, ...shape]; a category's names are numbered as they come. */
  inputs: Record<string, Float32Array>;
  present: Record<string, Uint8Array>;
  /** Of classes: each row's label, numbered as it comes; NaN where there is none. */
  labels?: Float64Array;
  /** Of a target that isn't one class. */
  targets?: Float32Array;
}

/** A source that is read block by block, checked as reading it at once checks it. */
export class FirstPass {
  /** Of each modality and column. */
  readonly categories = new Map<string, Map<string, Numbering>>();
  readonly vocabularies: Record<string, Record<string, readonly string[]>> = {};
  /** Pictures and sounds that rows name. */
  readonly media: string[] = [];
  private readonly labels = new Numbering();
  private unlabelled: { row: number; count: number } | undefined;
  private readonly seen = new Set<string>();

  constructor(
    private readonly plan: DataPlan,
    private readonly place: { path: string; folder: string; where: string },
    private readonly problems: MergedProblems,
  ) {}

  /** @throws DataError at once where a column isn't what is wanted; what is wrong in single rows is gathered in `problems` */
  async *blocks(layout: Layout): AsyncGenerator<LoadedBlock> {
    const { plan, place, problems } = this;
    const within = plan.streamed?.within ?? Infinity;
    const { path, where } = place;
    if (!(await isStreamed(path))) {
      const bytes = await stat(path).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      );
      if (bytes > within) problems.add("notStreamed", where, { bytes, within }, plan.line);
      problems.check();
    }
    const options = {
      size: Math.max(1, Math.min(layout.blockRows, Math.floor(within / 16 / rowBytes(layout)), 4096)),
      texts: namedColumns(plan),
      samples: sampleColumns(plan),
      most: within / 4,
    };
    for await (const { table, firstRow } of readBlocks(path, options)) {
      problems.blockRow = firstRow;
      for (const name of table.columns.keys()) this.seen.add(name);
      const rows = checkRows(table, plan, where, problems);
      const full = withMissing(table, plan.modalities, rows);
      const block: LoadedBlock = { rows, inputs: {}, present: {} };
      for (const [name, binding] of Object.entries(plan.modalities)) {
        const [first = ""] = binding.columns;
        const words = binding.vocabulary === undefined ? undefined : vocabularyOf(table, first);
        if (words !== undefined) this.vocabularies[name] = { [first]: words };
        const categories = new Map<string, CodedColumn>();
        for (const column of Object.keys(binding.categories ?? {})) {
          const found = full.columns.get(column);
          if (found === undefined || (found.kind === "numeric" && found.shape.length > 0)) continue;
          categories.set(column, { names: [], codes: this.numbering(name, column).add(found, firstRow) });
        }
        const source = { table: full, categories, folder: place.folder };
        const loaded = await loadModality(name, binding, source, rows, where, problems);
        const files = full.columns.get(first);
        if (files?.kind === "text") this.media.push(...files.values.flatMap((file) => file?.trim() || []));
        if (loaded === undefined) problems.check();
        else {
          block.inputs[name] = loaded.values;
          block.present[name] = loaded.present;
        }
      }
      const { target } = plan;
      if (target.kind === undefined) {
        const column = labelColumn(target, table, where, problems);
        if (column === undefined) problems.check();
        else block.labels = this.label(this.labels.add(column, firstRow), firstRow);
      } else {
        const { targets } = loadTarget(target, table, rows, where, problems);
        if (targets === undefined) problems.check();
        else block.targets = targets.values;
      }
      yield block;
    }
    this.checkSeen();
  }

  private numbering(modality: string, column: string): Numbering {
    const own = this.categories.get(modality) ?? new Map<string, Numbering>();
    this.categories.set(modality, own);
    const numbering = own.get(column) ?? new Numbering();
    own.set(column, numbering);
    return numbering;
  }

  /** Counts the rows that have none. */
  private label(codes: Float64Array, firstRow: number): Float64Array {
    codes.forEach((code, i) => {
      if (!Number.isNaN(code)) return;
      this.unlabelled ??= { row: firstRow + i, count: 0 };
      this.unlabelled.count++;
    });
    return codes;
  }

  /** An optional modality may lack its columns in a block, but not in all. */
  private checkSeen(): void {
    const { plan, place, problems, seen } = this;
    for (const { columns, line } of Object.values(plan.modalities))
      for (const column of columns)
        if (!seen.has(column)) problems.add("noColumn", place.where, { column, columns: [...seen] }, line);
  }

  /** The class of each label that was met, by its number. Reports those that are none. */
  classes(): Int32Array {
    const { plan, place, problems, unlabelled } = this;
    const { target } = plan;
    if (target.kind !== undefined) return new Int32Array(0);
    const column = asRead(this.labels);
    const { labels, wrong } = readLabels(column, outputsOf(target));
    const rows = wrong.map(({ row: at, value }) => ({
      row: this.labels.firstRows[at] as number,
      count: this.labels.counts[at] as number,
      value,
    }));
    if (unlabelled !== undefined) rows.push({ ...unlabelled, value: "" });
    rows.sort((a, b) => a.row - b.row);
    problems.blockRow = 0;
    tellWrongLabels(target, rows, place.where, problems);
    return labels;
  }

  /** Reports what may be a name or may be missing. */
  checkNames(): void {
    const { place, problems } = this;
    problems.blockRow = 0;
    for (const columns of this.categories.values())
      for (const [column, numbering] of columns) {
        if (numbering.numbers) continue;
        const read = asRead(numbering);
        if (read.kind !== "numeric") continue;
        const at = Array.from(read.values).findIndex((value) => Number.isNaN(value));
        if (at < 0) continue;
        const [value, row] = [numbering.names[at] as string, numbering.firstRows[at] as number];
        problems.add("numbersAndNames", place.where, { column, row, value });
      }
  }
}

/** Values of a target that isn't one class, of each sample. */
export function targetWidth(plan: DataPlan): number {
  return plan.target.kind === undefined ? 0 : outputsOf(plan.target).length;
}

/** Columns of a plan that the kept blocks follow from; the transforms are done when a block is used. */
export function planKey({ modalities, target, from }: DataPlan): string {
  const bindings = Object.entries(modalities).map(([name, { transforms = [], line: _, ...binding }]) => [
    name,
    { ...binding, transforms: transforms.filter(({ kind }) => kind === "resized") },
  ]);
  const { line: _, ...told } = target;
  return JSON.stringify([from, bindings, told]);
}
