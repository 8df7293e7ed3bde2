import type { StudyContent } from "./content.js";
import type { MeasureSummary } from "./summary.js";

/** What the bundle of figures exports (report/figures/study.ts). */
interface Figures {
  drawStudy(picture: {
    title: string;
    columns: readonly string[];
    rows: readonly {
      title: string;
      best?: number;
      cells: readonly { column: string; mean: number; half: number }[];
    }[];
  }): string;
}

/** A study's measures as SVG, by file name: `mixes.svg` the first, `mixes-synergy_indicator.svg` another. */
export async function picturesOf({ study, measures }: StudyContent): Promise<Record<string, string>> {
  const bundle = new URL("../../report/figures/figures.js", import.meta.url).href;
  const { drawStudy } = (await import(bundle)) as Figures;
  return Object.fromEntries(
    measures.flatMap((measure, k) => {
      if (measure.rows.every(({ columns }) => Object.keys(columns).length === 0)) return [];
      const name = k === 0 ? `${study}.svg` : `${study}-${measure.name}.svg`;
      return [[name, drawStudy(pictureOf(measure))]];
    }),
  );
}

function pictureOf({ title, rows }: MeasureSummary): Parameters<Figures["drawStudy"]>[0] {
  return {
    title,
    columns: [...new Set(rows.flatMap(({ columns }) => Object.keys(columns)))],
    rows: rows.map((row) => ({
      title: row.title,
      ...(row.best && { best: row.best.mean }),
      cells: Object.entries(row.columns).map(([column, { mean, half }]) => ({ column, mean, half })),
    })),
  };
}
