import { join } from "node:path";
import { writeAtomically } from "../../runs/atomic.js";
import type { ExportTask } from "../options.js";
import type { AnswerPlan } from "../plan.js";
import { describeExport, descriptionName, type ExportedRun } from "./description.js";
import { writeWebModel } from "./web.js";

/**
 * Writes a run's model in another form into a folder that is there.
 * @throws UntraceableError when a graph can't say the model
 */
export async function writeExport(
  plan: AnswerPlan,
  { task: { to, as }, say, ...run }: ExportedRun & { task: ExportTask; say(line: string): void },
): Promise<void> {
  const description = await describeExport(plan, as, run);
  await writeAtomically(join(to, descriptionName), `${JSON.stringify(description, null, 1)}\n`);
  if (as === "web") await writeWebModel(plan, { to, description, ...run, say });
}
