import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { isAlive } from "../../runs/alive.js";
import { writeAtomically } from "../../runs/atomic.js";
import { exists } from "../../runs/exists.js";
import { syncFolder } from "../../runs/sync-folder.js";
import { asWriting, writeErrorOf } from "../../runs/write-error.js";
import type { DataPlan } from "../load.js";
import type { BlockFile } from "./block-file.js";
import { BlockWriter } from "./block-writer.js";
import { CellsWriter, type CellsManifest } from "./cells.js";
import type { JoinCount } from "../join.js";
import type { UnreadableCount } from "../unreadable.js";
import { FirstPass, planKey, targetWidth, type SourcePlace } from "./first-pass.js";
import { blockCount, layoutOf, layoutWith, placeOf, type Layout } from "./layout.js";
import { bytesOfBits } from "./left-out.js";
import type { Numbered } from "./numbering.js";
import { contentHash, filesOfAll, sameFiles, type FileState } from "./source.js";

/** Of what is kept; others are made anew. */
const version = 3;

/** What a cache says of itself. */
interface Manifest {
  version: number;
  plan: string;
  /** What it was made of. */
  files: FileState[];
  sha256: string;
  layout: Layout;
  /** CRC-32 of each block, and of what is known of all rows. */
  blocks: number[];
  rows: number;
  /** Of each modality and column: names as they came. */
  names: Record<string, Record<string, Numbered>>;
  vocabularies: Record<string, Record<string, readonly string[]>>;
  /** Of rows that can't be read, where such are skipped. */
  unreadable?: UnreadableCount;
  joins?: readonly JoinCount[];
  /** Rows that have no partner in a file that is joined. */
  alone: number;
  /** Of modalities whose columns have names or texts. */
  cells?: CellsManifest;
  /** Of several files: how many rows each has. */
  parts?: readonly { source: string; rows: number }[];
}

/** What is known of every row, in memory. */
export interface Rows {
  /** Of classes. */
  labels: Int32Array;
  /** Of a target that isn't one class, [rows, outputs]. */
  targets: Float32Array;
  present: Record<string, Uint8Array>;
  /** What the column says that they are divided by. */
  keys?: Float64Array;
  /** Where some can't be read, or have no partner: a bit each. */
  leftOut?: Uint8Array;
}

/** Blocks of samples, kept in a folder, of which each is held against its checksum when it is read. */
export interface Cache {
  folder: string;
  /** The blocks as they were read; then those whose values were made of names or texts. */
  files: BlockFile[];
  manifest: Manifest;
  rows: Rows;
  /** False where it was there already. */
  made: boolean;
  bytes: number;
}

const files = {
  blocks: "blocks.bin",
  rows: "rows.bin",
  cells: "cells.json",
  manifest: "cache.json",
  media: "media.json",
} as const;

/** Where names and texts are kept that aren't numbers yet. */
export function cellsFile({ folder }: { folder: string }): string {
  return join(folder, files.cells);
}

/** The blocks of all that is a number when it is read. */
function numbersOf(
  at: string,
  { layout, blocks, cells }: Pick<Manifest, "layout" | "blocks" | "cells">,
): BlockFile {
  const path = join(at, files.blocks);
  return { path, layout: layoutWith(layout, (name) => cells?.modalities.includes(name) !== true), blocks };
}

/** Where caches are kept: what MMSPEC_CACHE says, or `.mmspec/cache` in the folder of the data. */
export function cacheFolder(folder: string): string {
  return resolve(process.env.MMSPEC_CACHE || join(folder, ".mmspec", "cache"));
}

/** Removes what is kept. */
export async function removeCache(plan: DataPlan, folder: string): Promise<void> {
  const at = placeFor(plan, folder);
  await asWriting(at, rm(at, { recursive: true, force: true }));
}

/** Where the cache of a source lies. */
function placeFor(plan: DataPlan, folder: string): string {
  const key = createHash("sha256")
    .update(`${version}\n${resolve(join(folder, plan.from))}\n${planKey(plan)}`)
    .digest("hex")
    .slice(0, 16);
  const name = basename(plan.from)
    .replace(/\*/g, "all")
    .replace(/[^\w.-]/g, "_");
  return join(cacheFolder(folder), `${name}-${key}`);
}

/**
 * Opens the cache of a source, or makes it. It is used when the source's content and what is read of it are the same; which samples learn, and all transforms
 * but `resized`, may differ.
 * @throws DataError with everything that is wrong with the data
 */
export async function openCache(
  plan: DataPlan,
  { paths, joined, folder }: Omit<SourcePlace, "where">,
  say: (line: string) => void,
): Promise<Cache> {
  const where = join(folder, plan.from);
  const at = placeFor(plan, folder);
  const source = { plan, folder, paths, joined, where };
  const found = await read(at, source, say);
  if (found !== undefined) return found;
  const leave = await claim(`${at}.part`, say);
  try {
    // Another process may have made it meanwhile.
    return (await read(at, source, () => {})) ?? (await make(at, source));
  } finally {
    await leave();
  }
}

