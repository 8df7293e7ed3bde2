import { readdir, realpath } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { escapePath, glob } from "tinyglobby";

/** True for a path that names several files: `parts/*.parquet`, `shots/**\/*.csv`. */
export function isGlob(path: string): boolean {
  return path.includes("*");
}

/**
 * The files that a path with `*` (any part of a name) and `**` (any folders) names, in the order of their paths' characters, which is the same on every
 * machine. Hidden ones are passed over; links are followed, and a file that has several paths is read once.
 * @returns paths from `folder`, with slashes
 */
export async function matches(path: string, folder: string): Promise<string[]> {
  const pattern = path.replaceAll("\\", "/").replace(/[^*]+/g, (text) => escapePath(text));
  const found = await glob(pattern, {
    cwd: folder,
    expandDirectories: false,
    followSymbolicLinks: true,
    dot: false,
  });
  const paths = found.sort((a, b) => (a < b ? -1 : Number(a > b)));
  const files = await Promise.all(paths.map((each) => realpath(join(folder, each))));
  const first = new Map(files.map((file, i) => [file, i] as const).reverse());
  return paths.filter((_, i) => first.get(files[i] as string) === i);
}

/** Those of some files that leave a folder by a link. */
export async function outsideOf(paths: readonly string[], folder: string): Promise<string[]> {
  const root = await realpath(folder);
  const outside: string[] = [];
  for (const path of paths) {
    const inside = relative(root, await realpath(join(folder, path)));
    if (inside.startsWith("..") || isAbsolute(inside)) outside.push(path);
  }
  return outside;
}

/** What stands in the folder that a path with `*` begins in, for a message that nothing fits it. */
export async function besideGlob(path: string, folder: string): Promise<string[]> {
  const begin = path.slice(0, path.indexOf("*"));
  const base = begin.slice(0, begin.lastIndexOf("/") + 1);
  return (await readdir(join(folder, base)).catch(() => [])).slice(0, 5).map((name) => base + name);
}
