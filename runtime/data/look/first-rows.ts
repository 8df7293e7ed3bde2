import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { readBlocks } from "../blocks.js";
import { readTable } from "../read.js";
import { widthOf } from "./columns.js";
import { rowsOf, textsOfCells, type Column, type Table } from "../table.js";

/**
 * The first rows of a file, or of a folder; what can be read in blocks isn't read further.
 * @returns `more` where there are others
 * @throws DataError when it can't be read
 */
export async function firstRows(path: string, most: number): Promise<{ table: Table; more: boolean }> {
  const full = resolve(path);
  const folder = await stat(full).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (folder) return cut([await readTable(`${basename(full)}/`, dirname(full))], most);
  const tables: Table[] = [];
  let rows = 0;
  // One row more tells whether there are others.
  for await (const { table } of readBlocks(path, { size: most + 1, texts: new Set() })) {
    tables.push(table);
    rows += Math.max(0, ...[...table.columns.values()].map(rowsOf));
    if (rows > most) break;
  }
  return cut(tables, most);
}

/** Tables one below the other, as far as they are wanted. */
function cut(tables: readonly Table[], most: number): { table: Table; more: boolean } {
  const [first] = tables;
  const names = first === undefined ? [] : [...first.columns.keys()];
  let more = false;
  const columns = names.map((name): [string, Column] => {
    const joined = below(tables.flatMap(({ columns }) => columns.get(name) ?? []));
    const rows = rowsOf(joined);
    if (rows <= most) return [name, joined];
    more = true;
    const width = joined.values.length / rows;
    const values = Array.prototype.slice.call(joined.values, 0, most * width) as number[];
    return [name, { ...joined, values } as Column];
  });
  return { table: { source: first?.source ?? "", columns: new Map(columns) }, more };
}

function below(parts: readonly Column[]): Column {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? { kind: "text", values: [] };
  const numeric = parts.filter((part) => part.kind === "numeric");
  if (numeric.length < parts.length) {
    const cells = (part: Column): unknown[] =>
      part.kind === "text"
        ? [...part.values]
        : Array.from(part.values, (value) => (Number.isNaN(value) ? null : value));
    return textsOfCells(parts.flatMap(cells));
  }
  // A part in which all is missing doesn't know that its column has lists.
  const shape = numeric.find(({ shape }) => shape.length > 0)?.shape ?? [];
  const width = widthOf({ shape });
  const values = numeric.flatMap((part) =>
    widthOf(part) === width
      ? Array.from(part.values)
      : new Array<number>(part.values.length * width).fill(NaN),
  );
  return { kind: "numeric", shape, values };
}
