import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import crc32c from "crc-32/crc32c.js";
import { readNpz } from "../../../runtime/data/npz.js";
import { readParquet } from "../../../runtime/data/parquet.js";
import { loadCheckpoint } from "../../../runtime/runs/checkpoint.js";

/** Every file below a folder, by its path from there. */
export function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Files and folders that only a process at work may have: half-written ones, and locks. */
export function leftovers(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tmp(\.old)?$|\.\d+\.old$|\.lock(\.json)?$|\.pid$/.test(name),
  );
}

/**
 * What is wrong with the files that a folder has under their own names, wherever the process that wrote them was killed. Half-written files have other names and
 * don't count.
 */
export async function damages(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of filesIn(folder)) {
    if (leftovers(folder).some((left) => name === left || name.startsWith(`${left}/`))) continue;
    try {
      await check(folder, name);
    } catch (error) {
      // Written anew or removed while it was read here, by a process that still ends.
      if (existsSync(join(folder, name))) found.push(`${name}: ${(error as Error).message}`);
    }
  }
  return found;
}

async function check(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  if (statSync(path).size === 0) throw new Error("empty");
  if (name.endsWith("run.json")) return checkRecord(JSON.parse(readFileSync(path, "utf8")) as never, path);
  if (name.endsWith(".json")) JSON.parse(readFileSync(path, "utf8"));
  else if (name.endsWith("checkpoint.safetensors")) await loadCheckpoint(join(path, ".."));
  else if (name.endsWith(".parquet")) await readParquet(path);
  else if (name.endsWith(".npz")) await readNpz(path);
  else if (/tfevents/.test(name)) checkEvents(readFileSync(path));
  else if (name.endsWith(".jsonl")) wholeLines(readFileSync(path, "utf8"), name);
  else if (name.endsWith(".html") && !/<\/html>\s*$/.test(readFileSync(path, "utf8")))
    throw new Error("cut off");
}

interface RunRecord {
  status: string;
  history?: { stage: string; epoch: number }[];
}

/** The history has each epoch of each stage once, in order; a run that is complete has all that it says. */
function checkRecord({ status, history = [] }: RunRecord, path: string): void {
  history.forEach(({ stage, epoch }, i) => {
    const before = history[i - 1];
    if (epoch !== (before?.stage === stage ? before.epoch + 1 : 1))
      throw new Error(`its history goes from epoch ${before?.epoch} to ${epoch}`);
  });
  if (status !== "complete") return;
  for (const name of ["metrics.json", "weights.json", "weights.bin", "held-out.npz"])
    if (!existsSync(join(path, "..", name))) throw new Error(`it is complete without ${name}`);
}

/** The last line may be half-written: the next call takes it away. */
function wholeLines(text: string, name: string): void {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  for (const line of lines) if (line !== "") JSON.parse(line);
  if (lines.length < 2 && !name.endsWith("journal.jsonl")) throw new Error("no whole line");
}

/** TFRecord; the last record may be cut off: the next call writes the file anew. */
function checkEvents(bytes: Buffer): void {
  let at = 0;
  while (at + 12 <= bytes.length) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (bytes.readUInt32LE(at + 8) !== masked(bytes.subarray(at, at + 8)))
      throw new Error(`the length at byte ${at} isn't what its checksum says`);
    if (at + 16 + length > bytes.length) return;
    if (bytes.readUInt32LE(at + 12 + length) !== masked(bytes.subarray(at + 12, at + 12 + length)))
      throw new Error(`the record at byte ${at} isn't what its checksum says`);
    at += 16 + length;
  }
}

function masked(bytes: Uint8Array): number {
  const sum = crc32c.buf(bytes) >>> 0;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/** The weights of a run, which are what their description says. */
export function weightsOf(run: string): Buffer {
  const bytes = readFileSync(join(run, "weights.bin"));
  const { sha256 } = JSON.parse(readFileSync(join(run, "weights.json"), "utf8")) as { sha256: string };
  if (createHash("sha256").update(bytes).digest("hex") !== sha256)
    throw new Error("weights.bin isn't what weights.json describes");
  return bytes;
}
