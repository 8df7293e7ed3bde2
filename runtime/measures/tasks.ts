import { foldTask } from "./cross-fit.js";
import { classifierTask, densityTask } from "./estimators.js";

/** What threads do for measures, by name. */
export const tasks = { density: densityTask.run, classifier: classifierTask.run, fold: foldTask.run };
