import type { SweepPageContent } from "../sweep-content.js";
import { htmlPage } from "./html.js";

/** The page of a sweep as one HTML file, as a run's report is. */
export function sweepPageOf(content: SweepPageContent): Promise<string> {
  return htmlPage("sweep", {
    title: `Variants of ${content.model}`,
    content,
    missing: "The same figures stand in sweep.json and ranking.csv.",
  });
}
