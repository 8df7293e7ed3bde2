export { measureGate, type MeasureRequest, type MeasuredPid, type Quantised } from "./measure.js";
export { UsageError } from "./options.js";
export { renderReport } from "./render.js";
export type { Findings, ReportContent } from "./report.js";
export { exitCodes, openSession, Session, type SessionOptions } from "./session.js";
export { versions, type Versions } from "./versions.js";
