import { specOf, type Cut } from "./spec.js";
import type { Column, Row, Study } from "./study.js";

/** One run of a study. */
export interface Cell {
  /** `rs.joint.3`, for files. */
  name: string;
  row: Row;
  column: Column;
  seed: number;
  spec: string;
}

/** The part of a study that is asked for. @throws RangeError when nothing is left of it */
export function cutStudy(study: Study, cut: Cut): Study {
  const chosen = <Named extends { name: string }>(
    all: readonly Named[],
    names: readonly string[] | undefined,
  ) => (names === undefined ? all : all.filter(({ name }) => names.includes(name)));
  const rows = chosen(study.rows, cut.rows);
  const columns = chosen(study.columns, cut.only);
  if (rows.length === 0 || columns.length === 0) throw new RangeError(`Nothing of ${study.name} is left.`);
  return { ...study, rows, columns, seeds: cut.seeds ?? study.seeds };
}

/**
 * All runs of a study, seed after seed, so that one that is stopped has something of every cell of its table.
 * @param study as `cutStudy` made it
 */
export function cellsOf(study: Study, cut: Cut): Cell[] {
  const { rows, columns, measures } = study;
  const seeds = Array.from({ length: study.seeds }, (_, i) => i + 1);
  return seeds.flatMap((seed) =>
    rows.flatMap((row) =>
      columns.map((column) => ({
        name: `${row.name}.${column.name}.${seed}`,
        row,
        column,
        seed,
        spec: specOf(row, column, { seed, cut, measures }),
      })),
    ),
  );
}
