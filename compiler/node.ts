import { readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { ReadFile } from "./imports.js";

/**
 * Reads the files that a spec imports from disk, for programs of Node: the one part of the compiler that a browser can't run.
 * What a link leads to outside of the spec's folder isn't read.
 * @param folder that of the spec
 */
export function readFrom(folder: string): ReadFile {
  return (path) => {
    try {
      const root = realpathSync(folder);
      const real = realpathSync(path);
      if (!real.startsWith(root.endsWith(sep) ? root : join(root, sep)))
        return { reason: "it is a link that leaves the folder of the spec" };
      if (!statSync(real).isFile())
        return { reason: statSync(real).isDirectory() ? "it is a folder" : "it is no plain file" };
      return readFileSync(real, "utf8");
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      return { reason: reasons[code] ?? code };
    }
  };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "it may not be read",
  EPERM: "it may not be read",
  ELOOP: "it is a link to itself",
  ENAMETOOLONG: "its name is too long",
};
