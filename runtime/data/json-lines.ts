import { columnOfCells, type Column, type Table } from "./table.js";

/**
 * Reads JSON lines: an object a line, its keys the columns. A list of numbers becomes a vector, also one of lists; null and a key that a line lacks
 * are missing.
 */
export function readJsonLines(bytes: Uint8Array, path: string): Table {
  const rows: ReadonlyMap<string, unknown>[] = [];
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  text.split("\n").forEach((line, i) => {
    if (line.trim() !== "") rows.push(rowOf(line, i + 1));
  });
  const names = new Set(rows.flatMap((row) => [...row.keys()]));
  const columns = new Map<string, Column>();
  for (const name of names) columns.set(name, columnOfCells(rows.map((row) => row.get(name))));
  return { source: path, columns };
}

/** The cells of a line, by name. @param number of the line, for messages */
export function rowOf(line: string, number: number): ReadonlyMap<string, unknown> {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    throw new Error(`line ${number} is no JSON (${(error as Error).message})`, { cause: error });
  }
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw new Error(`line ${number} is no object, such as {"left": [1, 2], "label": 0}`);
  const cells = Object.entries(row);
  const odd = cells.find(([, cell]) => typeof cell === "object" && cell !== null && !Array.isArray(cell));
  if (odd !== undefined)
    throw new Error(
      `line ${number} has an object in "${odd[0]}", where a number, a text or a list is wanted`,
    );
  return new Map(cells);
}
