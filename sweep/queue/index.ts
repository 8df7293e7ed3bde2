export { connect, shownAddress, type QueueAddress } from "./connection.js";
export { QueueExecutor } from "./coordinator.js";
export { folderStorage, redisStorage } from "./storage.js";
export { publisher, watched, watchedText } from "./watch.js";
export { runWorker } from "./worker.js";
