import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readFrom } from "../compiler/node.js";
import type { Files } from "./workspace.js";

/** Of a folder with more in it the first are looked at. */
const mostEntries = 20_000;

/** The specs on disk. What is no address of a file of this machine isn't there. */
export const filesOnDisk: Files = {
  read(uri, folder) {
    const [path, from] = [pathOf(uri), pathOf(folder)];
    return path === undefined || from === undefined ? undefined : readFrom(from)(path);
  },
  list(folder) {
    const path = pathOf(folder);
    return path === undefined ? [] : specsIn(path);
  },
};

function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}

function specsIn(folder: string): string[] {
  const found: string[] = [];
  const open = [folder];
  let seen = 0;
  for (let at = open.pop(); at !== undefined && seen < mostEntries; at = open.pop()) {
    for (const entry of entriesOf(at)) {
      seen++;
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const path = join(at, entry.name);
      if (entry.isDirectory()) open.push(path);
      else if (entry.isFile() && entry.name.endsWith(".mmspec")) found.push(pathToFileURL(path).href);
    }
  }
  return found;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
