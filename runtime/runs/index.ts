export { writeAtomically } from "./atomic.js";
export { createRunFolder } from "./folder.js";
export { writeParquet, type ParquetColumn } from "./parquet.js";
export { createProgress, type Progress } from "./progress.js";
export { loadWeights, saveWeights } from "./weights.js";
