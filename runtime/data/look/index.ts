export { evenly } from "./features.js";
export { inputOfSplits, inputOfTable, type InputColumn, type LookInput } from "./input.js";
export { lookAt, type Look } from "./look.js";
export { samplesAlone } from "./samples-alone.js";
export { firstRows } from "./first-rows.js";
