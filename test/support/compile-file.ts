import { readFileSync } from "node:fs";
import { compile, type Compilation } from "../../compiler/index.js";
import { readFrom } from "../../compiler/node.js";

/** Compiles a spec and what it imports; messages name the files from its folder. */
export function compileFile(folder: string, name: string): Promise<Compilation> {
  const read = readFrom(folder);
  return compile(readFileSync(`${folder}/${name}`, "utf8"), name, undefined, {
    read: (path) => read(`${folder}/${path}`),
  });
}
