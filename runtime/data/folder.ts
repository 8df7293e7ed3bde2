import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { mediaEndings, textEndings } from "./media/endings.js";
import { readNpy } from "./npz.js";
import type { Column, Table } from "./table.js";

const sampleEndings = [...mediaEndings, ...textEndings];

/**
 * Reads a folder: of NumPy arrays, `NAME.npy` being the column NAME; or of a folder for each class, which has pictures, sounds or texts, and then the columns
 * are `file`, a path inside the folder, and `class`, the name of the folder that it stands in. Hidden files are passed over.
 * @throws Error for a folder that is neither
 */
export async function readFolder(path: string): Promise<Table> {
  const entries = await visible(path);
  const arrays = entries.filter((entry) => entry.isFile() && extname(entry.name).toLowerCase() === ".npy");
  if (arrays.length > 0) {
    const columns = new Map<string, Column>();
    for (const { name } of arrays)
      columns.set(name.slice(0, -".npy".length), readNpy(await readFile(join(path, name))));
    return { source: path, columns };
  }
  const classes = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (classes.length === 0)
    throw new Error(
      "it has neither a folder for each class nor NumPy arrays; a file that names others, such as a CSV, is named itself",
    );
  const files: string[] = [];
  const labels: string[] = [];
  for (const label of classes) {
    for (const { name } of await visible(join(path, label))) {
      if (!sampleEndings.includes(extname(name).toLowerCase()))
        throw new Error(`"${label}/${name}" is no picture, sound or text (${sampleEndings.join(" ")})`);
      files.push(`${label}/${name}`);
      labels.push(label);
    }
  }
  return {
    source: path,
    columns: new Map<string, Column>([
      ["file", { kind: "text", values: files }],
      ["class", { kind: "text", values: labels }],
    ]),
  };
}

/** What a folder has, in the order of the names' characters, which is the same on every machine. */
async function visible(path: string) {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter(({ name }) => !name.startsWith(".") && name !== "Thumbs.db")
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
