import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isGlob } from "../glob.js";
import { isStreamed, isWritten, readBlocks } from "../blocks.js";
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
import { splitKeys } from "../split/keys.js";
import type { JoinCount } from "../join.js";
import type { Column, Table, TextColumn } from "../table.js";
import { encodingOf } from "../transforms/coder.js";
import { cellsOf, loadCells } from "../transforms/encode.js";
import { isMedia } from "../media/load.js";
import { besideOf } from "../media/named-files.js";
import { sampleColumns } from "../targets.js";
import { namedColumns, withMissing } from "../unseen.js";
import { CellKind, type CellRow } from "./cells.js";
import { rowBytes, type Layout } from "./layout.js";
import { RowSet, UnreadableRows } from "./left-out.js";
import { JoinedFiles } from "./joined.js";
import { nothing, spread } from "./spread.js";
import { MergedProblems } from "./merged-problems.js";
import { asRead, Numbering } from "./numbering.js";

/** Samples of some rows, as they are before any transform but `resized`. */
export interface LoadedBlock {
  rows: number;
  /** Per modality, [rows, ...shape]; a category's names are numbered as they come. */
  inputs: Record<string, Float32Array>;
  present: Record<string, Uint8Array>;
  /** Of each modality whose column has names or texts: the cells. */
  cells: CellRow[];
  /** Of classes: each row's label, numbered as it comes; NaN where there is none. */
  labels?: Float64Array;
  /** Of a target that isn't one class. */
  targets?: Float32Array;
  /** What the column says that samples are divided by. */
  keys?: Float64Array;
}

/** Rows that are read at once, at most; fewer where texts come with them. */
const mostRows = 4096;
const mostTexts = 256;

/** Where a source lies. */
export interface SourcePlace {
  /** Its files, or its one folder. */
  paths: readonly string[];
  folder: string;
  /** What it is called, for messages. */
  where: string;
  /** Files that are joined with it. */
  joined: readonly string[];
}

/** Paths of pictures and sounds beside the file that names them. */
function mediaIn({ values, sources }: TextColumn, source: string): string[] {
  return values.flatMap((name, i) => {
    return name?.trim() ? resolve(besideOf(sources?.[i] ?? source), name.trim()) : [];
  });
}

/** A source that is read block by block, checked as reading it at once checks it. */
export class FirstPass {
  /** Of each modality and column. */
  readonly categories = new Map<string, Map<string, Numbering>>();
  /** Of each modality whose column has names or texts. */
  readonly cells: ReadonlyMap<string, CellKind>;
  readonly vocabularies: Record<string, Record<string, readonly string[]>> = {};
  /** Pictures and sounds that rows name. */
  readonly media: string[] = [];
  /** Rows that can't be read, where such are skipped. */
  readonly unreadable: UnreadableRows | undefined;
  /** Rows that have no partner in a file that is joined. */
  readonly alone = new RowSet();
  /** How many rows found each other, when all have been read. */
  joins: readonly JoinCount[] = [];
  /** What is wrong, as far as it was read. */
  readonly problems: MergedProblems;
  /** Of several files: how many rows each has. */
  readonly parts: { source: string; rows: number }[] | undefined;
  private rows = 0;
  private joined: JoinedFiles | undefined;
  /** What is told at once, of whole files and keys. */
  private readonly ofFiles: MergedProblems;
  private readonly labels = new Numbering();
  /** Of a split by groups. */
  private readonly groups = new Map<string, number>();
  private sameGroup: Float64Array | undefined;
  private unlabelled: { row: number; count: number } | undefined;
  private readonly seen = new Set<string>();

  constructor(
    private readonly plan: DataPlan,
    private readonly place: SourcePlace,
  ) {
    if (isGlob(plan.from)) this.parts = [];
    const encoded = Object.entries(plan.modalities).filter(
      ([, binding]) => encodingOf(binding) !== undefined,
    );
    this.cells = new Map(encoded.map(([name]) => [name, new CellKind()]));
    this.unreadable = plan.skip && new UnreadableRows();
    this.problems = new MergedProblems(this.parts, this.unreadable);
    this.ofFiles = new MergedProblems(this.parts);
  }

