import { join } from "node:path";
import { exists } from "./exists.js";

/** What is to be said of a folder without a readable run.json. */
export async function noRun(folder: string): Promise<string> {
  const has = (name: string) => exists(join(folder, name));
  const begun = (await has("run.json")) || (await has("weights.json")) || (await has("metrics.json"));
  return (await has("trainer")) && !begun
    ? "nothing was learned in it: `mmspec train` was stopped before it began, or is about to begin. If it was stopped, remove the folder and train again"
    : "it is not the folder of a run: it has no readable run.json. `mmspec train FILE` makes one";
}
