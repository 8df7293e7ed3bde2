import * as tf from "@tensorflow/tfjs-core";
// Registers the gradients of all operations; the core comes without them.
import "@tensorflow/tfjs";
import { cpu } from "./cpu.js";
import {
  EngineError,
  type DeviceMemory,
  type Engine,
  type EngineDriver,
  type EngineName,
  type EngineReport,
  type Probe,
} from "./engine.js";
import { EngineFailure, failureOf } from "./failure.js";
import { tensorflow } from "./tensorflow.js";
import { wasm } from "./wasm.js";
import { webgpu } from "./webgpu.js";

const drivers: readonly EngineDriver[] = [tensorflow, webgpu, wasm, cpu];

/** How much an engine is to be preferred; the larger the better. */
function preference({ name }: EngineDriver, { gpu }: Probe): number {
  if (name === "tensorflow") return gpu ? 5 : 3;
  if (name === "webgpu") return gpu ? 4 : -1;
  return name === "wasm" ? 2 : 1;
}

async function survey(): Promise<{ driver: EngineDriver; probe: Probe }[]> {
  const probed = await Promise.all(drivers.map(async (driver) => ({ driver, probe: await driver.probe() })));
  return probed.sort((a, b) => preference(b.driver, b.probe) - preference(a.driver, a.probe));
}

function chosen(probed: Awaited<ReturnType<typeof survey>>): (typeof probed)[number] | undefined {
  return probed.find(({ driver, probe }) => probe.available && preference(driver, probe) > 0);
}

/**
 * Makes an engine the one that tensors are computed on: the one asked for, or the best that is there. In order: tensorflow with
 * CUDA, webgpu on a real GPU, tensorflow on the CPU, wasm, cpu. A GPU in software is taken only when asked for.
 * @param request an engine's name; the environment's MMSPEC_ENGINE when it is left out
 * @throws EngineError when the engine asked for can't be opened
 */
export async function openEngine(request?: EngineName): Promise<Engine> {
  tf.enableProdMode();
  const asked = request ?? process.env.MMSPEC_ENGINE;
  if (asked !== undefined && asked !== "") {
    const driver = drivers.find(({ name }) => name === asked);
    if (driver === undefined) {
      throw new EngineError(
        `There is no engine ${asked}. Engines: ${drivers.map(({ name }) => name).join(", ")}.`,
      );
    }
    const why = request === undefined ? "MMSPEC_ENGINE asks for it." : "It was asked for.";
    return open(driver, why);
  }
  const found = chosen(await survey());
  if (found === undefined) throw new EngineError("No engine can be opened.");
  const { driver, probe } = found;
  const why = probe.gpu ? "It is the fastest here." : "No GPU that can be used was found.";
  return open(driver, why);
}

let current: EngineDriver | undefined;

/** What of the open engine's memory samples may take; undefined where it computes in the process's own. */
export function deviceMemory(): DeviceMemory | undefined {
  return current?.memory?.();
}

/** Resolves when all that the open engine was asked for is done: at once where it never lags behind. Reads nothing back. */
export async function engineSettled(): Promise<void> {
  await current?.settled?.();
}

/** Stops the open engine, which gives back its memory, and its device where it has one. No tensor is left; another engine, or the same, can be opened. */
export function closeEngine(): void {
  current?.close();
  current = undefined;
  failure = new Promise(() => {});
}

/** Of the engine that is open; never resolves where it can't die by itself. */
let failure: Promise<EngineFailure> = new Promise(() => {});

/** Resolves when the engine that is open dies outside of any call, as a GPU does whose driver is restarted. */
export function engineFailure(): Promise<EngineFailure> {
  return failure;
}

async function open(driver: EngineDriver, why: string): Promise<Engine> {
  const { detail, version } = await driver.open();
  await tf.ready();
  current = driver;
  const failed = driver.failed?.();
  if (failed !== undefined) {
    failure = failed.then(
      (error) =>
        failureOf(error, driver.name) ??
        new EngineFailure(`The ${driver.name} engine died: ${error.message}`, false),
    );
  }
  const { software } = await driver.probe();
  return { name: driver.name, detail, version, why, ...(software && { software }) };
}

/**
 * Computes on wasm where the open engine is a GPU in software, which takes minutes for what is many small steps, each read back. Nothing on the engine
 * before or after can be used within, and the other way round.
 */
export async function apartFromSoftwareGpu<T>(
  { name, software }: Engine,
  compute: () => Promise<T>,
): Promise<T> {
  if (!software) return compute();
  await wasm.open();
  try {
    return await compute();
  } finally {
    await tf.setBackend(name);
  }
}

/** What this machine can compute on, best first, and why not. Opens nothing. */
export async function surveyEngines(): Promise<EngineReport[]> {
  const probed = await survey();
  const best = chosen(probed);
  return probed.map(({ driver, probe: { available, detail, reason, remedy, software } }) => ({
    name: driver.name,
    available,
    detail,
    ...(reason !== undefined && { reason }),
    ...(remedy !== undefined && { remedy }),
    ...(software && { software }),
    preferred: driver === best?.driver,
  }));
}
