import { join } from "node:path";
import { isGlob } from "../glob.js";
import type { DataPlan } from "../load.js";
import type { Names } from "../names.js";
import { outputsOf } from "../outputs.js";
import { skippedOf } from "../unreadable.js";
import { findReader } from "../read.js";
import { takeSamples, type Samples, type Splits } from "../samples.js";
import { filesNamed } from "../source.js";
import { splitSamples, takeAwayAll } from "../split.js";
import type { Tokenizers } from "../transforms/tokenizer.js";
import type { Damaged } from "./block-file.js";
import { openCache, remakeBlock, removeCache, type Cache } from "./cache.js";
import { DamagedCells } from "./cells.js";
import { codeCells } from "./coded.js";
import { feedingThread } from "./feeding-thread.js";
import { targetWidth, type SourcePlace } from "./first-pass.js";
import { blockCount } from "./layout.js";
import { joinedPaths } from "./joined.js";
import { hasBit } from "./left-out.js";
import { MergedProblems } from "./merged-problems.js";
import { say } from "./say.js";
import { StoredInputs, type Bound } from "./stored.js";
import { survey, type Kept } from "./survey.js";

/** What a model was trained with. */
export interface KeptAll extends Kept {
  tokenizers?: Tokenizers | undefined;
}

/**
 * What `loadData` does, of samples that aren't in memory: their inputs stay in blocks on disk. Parts, names and statistics are those that samples in memory would have.
 * @throws DataError with everything that is wrong, or when the bound is too small
 */
export async function loadStreamed(plan: DataPlan, folder: string, kept: KeptAll = {}): Promise<Splits> {
  const where = join(folder, plan.from);
  const paths = await pathsOf(plan, folder);
  const joined = await joinedPaths(plan, folder);
  // It takes a while to start.
  feedingThread();
  try {
    return await load(plan, { paths, joined, folder, where }, kept);
  } catch (error) {
    if (!(error instanceof DamagedCells)) throw error;
    say(`data      ${error.message.replace(/;.*/, "")}; it is made anew from ${where}.`);
    await removeCache(plan, folder);
    return await load(plan, { paths, joined, folder, where }, kept);
  }
}

async function load(plan: DataPlan, source: SourcePlace, kept: KeptAll): Promise<Splits> {
  const { folder, where } = source;
  const cache = await openCache(plan, source, say);
  const { rows, layout } = { rows: cache.rows, layout: cache.manifest.layout };
  tellOf(cache);
  const problems = new MergedProblems(cache.manifest.parts);
  const { unreadable, joins = [], alone } = cache.manifest;
  const skipped =
    unreadable && plan.skip && skippedOf(unreadable, layout.rows - alone, plan.skip, { where, folder });
  const splits = splitRows(plan, cache, where);
  const { file, ...coded } = await codeCells(splits.train, plan, kept, { cache, folder, where, problems });
  if (file !== undefined) cache.files.push(file);
  const remake = async ({ path, block }: Damaged) => {
    say(`data      Block ${block} of ${cache.folder} is damaged; it is made anew from ${where}.`);
    await (path === file?.path ? coded.remake(block) : remakeBlock(cache, { plan, ...source }, block));
  };
  const place = { cache, where, problems, remake };
  const { names: categories, ...preparation } = await survey(splits, plan, kept, place);
  problems.check();
  const names = { ...coded.names, ...categories };
  const bound: Bound = {
    within: plan.streamed?.within ?? Infinity,
    known: layout.rows * bytesKnown(plan) + bytesOfNames(coded.names),
    where,
    ...(plan.streamed?.line !== undefined && { line: plan.streamed.line }),
  };
  rows.present = {};
  delete rows.keys;
  delete rows.leftOut;
  const stored = new StoredInputs(cache, bound, preparation, remake);
  stored.window(1);
  for (const part of partsOf(splits)) part.stored = stored;
  return {
    ...splits,
    ...(Object.keys(names).length > 0 && { names }),
    ...(Object.keys(preparation.statistics).length > 0 && { statistics: preparation.statistics }),
    ...((skipped !== undefined || joins.length > 0) && {
      reading: { ...(skipped && { skipped }), ...(joins.length > 0 && { joins }) },
    }),
    ...(Object.keys(coded.tokenizers).length > 0 && { tokenizers: coded.tokenizers }),
  };
}

/** The file or folder, or all files that a path with `*` names. */
async function pathsOf({ from, line }: DataPlan, folder: string): Promise<string[]> {
  if (!isGlob(from)) return [(await findReader(from, folder, line)).full];
  return (await filesNamed(from, folder, line)).map((path) => join(folder, path));
}

function tellOf({ manifest: { layout }, bytes, folder, made }: Cache): void {
  const size = bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
  const what = made ? "made, to be used again" : "made before";
  say(`data      ${layout.rows} samples in ${blockCount(layout)} blocks, ${what}: ${size} in ${folder}`);
}

/** Bytes of each sample that stay in memory: label or targets and masks, of the file and of the parts, and the orders in which it comes. */
function bytesKnown(plan: DataPlan): number {
  const each = 4 + 4 * targetWidth(plan) + Object.keys(plan.modalities).length;
  // What a column says that they are divided by, while they are divided.
  const key = plan.split.by === undefined ? 0 : 8;
  return 2 * each + 4 + 12 + key;
}

/** Names and words that stay in memory, and where each is looked up. */
function bytesOfNames(names: Names): number {
  const all = Object.values(names).flatMap((columns) => Object.values(columns).flat());
  return all.reduce((sum, name) => sum + 100 + 2 * name.length, 0);
}

function partsOf({ train, validation, test, outside }: Splits): Samples[] {
  return [train, validation, test, outside].filter((part) => part !== undefined);
}

/** The parts, each with all that is known of its samples but their inputs. */
function splitRows(plan: DataPlan, { rows, manifest: { layout } }: Cache, where: string): Splits {
  const { target } = plan;
  const all: Samples = {
    size: layout.rows,
    inputs: {},
    present: {},
    shapes: {},
    labels: rows.labels,
    ...(target.kind !== undefined && { targets: { kind: target.kind, values: rows.targets } }),
    index: Int32Array.from({ length: layout.rows }, (_, i) => i),
    classes: outputsOf(target),
  };
  const { leftOut } = rows;
  const readable = leftOut && all.index.filter((row) => !hasBit(leftOut, row));
  const samples = readable === undefined ? all : takeSamples(all, readable);
  const keys =
    readable === undefined
      ? rows.keys
      : rows.keys && Float64Array.from(readable, (row) => rows.keys?.[row] as number);
  const splits = splitSamples(samples, plan.split, where, target.name, keys);
  for (const part of partsOf(splits)) {
    part.shapes = Object.fromEntries(
      Object.entries(plan.modalities).map(([name, { shape }]) => [name, [...shape]]),
    );
    part.present = Object.fromEntries(
      Object.keys(plan.modalities).map((name) => [
        name,
        Uint8Array.from(part.index, (row) => rows.present[name]?.[row] as number),
      ]),
    );
  }
  takeAwayAll(splits, plan.split.missing);
  return splits;
}
