export { copyAtomically, writeAtomically } from "./atomic.js";
export {
  CheckpointError,
  loadCheckpoint,
  removeCheckpoint,
  saveCheckpoint,
  type Checkpoint,
} from "./checkpoint.js";
export { createRunFolder } from "./folder.js";
export { writeParquet, type ParquetColumn } from "./parquet.js";
export { FolderBusy, lockFolder, type FolderLock } from "./lock.js";
export { createProgress, type Progress } from "./progress.js";
export { removeTemporaryFiles } from "./temporary.js";
export { EventFile, type Scalars } from "./tensorboard.js";
export { loadWeights, saveWeights } from "./weights.js";
export { WriteError, writeErrorOf } from "./write-error.js";
