import type { UnreadableRow } from "../data/unreadable.js";
import type { ParquetColumn } from "../runs/index.js";

/**
 * The answers for a block of samples with the rows of the file that are no samples among them, in the file's order: nothing is said of those but `unreadable`,
 * why they can't be read, which is empty for all others.
 * @param answers `index` first
 */
export function withUnreadable(
  answers: readonly ParquetColumn[],
  rows: readonly UnreadableRow[],
): ParquetColumn[] {
  const indices = Array.from(answers[0]?.values as ArrayLike<number>);
  const places = [
    ...indices.map((index, at) => ({ index, at, reason: "" })),
    ...rows.map(({ row, code, reason }) => ({ index: row, at: -1, reason: `${code} ${reason}` })),
  ].sort((a, b) => a.index - b.index);
  const columns = answers.map((column): ParquetColumn => {
    if (column.name === "index") return { ...column, type: "int", values: places.map(({ index }) => index) };
    if (column.type === "text")
      return { ...column, values: places.map(({ at }) => (at < 0 ? "" : (column.values[at] ?? ""))) };
    const { values } = column;
    const nothing = column.type === "int" ? null : NaN;
    return {
      ...column,
      gaps: column.type === "int",
      values: places.map(({ at }) => (at < 0 ? nothing : (values[at] ?? nothing))),
    };
  });
  return [...columns, { name: "unreadable", type: "text", values: places.map(({ reason }) => reason) }];
}
