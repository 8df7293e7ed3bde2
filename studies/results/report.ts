import type { ReportContent } from "../../runtime/session/report.js";

/** What a study reads of a run's metrics.json. */
export interface RunReport extends Pick<ReportContent, "shares" | "lacking" | "truth" | "outside"> {
  metrics: Record<string, { value: number } | undefined>;
}

/** The component that stands for a type: `uniqueA` for "unique(a)". */
export function componentOf(type: string, components: Readonly<Record<string, unknown>>): string | undefined {
  const plain = (text: string) => text.replace(/\W+/g, "").toLowerCase();
  return Object.keys(components).find((component) => plain(component) === plain(type));
}
