import { openEngine, type EngineName } from "../engines/index.js";
import { measureSpeed } from "./speed.js";
import { trainTinyModel } from "./tiny-model.js";

// Tries the engine that the command line names and sends what came of it to the process that asked.
try {
  const engine = await openEngine(process.argv[2] as EngineName);
  const training = await trainTinyModel();
  const samplesPerSecond = await measureSpeed();
  await send({ engine, training, samplesPerSecond });
} catch (error) {
  await send({ error: error instanceof Error ? error.message : String(error) });
}
// A GPU's driver may keep the process.
process.exit(0);

function send(message: object): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
