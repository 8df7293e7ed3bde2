import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { EngineError, roomForSamples, type EngineDriver, type Probe } from "./engine.js";
import { correctAddN } from "./gradients/add-n.js";

interface AdapterInfo {
  vendor: string;
  architecture: string;
  device: string;
  description: string;
  fallback: boolean;
}

/** Run in a process of its own: what a driver prints, and what it may crash, stays there. */
const probeScript = `
const { create } = await import(process.argv[1]);
const adapter = await create([]).requestAdapter({ powerPreference: "high-performance" });
const { vendor = "", architecture = "", device = "", description = "" } = adapter?.info ?? {};
const fallback = Boolean(adapter?.isFallbackAdapter ?? adapter?.info?.isFallbackAdapter);
process.stdout.write(JSON.stringify(adapter ? { vendor, architecture, device, description, fallback } : null));
process.exit(0);
`;

const software = /swiftshader|llvmpipe|lavapipe|softpipe|warp|basic render|cpu/i;

function resolved(name: string): string | undefined {
  try {
    return import.meta.resolve(name);
  } catch {
    return undefined;
  }
}

let probed: Promise<Probe> | undefined;

async function probe(): Promise<Probe> {
  const missing = ["webgpu", "@tensorflow/tfjs-backend-webgpu"].filter(
    (name) => resolved(name) === undefined,
  );
  if (missing.length > 0) {
    return {
      available: false,
      detail: "",
      reason: "not installed",
      remedy: `npm install ${missing.join(" ")}`,
    };
  }
  let info: AdapterInfo | null;
  try {
    const args = ["--input-type=module", "--eval", probeScript, resolved("webgpu") as string];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 });
    info = JSON.parse(stdout) as AdapterInfo | null;
  } catch {
    return {
      available: false,
      detail: "",
      reason: "its driver can't be loaded here",
      remedy: "install a Vulkan loader and the GPU's driver (Debian: libvulkan1, mesa-vulkan-drivers)",
    };
  }
  if (info === null)
    return {
      available: false,
      detail: "",
      reason: "no GPU with a Vulkan, Metal or Direct3D driver",
      remedy:
        "install the GPU's driver; a GPU in software: VK_ICD_FILENAMES=.../vk_swiftshader_icd.json, of Debian's chromium",
    };
  const words = [info.vendor, info.device, info.architecture, info.description].filter((word) => word !== "");
  const detail = [...new Set(words)].join(" ");
  const inSoftware = info.fallback || software.test(detail);
  return {
    available: true,
    detail,
    gpu: !inSoftware,
    ...(inSoftware && {
      software: true,
      reason: "a GPU in software, slower than wasm: taken only when asked for",
    }),
  };
}

/** Any vendor's GPU, by Dawn; needs the optional packages webgpu and @tensorflow/tfjs-backend-webgpu. */
export const webgpu: EngineDriver = {
  name: "webgpu",
  probe: () => (probed ??= probe()),
  async open() {
    const { available, detail, reason, remedy } = await this.probe();
    if (!available) throw new EngineError(`The webgpu engine can't be opened: ${reason}. ${remedy}.`);
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    const gpu = create([]);
    Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "node" }, configurable: true });
    const { version_webgpu: version } = (await import("@tensorflow/tfjs-backend-webgpu")) as unknown as {
      version_webgpu?: string;
    };
    const started = await tf.setBackend("webgpu").catch(() => false);
    if (!started) throw new EngineError(`The webgpu engine didn't start on ${detail}.`);
    correctAddN();
    return { detail, version: version ?? tf.version_core };
  },
  failed() {
    const device = deviceOf();
    return new Promise((resolve) => {
      // WebGPU throws nothing: what a call that failed should have made reads as zeros.
      device.addEventListener("uncapturederror", ({ error }) => resolve(new Error(error.message)));
      device.lost.then(({ message }) => {
        if (!closed.has(device)) resolve(new Error(`The GPU is lost: ${message}`));
      });
    });
  },
  memory() {
    const { maxBufferSize, maxStorageBufferBindingSize } = deviceOf().limits;
    return { array: Math.min(maxBufferSize, maxStorageBufferBindingSize), all: roomForSamples };
  },
  async settled() {
    await deviceOf().queue.onSubmittedWorkDone();
  },
  close() {
    const device = deviceOf();
    closed.add(device);
    tf.engine().reset();
    device.destroy();
  },
};

/** Devices that were given back. */
const closed = new WeakSet<Device>();

function deviceOf(): Device {
  return (tf.findBackend("webgpu") as unknown as { device: Device }).device;
}

/** The little that is used of a GPUDevice. */
interface Device {
  lost: Promise<{ message: string }>;
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number };
  queue: { onSubmittedWorkDone(): Promise<void> };
  destroy(): void;
  addEventListener(type: "uncapturederror", listener: (event: { error: Error }) => void): void;
}
