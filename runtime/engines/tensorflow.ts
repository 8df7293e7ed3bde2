import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError, roomForSamples, type EngineDriver, type Probe } from "./engine.js";

/** The little that is used of @tensorflow/tfjs-node and @tensorflow/tfjs-node-gpu. */
interface NodeBinding {
  version?: { "tfjs-node"?: string };
}

interface NodeBackend {
  isUsingGpuDevice?: boolean;
}

const require = createRequire(import.meta.url);

/**
 * Where `mmspec engines --install tensorflow` puts what it builds: in the node_modules that has the runtime's own TensorFlow.js, so that the addon finds that one.
 * npm leaves folders there alone whose names begin with a dot, but for `npm ci`, which begins anew.
 */
export function tensorflowFolder(): string {
  const modules = dirname(dirname(dirname(require.resolve("@tensorflow/tfjs/package.json"))));
  return join(modules, ".mmspec", "tensorflow");
}

/** The package within that folder. */
export const tensorflowPackage = join("node_modules", "@tensorflow", "tfjs-node");

/** Where the engine may come from, the best first. */
function candidates(): { name: string; path: string }[] {
  const installed = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"].flatMap((name) => {
    try {
      return [{ name, path: require.resolve(name) }];
    } catch {
      return [];
    }
  });
  const built = join(tensorflowFolder(), tensorflowPackage);
  return existsSync(built) ? [...installed, { name: "the tensorflow engine", path: built }] : installed;
}

type Loaded = { binding: NodeBinding; gpu: boolean } | Pick<Probe, "reason" | "remedy">;

let loaded: Promise<Loaded> | undefined;

const remedy =
  "mmspec engines --install tensorflow, or npm install @tensorflow/tfjs-node (-gpu for CUDA 11.2)";

/** Loads the first that is installed and whose native part works. */
async function load(): Promise<Loaded> {
  let reason = "not installed";
  // Its log of what the processor can do would stand between the lines of a run.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  for (const { name, path } of candidates()) {
    try {
      const before = tf.getBackend();
      const binding = require(path) as NodeBinding;
      const backend = tf.findBackend("tensorflow") as NodeBackend | null;
      if (before !== undefined && before !== tf.getBackend()) await tf.setBackend(before);
      return { binding, gpu: Boolean(backend?.isUsingGpuDevice) };
    } catch (error) {
      const [line] = (error as Error).message.split("\n");
      reason = `${name} is installed but doesn't load: ${line}`;
    }
  }
  return { reason, remedy };
}

/** TensorFlow's own library, on CUDA or on the CPU. The user installs it: its install script downloads from elsewhere. */
export const tensorflow: EngineDriver = {
  name: "tensorflow",
  async probe(): Promise<Probe> {
    const found = await (loaded ??= load());
    if (!("binding" in found)) return { available: false, detail: "", ...found };
    const { gpu } = found;
    return { available: true, gpu, detail: gpu ? "TensorFlow with CUDA" : "TensorFlow on the CPU" };
  },
  async open() {
    const { available, detail, reason, remedy: mend } = await this.probe();
    if (!available) throw new EngineError(`The tensorflow engine can't be opened: ${reason}. ${mend}.`);
    const { binding } = (await loaded) as { binding: NodeBinding };
    if (!(await tf.setBackend("tensorflow"))) throw new EngineError("The tensorflow engine didn't start.");
    return { detail, version: binding.version?.["tfjs-node"] ?? tf.version_core };
  },
  memory() {
    const { isUsingGpuDevice } = tf.findBackend("tensorflow") as NodeBackend;
    return isUsingGpuDevice ? { array: roomForSamples, all: roomForSamples } : undefined;
  },
  close() {
    tf.engine().reset();
  },
};
