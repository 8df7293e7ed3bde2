export { EngineError, type DeviceMemory, type Engine, type EngineName, type EngineReport } from "./engine.js";
export { EngineFailure, failureOf } from "./failure.js";
export {
  apartFromSoftwareGpu,
  closeEngine,
  deviceMemory,
  engineFailure,
  engineSettled,
  openEngine,
  surveyEngines,
} from "./open.js";