interface Source extends SourcePlace {
  plan: DataPlan;
}

/** @returns undefined where there is none, or one of another content */
async function read(
  at: string,
  { plan, paths, joined }: Source,
  say: (line: string) => void,
): Promise<Cache | undefined> {
  const text = await readFile(join(at, files.manifest), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const manifest = JSON.parse(text) as Manifest;
    if (manifest.version !== version || manifest.plan !== planKey(plan)) return undefined;
    const now = await filesOfAll([...paths, ...joined]);
    if (!sameFiles(now, manifest.files) && (await contentHash(now)) !== manifest.sha256) return undefined;
    const media = JSON.parse(await readFile(join(at, files.media), "utf8")) as FileState[];
    for (const { path: file, size, mtimeMs } of media) {
      const state = await stat(file).catch(() => undefined);
      if ((state?.size ?? -1) !== size || (state?.mtimeMs ?? 0) !== mtimeMs) return undefined;
    }
    const bytes = await readFile(join(at, files.rows));
    const { size } = await stat(join(at, files.blocks));
    const numbers = numbersOf(at, manifest);
    const last = placeOf(numbers.layout, blockCount(numbers.layout) - 1);
    if (crc32(bytes) !== manifest.rows || size !== last.at + last.bytes)
      throw new Error("it is cut off, or damaged");
    const rows = unpackRows(bytes, plan, manifest.layout);
    const texts = manifest.cells?.parts.reduce((sum, { bytes: own }) => sum + own, 0) ?? 0;
    return { folder: at, files: [numbers], manifest, rows, made: false, bytes: size + bytes.length + texts };
  } catch (error) {
    say(`data      The blocks kept in ${at} are made anew: ${(error as Error).message}.`);
    return undefined;
  }
}

async function make(at: string, source: Source): Promise<Cache> {
  const { plan, paths, joined, where } = source;
  const part = `${at}.part`;
  const before = await filesOfAll([...paths, ...joined]);
  const hash = contentHash(before);
  hash.catch(() => undefined);
  const pass = new FirstPass(plan, source);
  const { problems } = pass;
  const layout = layoutOf(plan);
  const numbers = layoutWith(layout, (name) => !pass.cells.has(name));
  const writer = await BlockWriter.open(join(part, files.blocks), numbers);
  const texts = pass.cells.size > 0 ? await CellsWriter.open(cellsFile({ folder: part })) : undefined;
  let cellParts: CellsManifest["parts"] | undefined;
  const labels: Float64Array[] = [];
  const targets: Float32Array[] = [];
  const present: Record<string, Uint8Array>[] = [];
  const keys: Float64Array[] = [];
  let count = 0;
  try {
    for await (const block of pass.blocks(layout)) {
      // What is wrong is looked for to the end, but no longer written.
      if (!problems.any) await writer.add(block);
      if (!problems.any) await texts?.add(block.rows, block.cells);
      if (block.labels) labels.push(block.labels);
      if (block.targets) targets.push(block.targets);
      present.push(block.present);
      if (block.keys) keys.push(block.keys);
      count += block.rows;
    }
    await writer.end();
    cellParts = await texts?.end();
  } finally {
    await writer.close();
    if (cellParts === undefined) await texts?.discard();
  }
  const classes = pass.classes(labels);
  pass.checkNames();
  const allKeys = pass.keysOf(inOne(keys));
  problems.check();
  const whole: Layout = { ...layout, rows: count };
  const rows = packRows(whole, {
    labels: labels.map((codes) => Int32Array.from(codes, (code) => classes[code] as number)),
    targets,
    present,
    keys: allKeys,
    leftOut: leftOutOf(pass, plan, count),
  });
  const media = await statesOf(pass.media);
  const after = await filesOfAll([...paths, ...joined]);
  if (!sameFiles(before, after)) problems.add("changedMeanwhile", where, undefined, plan.line);
  problems.check();
  const manifest: Manifest = {
    version,
    plan: planKey(plan),
    files: after,
    sha256: await hash,
    layout: whole,
    blocks: writer.checksums,
    rows: crc32(rows),
    names: Object.fromEntries(
      Array.from(pass.categories, ([modality, columns]) => [
        modality,
        Object.fromEntries(
          Array.from(columns, ([column, { names, numbers }]) => [column, { names, numbers }]),
        ),
      ]),
    ),
    vocabularies: pass.vocabularies,
    ...(pass.unreadable && { unreadable: pass.unreadable.told() }),
    ...(pass.joins.length > 0 && { joins: pass.joins }),
    alone: pass.alone.count,
    ...(cellParts && {
      cells: {
        modalities: [...pass.cells.keys()],
        numbers: Array.from(pass.cells.values(), ({ numbers }) => numbers),
        parts: cellParts,
      },
    }),
    ...(pass.parts && { parts: pass.parts }),
  };
  await writeAtomically(join(part, files.rows), rows);
  await writeAtomically(join(part, files.media), JSON.stringify(media));
  await writeAtomically(join(part, files.manifest), JSON.stringify(manifest));
  await asWriting(at, rm(at, { recursive: true, force: true }));
  await asWriting(at, rename(part, at));
  await syncFolder(dirname(at));
  const bytes = rows.length + writer.bytes + (cellParts ?? []).reduce((sum, own) => sum + own.bytes, 0);
  return {
    folder: at,
    files: [numbersOf(at, manifest)],
    manifest,
    rows: unpackRows(rows, plan, whole),
    made: true,
    bytes,
  };
}

