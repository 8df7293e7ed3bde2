export { writeAtomically } from "./atomic.js";
export {
  CheckpointError,
  loadCheckpoint,
  removeCheckpoint,
  removeTemporaryFiles,
  saveCheckpoint,
  type Checkpoint,
} from "./checkpoint.js";
export { createRunFolder } from "./folder.js";
export { writeParquet, type ParquetColumn } from "./parquet.js";
export { createProgress, type Progress } from "./progress.js";
export { EventFile, type Scalars } from "./tensorboard.js";
export { loadWeights, saveWeights } from "./weights.js";
