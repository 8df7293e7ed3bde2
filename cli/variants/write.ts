import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { GeneratedFile, Variant } from "../../compiler/index.js";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { csvField } from "../../runtime/runs/csv-field.js";
import { exists } from "../../runtime/runs/exists.js";
import { FolderBusy, lockFolder, type FolderLock } from "../../runtime/runs/lock.js";
import { syncFolder } from "../../runtime/runs/sync-folder.js";
import { removeTemporaryFiles } from "../../runtime/runs/temporary.js";
import { CommandError, exitCodes } from "../exit.js";

/**
 * Keeps a folder to one process that writes variants. What one that was killed had begun is removed; the earlier folder of a variant that it was about to
 * replace gets its name back.
 * @throws CommandError when another process writes there
 */
export async function takeVariants(folder: string): Promise<FolderLock> {
  const lock = await lockFolder(folder, { name: "variants", lost: () => undefined }).catch(
    (error: unknown) => {
      if (!(error instanceof FolderBusy)) throw error;
      throw new CommandError(
        `${error.message} Wait for it, or write into another folder: -o DIR.`,
        exitCodes.wrongInput,
      );
    },
  );
  for (const name of await readdir(folder)) {
    const [, variant] = /^\.(.+)\.[0-9a-f]{12}\.tmp\.old$/.exec(name) ?? [];
    if (variant !== undefined && !(await exists(join(folder, variant))))
      await rename(join(folder, name), join(folder, variant));
  }
  await removeTemporaryFiles(folder);
  return lock;
}

/**
 * Writes the folder of a variant whole or not at all: aside, synced, then renamed. One of an earlier time is replaced.
 * @throws CommandError when something else is in the way
 */
export async function writeVariant(
  folder: string,
  name: string,
  files: readonly GeneratedFile[],
): Promise<void> {
  const place = join(folder, name);
  const aside = join(folder, `.${name}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const folders = new Set(files.map(({ path }) => dirname(join(aside, path))));
    for (const each of folders) await mkdir(each, { recursive: true });
    await Promise.all(files.map(({ path, text }) => writeAtomically(join(aside, path), text)));
    if (await exists(place)) await replace(aside, place, `${name}.mmspec`);
    else await rename(aside, place);
    await syncFolder(folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Puts a folder where an earlier one of the same variant is. */
async function replace(aside: string, place: string, spec: string): Promise<void> {
  const entries: string[] = await readdir(place).catch(() => []);
  if (!entries.includes(spec))
    throw new CommandError(`${place} is there already, and no variant: move it away.`, exitCodes.wrongUsage);
  const old = `${aside}.old`;
  await rename(place, old);
  await rename(aside, place);
  await rm(old, { recursive: true, force: true });
}

/** One line of the index: what differs, and what it costs. */
export type IndexRow = Omit<Variant, "spec" | "index"> & { index: string; folder: string; spec: string };

export function indexRow({ index, name, choices, parameters, flops, memory }: Variant): IndexRow {
  const spec = `${name}/${name}.mmspec`;
  return { index: String(index), name, choices, parameters, flops, memory, folder: name, spec };
}

/** Writes `index.json`, `index.csv` and `index.md`. */
export async function writeIndex(
  folder: string,
  about: object,
  paths: readonly string[],
  rows: readonly IndexRow[],
): Promise<string[]> {
  const head = ["index", "name", ...paths, "parameters", "flops", "memory"];
  const cells = rows.map(({ index, name, choices, parameters, flops, memory }) => [
    index,
    name,
    ...paths.map((path) => choices[path] ?? ""),
    ...[parameters, flops, memory].map(String),
  ]);
  const lines = [head, ...cells];
  const markdown = [head, head.map(() => "---"), ...cells].map(
    (line) => `| ${line.map(inTable).join(" | ")} |`,
  );
  const files = {
    "index.csv": lines.map((line) => line.map(csvField).join(",")).join("\n"),
    "index.md": markdown.join("\n"),
    // Last: where it is, all that it names is.
    "index.json": JSON.stringify({ ...about, paths, variants: rows }, null, 2),
  };
  for (const [name, text] of Object.entries(files)) await writeAtomically(join(folder, name), `${text}\n`);
  return Object.keys(files).map((name) => join(folder, name));
}

function inTable(text: string): string {
  return text.replaceAll("|", "\\|");
}
