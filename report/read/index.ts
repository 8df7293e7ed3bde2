export { figuresOf } from "./figures.js";
export { findings, type ReportFindings } from "./findings.js";
export { pageOf } from "./html.js";
export { lookPageOf } from "./look.js";
export { RunProblem } from "./problem.js";
export { sweepPageOf } from "./sweep.js";
export { modalitiesIn, readRun, type ReadRun } from "./run.js";
