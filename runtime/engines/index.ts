export { EngineError, type Engine, type EngineName, type EngineReport } from "./engine.js";
export { EngineFailure, failureOf } from "./failure.js";
export { apartFromSoftwareGpu, engineFailure, openEngine, surveyEngines } from "./open.js";
