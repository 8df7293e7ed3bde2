import { fixed } from "./names.js";
import { onPaper, paperDocument } from "./on-paper.js";
import { colours, figure, gridX, Plot } from "./plot.js";

/** One figure of a study: for each row the columns' means with their intervals, and the best possible. */
export interface StudyPicture {
  title: string;
  columns: readonly string[];
  rows: readonly {
    title: string;
    /** Mean of the best possible model. */
    best?: number;
    /** A half width that isn't known is NaN or null. */
    cells: readonly { column: string; mean: number; half: number | null }[];
  }[];
}

/** A panel for each row of the study, under each other, with one horizontal axis. @returns an SVG file */
export function drawStudy({ title, columns, rows }: StudyPicture): string {
  const cells = rows.flatMap((row) =>
    row.cells.map(({ column, mean, half }) => {
      const reach = half === null || Number.isNaN(half) ? 0 : half;
      return { row: row.title, column, mean, low: mean - reach, high: mean + reach };
    }),
  );
  const best = rows.flatMap((row) => (row.best === undefined ? [] : [{ row: row.title, mean: row.best }]));
  const panel = 30 + 16 * columns.length;
  const svg = figure(
    {
      width: 620,
      height: 56 + panel * rows.length,
      marginLeft: 26 + 7 * Math.max(...columns.map((column) => column.length)),
      marginRight: 16,
      marginTop: 8,
      x: { label: best.length > 0 ? `${title} (line: best possible)` : title, nice: true, inset: 6 },
      y: { domain: columns, label: null, tickSize: 0, insetTop: 22 },
      fy: { domain: rows.map((row) => row.title), axis: null, padding: 0.06 },
      marks: [
        gridX(),
        Plot.text(rows, {
          fy: "title",
          text: "title",
          frameAnchor: "top-left",
          dy: 4,
          fill: colours.ink,
          fontWeight: 600,
        }),
        Plot.ruleX(best, { x: "mean", fy: "row", stroke: colours.s, strokeWidth: 2, insetTop: 20 }),
        Plot.ruleY(cells, {
          x1: "low",
          x2: "high",
          y: "column",
          fy: "row",
          stroke: colours.r,
          strokeWidth: 2,
        }),
        Plot.dot(cells, {
          x: "mean",
          y: "column",
          fy: "row",
          r: 4,
          fill: colours.r,
          stroke: colours.surface,
        }),
      ],
    },
    { width: 620, document: paperDocument() },
    `${title}, dots with 95 % intervals, the line is the best possible: ${cells.map(({ row, column, mean }) => `${row}, ${column} ${fixed(mean)}`).join("; ")}`,
  );
  return onPaper(svg.outerHTML);
}
