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
    const { setWasmPaths, version_wasm: version } = await import("@tensorflow/tfjs-backend-wasm");
    const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(`${dirname(entry)}${sep}`);
    if (!(await tf.setBackend("wasm"))) throw new EngineError("The wasm engine didn't start.");
    correctGradients();
    return { detail: "WebAssembly with SIMD, 1 thread", version };
  },
  close() {
    tf.engine().reset();
  },
};
