import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { isAlive } from "../../runtime/runs/alive.js";
import { CommandError, exitCodes } from "../exit.js";

/** What says of a folder that an export wrote it. */
const mark = { file: "description.json", format: "mmspec-export" };

/** True of a folder that is another one, or holds it. */
function holds(folder: string, other: string): boolean {
  const path = relative(folder, other);
  return path === "" || (path !== ".." && !path.startsWith(`..${sep}`) && resolve(folder, path) === other);
}

/**
 * Refuses a folder that an export may not put itself in the place of.
 * @param kept what must not be lost, whatever is forced
 * @throws CommandError
 */
export async function checkFolder(to: string, force: boolean, kept: readonly string[]): Promise<void> {
  const lost = kept.find((path) => holds(to, path));
  if (lost !== undefined)
    throw new CommandError(
      `${to} holds ${lost}: an export takes the place of its whole folder. Name another with --to.`,
      exitCodes.wrongUsage,
    );
  const found = await stat(to).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory())
    throw new CommandError(`${to} is a file. Name a folder with --to.`, exitCodes.wrongUsage);
  if (force || (await readdir(to)).length === 0 || (await isExport(to))) return;
  throw new CommandError(
    `${to} has files that no export wrote. Name another folder with --to, or throw them away with --force.`,
    exitCodes.wrongUsage,
  );
}

async function isExport(folder: string): Promise<boolean> {
  try {
    const text = await readFile(join(folder, mark.file), "utf8");
    return (JSON.parse(text) as { format?: unknown } | null)?.format === mark.format;
  } catch {
    return false;
  }
}

/** Puts back what an export that was killed had moved aside, and removes what it had begun to write. */
async function clearUp(to: string): Promise<void> {
  const [folder, name] = [dirname(to), basename(to)];
  for (const entry of await readdir(folder)) {
    const [, pid, kind] = entry.startsWith(`${name}.`)
      ? (/^\.(\d+)\.(tmp|old)$/.exec(entry.slice(name.length)) ?? [])
      : [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(folder, entry);
    if (kind === "old" && (await stat(to).catch(() => undefined)) === undefined) await rename(path, to);
    else await rm(path, { recursive: true, force: true, maxRetries: 10 });
  }
}

/**
 * Fills a folder beside the one that is wanted, and puts it in its place when it is whole.
 * @param fill writes into the folder that it is given; false, or an error, leaves everything as it was
 */
export async function writeFolder(to: string, fill: (folder: string) => Promise<boolean>): Promise<void> {
  const [next, before] = [`${to}.${process.pid}.tmp`, `${to}.${process.pid}.old`];
  await mkdir(dirname(to), { recursive: true });
  await clearUp(to);
  await rm(next, { recursive: true, force: true });
  await mkdir(next);
  try {
    if (!(await fill(next))) return;
    const replaced = await rename(to, before).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return false;
        throw error;
      },
    );
    try {
      await rename(next, to);
    } catch (error) {
      if (replaced) await rename(before, to);
      throw error;
    }
    if (replaced) await rm(before, { recursive: true, force: true });
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}