  /** @throws DataError at once where a column isn't what is wanted; what is wrong in single rows is gathered in `problems` */
  async *blocks(layout: Layout): AsyncGenerator<LoadedBlock> {
    const { plan, place, problems } = this;
    if (plan.joins !== undefined) this.joined = await JoinedFiles.open(plan, place.folder, this.ofFiles);
    for (const path of place.paths) yield* this.blocksOf(path, layout);
    problems.rowsOfBlock = undefined;
    this.joins = this.joined?.counts(place.where) ?? [];
    this.joined = undefined;
    this.checkSeen();
    this.mergeGroups();
  }

  private async *blocksOf(path: string, layout: Layout): AsyncGenerator<LoadedBlock> {
    const { plan, problems, parts } = this;
    const within = plan.streamed?.within ?? Infinity;
    const where = path;
    if (!(await isStreamed(path))) {
      const bytes = await stat(path).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      );
      if (bytes > within) problems.add("notStreamed", where, { bytes, within }, plan.line);
      problems.check();
    }
    const texts = namedColumns(plan);
    const samples = sampleColumns(plan);
    const { by } = plan.split;
    if (by !== undefined && !samples.has(by.column)) {
      texts.add(by.column);
      samples.add(by.column);
    }
    for (const { by: key } of plan.joins ?? [])
      if (!samples.has(key)) {
        texts.add(key);
        samples.add(key);
      }
    const most = this.cells.size > 0 ? mostTexts : mostRows;
    const size = Math.max(1, Math.min(layout.blockRows, Math.floor(within / 16 / rowBytes(layout)), most));
    const asWritten = await isWritten(path);
    const begin = this.rows;
    const part = { source: path, rows: Infinity };
    parts?.push(part);
    const seen = new Set<string>();
    for await (const read of readBlocks(path, { size, texts, samples, most: within / 4 })) {
      problems.blockRow = begin + read.firstRow;
      problems.rowsOfBlock = undefined;
      this.ofFiles.blockRow = problems.blockRow;
      const joined = this.joined?.join(read.table, asWritten);
      const table = joined?.table ?? read.table;
      for (const name of table.columns.keys()) seen.add(name);
      const kept = joined?.kept;
      problems.rowsOfBlock = kept;
      const rows = kept?.length === 0 ? 0 : checkRows(table, plan, where, this.ofFiles);
      const total = kept === undefined ? rows : (joined?.rows ?? rows);
      const written = (column: string) => asWritten && read.table.columns.has(column);
      const block = rows === 0 ? this.emptyBlock() : await this.blockOf(table, rows, path, written);
      if (kept === undefined) yield block;
      else {
        const those = new Set(kept);
        for (let i = 0; i < total; i++) if (!those.has(i)) this.alone.add(this.rows + i);
        yield spread(block, kept, total, layout);
      }
      this.rows += total;
    }
    part.rows = this.rows - begin;
    this.checkColumns(path, seen);
  }

  /**
   * Samples of the rows of a table.
   * @param written whether numbers of a column are texts that look like some
   */
  private async blockOf(
    table: Table,
    rows: number,
    path: string,
    written: (column: string) => boolean,
  ): Promise<LoadedBlock> {
    const { plan, place, problems } = this;
    const { by } = plan.split;
    const where = path;
    const rowOf = (position: number) => problems.rowOf(position);
    const full = withMissing(table, plan.modalities, rows);
    const block: LoadedBlock = { rows, inputs: {}, present: {}, cells: [] };
    for (const [name, binding] of Object.entries(plan.modalities)) {
      const [first = ""] = binding.columns;
      const { files = false } = binding;
      const column = full.columns.get(first);
      if (column?.kind === "text" && (files || isMedia(binding))) this.media.push(...mediaIn(column, path));
      const kind = this.cells.get(name);
      if (kind !== undefined) {
        const loaded = await loadCells(name, binding, full, rows, { where, folder: place.folder, problems });
        if (loaded === undefined) problems.check();
        const own = loaded && cellsOf(loaded.cells);
        const cells = Array.from({ length: rows }, (_, row) => own?.(row) ?? null);
        kind.add(cells, rowOf, files ? "text" : (column as Column).kind, !files && written(first));
        block.cells.push(cells);
        if (loaded !== undefined) block.present[name] = loaded.present;
        continue;
      }
      const words = binding.vocabulary === undefined ? undefined : vocabularyOf(table, first);
      if (words !== undefined) this.keepVocabulary(name, first, words, path);
      const categories = new Map<string, CodedColumn>();
      for (const column of Object.keys(binding.categories ?? {})) {
        const found = full.columns.get(column);
        if (found === undefined || (found.kind === "numeric" && found.shape.length > 0)) continue;
        categories.set(column, {
          names: [],
          codes: this.numbering(name, column).add(found, rowOf, written(column)),
        });
      }
      const source = { table: full, categories, folder: place.folder };
      const loaded = await loadModality(name, binding, source, rows, where, problems);
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
      else block.labels = this.label(this.labels.add(column, rowOf, written(target.column)));
    } else {
      const { targets } = loadTarget(target, table, rows, where, problems);
      if (targets === undefined) problems.check();
      else block.targets = targets.values;
    }
    if (by !== undefined) {
      const keys = splitKeys(plan.split, table, rows, where, problems, this.groups);
      if (keys === undefined && !table.columns.has(by.column)) problems.check();
      block.keys = keys ?? new Float64Array(rows);
    }
    return block;
  }

  private emptyBlock(): LoadedBlock {
    const { plan, cells } = this;
    const names = Object.keys(plan.modalities);
    const numbers = names.filter((name) => !cells.has(name));
    const { kind } = plan.target;
    return {
      rows: 0,
      inputs: Object.fromEntries(numbers.map((name) => [name, new Float32Array(0)])),
      present: Object.fromEntries(names.map((name) => [name, new Uint8Array(0)])),
      cells: Array.from(cells, () => []),
      ...(kind === undefined ? { labels: new Float64Array(0) } : { targets: new Float32Array(0) }),
      ...(plan.split.by && { keys: new Float64Array(0) }),
    };
  }

  /** Files that are read as one have the same columns. */
  private checkColumns(path: string, own: ReadonlySet<string>): void {
    const { plan, place, problems, seen } = this;
    const [first = ""] = place.paths;
    const lacking = [...seen].filter((name) => !own.has(name));
    const more = path === first ? [] : [...own].filter((name) => !seen.has(name));
    if (lacking.length + more.length > 0)
      problems.add("partColumns", path, { first, lacking, more }, plan.line);
    if (path === first) for (const name of own) seen.add(name);
  }

  private keepVocabulary(modality: string, column: string, words: readonly string[], path: string): void {
    const { plan, place, problems, vocabularies } = this;
    const before = vocabularies[modality]?.[column];
    if (before === undefined) vocabularies[modality] = { [column]: words };
    else if (before.join("\0") !== words.join("\0")) {
      const [first = ""] = place.paths;
      const about = { column: `${column}.vocabulary`, found: "other words", first, wanted: "its own" };
      problems.add("partDiffers", path, about, plan.line);
      problems.check();
    }
  }

  /** Groups whose names are the same number are one, as where the column is read at once. */
  private mergeGroups(): void {
    const names = [...this.groups.keys()];
    if (names.length === 0) return;
    const { kind, values } = asRead({ names, numbers: false });
    if (kind === "text") return;
    const first = new Map<string, number>();
    this.sameGroup = Float64Array.from(names, (_, i) => {
      const value = values[i] as number;
      if (Number.isNaN(value)) return NaN;
      const name = String(value);
      if (!first.has(name)) first.set(name, i);
      return first.get(name) as number;
    });
  }

  /** What the split's column says of rows, when all have been read. */
  keysOf(keys: Float64Array): Float64Array {
    const { plan, place, problems, sameGroup } = this;
    if (sameGroup === undefined) return keys;
    const merged = keys.map((group) => (group === nothing ? nothing : (sameGroup[group] as number)));
    const row = merged.findIndex((group) => Number.isNaN(group));
    if (row < 0) return merged;
    const count = merged.reduce((sum, group) => sum + Number(Number.isNaN(group)), 0);
    const { by, line } = plan.split;
    problems.blockRow = 0;
    problems.add("splitMissing", place.where, { column: by?.column ?? "", row, count }, line);
    return merged;
  }

  private numbering(modality: string, column: string): Numbering {
    const own = this.categories.get(modality) ?? new Map<string, Numbering>();
    this.categories.set(modality, own);
    const numbering = own.get(column) ?? new Numbering();
    own.set(column, numbering);
    return numbering;
  }

  /** Counts the rows that have none. */
  private label(codes: Float64Array): Float64Array {
    codes.forEach((code, i) => {
      if (!Number.isNaN(code)) return;
      this.unlabelled ??= { row: this.problems.rowOf(i), count: 0 };
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

  /**
   * The class of each label that was met, by its number. Reports those that are none.
   * @param codes the numbers of all rows, block by block
   */
  classes(codes: readonly Float64Array[]): Int32Array {
    const { plan, place, problems, unlabelled } = this;
    const { target } = plan;
    if (target.kind !== undefined) return new Int32Array(0);
    const column = asRead(this.labels);
    const { labels, wrong } = readLabels(column, outputsOf(target));
    problems.blockRow = 0;
    if (this.unreadable !== undefined) {
      const values = new Map(wrong.map(({ row: at, value }) => [at, value]));
      let firstRow = 0;
      for (const block of codes) {
        const each = Array.from(block, (code, i) => ({
          row: firstRow + i,
          count: 1,
          value: Number.isNaN(code) ? "" : values.get(code),
        })).filter((one): one is { row: number; count: number; value: string } => one.value !== undefined);
        tellWrongLabels(target, each, place.where, problems);
        firstRow += block.length;
      }
      return labels;
    }
    const rows = wrong.map(({ row: at, value }) => ({
      row: this.labels.firstRows[at] as number,
      count: this.labels.counts[at] as number,
      value,
    }));
    if (unlabelled !== undefined) rows.push({ ...unlabelled, value: "" });
    rows.sort((a, b) => a.row - b.row);
    tellWrongLabels(target, rows, place.where, problems);
    return labels;
  }

  /** Reports what may be a name or may be missing. */
  checkNames(): void {
    const { plan, place, problems } = this;
    problems.blockRow = 0;
    for (const [name, { numbers, either }] of this.cells) {
      const [column = ""] = plan.modalities[name]?.columns ?? [];
      if (numbers && either !== undefined)
        problems.add("numbersAndNames", place.where, { column, ...either });
    }
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
export function planKey({ modalities, target, from, split: { by }, skip, joins = [] }: DataPlan): string {
  const bindings = Object.entries(modalities).map(([name, { transforms = [], line: _, ...binding }]) => [
    name,
    {
      ...binding,
      transforms: transforms.filter(({ kind }) => kind === "resized" || kind === "cropped"),
      ...(encodingOf({ ...binding, transforms }) && { texts: true }),
    },
  ]);
  const { line: _, ...told } = target;
  return JSON.stringify([
    from,
    bindings,
    told,
    by ?? null,
    skip !== undefined,
    joins.map((join) => [join.with, join.by]),
  ]);
}
