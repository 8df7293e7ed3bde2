import type { StudyContent } from "./content.js";
import type { Estimate } from "./statistics.js";

/** table.csv: a line for each measure, row and column; the best possible model is a column. Names are plain, so that nothing is quoted. */
export function csvOf({ measures, closes }: StudyContent): string {
  const lines = ["measure,row,column,seeds,mean,half_width_95"];
  const add = (measure: string, row: string, column: string, { n, mean, half }: Estimate) =>
    lines.push([measure, row, column, n, mean, Number.isNaN(half) ? "" : half].join());
  for (const { name, rows } of measures) {
    for (const row of rows) {
      if (row.best !== undefined) add(name, row.name, "best possible", row.best);
      for (const [column, value] of Object.entries(row.columns)) add(name, row.name, column, value);
    }
  }
  for (const row of closes?.rows ?? [])
    for (const [column, value] of Object.entries(row.columns)) add("closes", row.name, column, value);
  return `${lines.join("\n")}\n`;
}
