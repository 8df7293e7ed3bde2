import * as tf from "@tensorflow/tfjs-core";
import { EngineError, type EngineDriver, type Probe } from "./engine.js";

/** The little that is used of @tensorflow/tfjs-node and @tensorflow/tfjs-node-gpu. */
interface NodeBinding {
  version?: { "tfjs-node"?: string };
  node?: unknown;
}

interface NodeBackend {
  isGPUPackage?: boolean;
  isUsingGpuDevice?: boolean;
}

const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];

let loaded: Promise<{ binding?: NodeBinding; gpu: boolean; reason?: string }> | undefined;

/** Loads the first of the packages that is installed and whose native part works. */
async function load(): Promise<{ binding?: NodeBinding; gpu: boolean; reason?: string }> {
  let reason = "not installed: npm install @tensorflow/tfjs-node-gpu (CUDA) or @tensorflow/tfjs-node";
  for (const name of packages) {
    try {
      import.meta.resolve(name);
    } catch {
      continue;
    }
    try {
      const before = tf.getBackend();
      const binding = (await import(name)) as NodeBinding;
      const backend = tf.findBackend("tensorflow") as NodeBackend | null;
      if (before !== undefined && before !== tf.getBackend()) await tf.setBackend(before);
      return { binding, gpu: Boolean(backend?.isUsingGpuDevice) };
    } catch (error) {
      const [line] = (error as Error).message.split("\n");
      reason = `${name} is installed but doesn't load: ${line}`;
    }
  }
  return { gpu: false, reason };
}

/** TensorFlow's own library, on CUDA or on the CPU. The user installs it: its install script downloads from elsewhere. */
export const tensorflow: EngineDriver = {
  name: "tensorflow",
  async probe(): Promise<Probe> {
    const { binding, gpu, reason } = await (loaded ??= load());
    if (binding === undefined)
      return { available: false, detail: "", ...(reason !== undefined && { reason }) };
    return { available: true, gpu, detail: gpu ? "TensorFlow with CUDA" : "TensorFlow on the CPU" };
  },
  async open() {
    const { available, detail, reason } = await this.probe();
    if (!available) throw new EngineError(`The tensorflow engine can't be opened: ${reason}.`);
    const { binding } = await (loaded as NonNullable<typeof loaded>);
    if (!(await tf.setBackend("tensorflow"))) throw new EngineError("The tensorflow engine didn't start.");
    return { detail, version: binding?.version?.["tfjs-node"] ?? tf.version_core };
  },
};
