import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError, type EngineDriver } from "./engine.js";
import { correctGradients } from "./gradients/index.js";

/** TensorFlow.js in WebAssembly, with gradients that it computes fast. Its threaded build doesn't start in Node. */
export const wasm: EngineDriver = {
  name: "wasm",
  async probe() {
    return "WebAssembly" in globalThis
      ? { available: true, detail: "WebAssembly with SIMD, 1 thread" }
      : { available: false, detail: "", reason: "this Node has no WebAssembly" };
  },
  async open() {
    const version = await startWasm();
    correctGradients();
    return { detail: "WebAssembly with SIMD, 1 thread", version };
  },
  close() {
    tf.engine().reset();
  },
};

/**
 * Makes wasm the backend as it is published: enough to predict. Gradients need more.
 * @returns its version
 * @throws EngineError when it can't be
 */
export async function startWasm(): Promise<string> {
  const { setWasmPaths, version_wasm: version } = await import("@tensorflow/tfjs-backend-wasm");
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(entry)}${sep}`);
  if (!(await tf.setBackend("wasm"))) throw new EngineError("The wasm engine didn't start.");
  return version;
}
