import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** mmspec's built runtime. */
const runtime = fileURLToPath(new URL("../../runtime/", import.meta.url));

const imported = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;

/**
 * Copies modules of the built runtime and all that they import, and their declarations and what these import, into a folder.
 * @param entries paths in the runtime
 * @returns the packages of others that the modules import
 */
export async function vendorRuntime(to: string, entries: readonly string[]): Promise<Set<string>> {
  const packages = new Set<string>();
  const done = new Set<string>();
  const waiting = entries.flatMap((entry) => [entry, declarationsOf(entry)]);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (done.has(file)) continue;
    done.add(file);
    const text = await readFile(join(runtime, file), "utf8");
    const declares = file.endsWith(".d.ts");
    for (const [, name = ""] of text.matchAll(imported)) {
      const beside = join(dirname(file), name);
      if (name.startsWith(".")) waiting.push(declares ? declarationsOf(beside) : beside);
      else if (!name.startsWith("node:") && !declares) packages.add(packageOf(name));
    }
    await mkdir(dirname(join(to, file)), { recursive: true });
    await copyFile(join(runtime, file), join(to, file));
  }
  return packages;
}

const declarationsOf = (file: string) => file.replace(/\.js$/, ".d.ts");

function packageOf(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

/** Where a package that mmspec uses lies. @throws Error when it doesn't */
export async function packageFolder(name: string): Promise<string> {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    const found = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
    if (found !== undefined) return folder;
    if (at === dirname(at)) throw new Error(`The package ${name} isn't installed beside mmspec.`);
  }
}

/** The versions of packages as they are installed here. */
export async function installedVersions(names: Iterable<string>): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of [...names].sort()) {
    const text = await readFile(join(await packageFolder(name), "package.json"), "utf8");
    versions[name] = (JSON.parse(text) as { version: string }).version;
  }
  return versions;
}
