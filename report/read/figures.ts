import { unpackColumns, type ReportContent, type Values } from "../content.js";
import type { ReadRun } from "./run.js";

/** What the bundle of figures exports (report/figures/paper.ts). */
interface Figures {
  drawFigures(content: ReportContent, columns: ReadonlyMap<string, Values>): Record<string, string>;
}

/** The report's figures as plain SVG, by name. */
export async function figuresOf({ content, samples }: ReadRun): Promise<Record<string, string>> {
  const bundle = new URL("../figures/figures.js", import.meta.url).href;
  const { drawFigures } = (await import(bundle)) as Figures;
  return drawFigures(content, unpackColumns(content.columns, samples));
}
