import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import type { SweepContent } from "../../sweep/index.js";

/**
 * Writes index.html, which shows the ranking and opens the reports of the best runs that were trained to their end, and those reports where they aren't there.
 * @param most so many reports
 * @returns the page's path
 */
export async function writePage(folder: string, content: SweepContent, most: number): Promise<string> {
  const { pageOf, readRun, RunProblem, sweepPageOf } = await import("../../report/read/index.js");
  const reports = new Map<string, string>();
  for (const { name, runs } of content.ranking) {
    const [run] = Object.values(runs);
    if (run === undefined || reports.size >= most) continue;
    const report = join(run, "report.html");
    try {
      if (!existsSync(join(folder, report)))
        await writeAtomically(join(folder, report), await pageOf(await readRun(join(folder, run))));
      reports.set(name, report);
    } catch (error) {
      // A person may have taken runs away; the ranking is still right.
      if (!(error instanceof RunProblem)) throw error;
    }
  }
  const ranking = content.ranking.map((variant) => {
    const report = reports.get(variant.name);
    return {
      ...variant,
      ...(report !== undefined && { report: report.split(sep).map(encodeURIComponent).join("/") }),
    };
  });
  const page = join(folder, "index.html");
  await writeAtomically(page, await sweepPageOf({ ...content, ranking }));
  return page;
}
