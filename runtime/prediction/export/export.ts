import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeAtomically } from "../../runs/atomic.js";
import type { ExportTask } from "../options.js";
import type { AnswerPlan } from "../plan.js";
import { describeExport, descriptionName, type Description, type ExportedRun } from "./description.js";
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
  if (as === "package") await copyWeights(to, run, description);
  else await writeWebModel(plan, { to, description, ...run, say });
}

/** What the code of a package reads: the weights, and the saved models of `frozen` layers. */
async function copyWeights(
  to: string,
  { folder, dataFolder }: ExportedRun,
  { frozen = [] }: Description,
): Promise<void> {
  for (const name of ["weights.bin", "weights.json"]) await copyFile(join(folder, name), join(to, name));
  for (const path of frozen) {
    const file = path.endsWith(".json") ? path : `${path}/model.json`;
    const { weightsManifest } = JSON.parse(await readFile(join(dataFolder, file), "utf8")) as {
      weightsManifest: { paths: string[] }[];
    };
    const parts = weightsManifest.flatMap(({ paths }) => paths.map((part) => join(dirname(file), part)));
    for (const part of [file, ...parts]) {
      await mkdir(dirname(join(to, "frozen", part)), { recursive: true });
      await copyFile(join(dataFolder, part), join(to, "frozen", part));
    }
  }
}
