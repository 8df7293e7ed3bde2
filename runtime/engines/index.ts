export { EngineError, type Engine, type EngineName, type EngineReport } from "./engine.js";
export { openEngine, surveyEngines } from "./open.js";