/** Whether some rows may be no samples. */
function leavesOut({ skip, joins }: DataPlan): boolean {
  return skip !== undefined || joins !== undefined;
}

function leftOutOf({ alone, unreadable }: FirstPass, plan: DataPlan, rows: number): Uint8Array {
  const bits = new Uint8Array(leavesOut(plan) ? bytesOfBits(rows) : 0);
  alone.addTo(bits);
  unreadable?.set.addTo(bits);
  return bits;
}

/** Pictures and sounds that rows name; -1 bytes of those that aren't there. */
async function statesOf(paths: readonly string[]): Promise<FileState[]> {
  const states: FileState[] = [];
  for (const file of new Set(paths)) {
    const found = await stat(file).catch(() => undefined);
    states.push({ path: file, size: found?.size ?? -1, mtimeMs: found?.mtimeMs ?? 0 });
  }
  return states;
}

function inOne(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Makes a damaged block anew from the source.
 * @throws DataError when the source isn't what the cache was made of
 */
export async function remakeBlock(
  { folder: at, manifest }: Cache,
  { plan, ...place }: Source,
  block: number,
): Promise<void> {
  const { layout } = manifest;
  const { path, layout: numbers } = numbersOf(at, manifest);
  const pass = new FirstPass(plan, place);
  const { problems } = pass;
  const writer = await BlockWriter.open(path, numbers, block);
  try {
    for await (const rows of pass.blocks(layout)) {
      await writer.add(rows);
      if (writer.checksums.length > block) break;
    }
    await writer.end();
  } finally {
    await writer.close();
  }
  if (writer.checksums[block] !== manifest.blocks[block])
    problems.add("changedMeanwhile", place.where, undefined, plan.line);
  problems.check();
}

/** What the split's column says, then labels, then targets, then which rows have each modality, then which can't be read. */
function packRows(
  { rows, modalities }: Layout,
  {
    labels,
    targets,
    present,
    keys,
    leftOut,
  }: {
    labels: Int32Array[];
    targets: Float32Array[];
    present: Record<string, Uint8Array>[];
    keys: Float64Array;
    leftOut: Uint8Array;
  },
): Uint8Array {
  const parts: ArrayBufferView[] = [
    keys,
    ...labels,
    ...targets,
    ...modalities.flatMap(({ name }) => present.flatMap((block) => block[name] ?? [])),
    leftOut,
  ];
  const packed = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    packed.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  if (rows === 0) return new Uint8Array(0);
  return packed;
}

function unpackRows(bytes: Uint8Array, plan: DataPlan, { rows, modalities }: Layout): Rows {
  const outputs = targetWidth(plan);
  const copy = bytes.slice().buffer;
  const keys = plan.split.by && new Float64Array(copy, 0, rows);
  const told = keys?.byteLength ?? 0;
  const labels = plan.target.kind === undefined ? new Int32Array(copy, told, rows) : new Int32Array(rows);
  const targets = new Float32Array(copy, told, rows * outputs);
  const begin = told + (plan.target.kind === undefined ? labels.byteLength : targets.byteLength);
  return {
    ...(keys && { keys }),
    ...(leavesOut(plan) && {
      leftOut: new Uint8Array(copy, begin + modalities.length * rows, bytesOfBits(rows)),
    }),
    labels,
    targets,
    present: Object.fromEntries(
      modalities.map(({ name }, m) => [name, new Uint8Array(copy, begin + m * rows, rows)]),
    ),
  };
}

/**
 * Makes a folder that one process at a time has; waits for another that has it, and takes it over from one that was killed.
 * @returns what removes it, where it is still there
 */
async function claim(part: string, say: (line: string) => void): Promise<() => Promise<void>> {
  const above = dirname(part);
  await asWriting(above, mkdir(above, { recursive: true }));
  if (!(await exists(join(above, ".gitignore")))) await writeAtomically(join(above, ".gitignore"), "*\n");
  for (let waits = 0; ; waits++) {
    try {
      await mkdir(part);
      await writeAtomically(join(part, "pid"), String(process.pid));
      return () => rm(part, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeErrorOf(error) ?? error;
    }
    const owner = Number(await readFile(join(part, "pid"), "utf8").catch(() => NaN));
    // A folder without a number is one that is just being made, unless it stays so.
    if (Number.isNaN(owner) ? waits > 20 : !isAlive(owner)) await rm(part, { recursive: true, force: true });
    else {
      if (waits === 0) say("data      Another process is making the blocks of this data; waiting for it.");
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
