/** What tensors are computed on. */
export type EngineName = "tensorflow" | "webgpu" | "wasm" | "cpu";

/** The engine of this process. */
export interface Engine {
  name: EngineName;
  /** What it is here: "WebAssembly with SIMD, 1 thread", the name of a GPU. */
  detail: string;
  /** Version of the package that it comes from. */
  version: string;
  /** Why it was chosen, as a sentence. */
  why: string;
  /** True for a GPU in software. */
  software?: boolean;
}

/** What the survey found of one engine. */
export interface EngineReport {
  name: EngineName;
  available: boolean;
  /** What it is here; empty when it isn't available. */
  detail: string;
  /** Why it isn't available, or isn't chosen by itself. */
  reason?: string;
  /** What would make it available. */
  remedy?: string;
  /** True for a GPU in software. */
  software?: boolean;
  /** True for the one that is chosen when none is asked for. */
  preferred: boolean;
}

/** An engine can't be opened. */
export class EngineError extends Error {
  override name = "EngineError";
}

/** Bytes of samples that may stay on a device beside all that is computed there. */
export interface DeviceMemory {
  /** Of one array. */
  array: number;
  /** Of all together. */
  all: number;
}

/** Of all samples together: a device doesn't tell how much it has; those that train models have four times as much. */
export const roomForSamples = 2 ** 30;

/** How one engine is found, started and stopped. */
export interface EngineDriver {
  name: EngineName;
  /** What is there, without opening it. Never throws. */
  probe(): Promise<Probe>;
  /** Makes it the backend of TensorFlow.js. @throws EngineError when it can't be */
  open(): Promise<{ detail: string; version: string }>;
  /** Resolves, with an error that says why, when the opened device dies outside of any call. */
  failed?(): Promise<Error>;
  /** Of an engine with a memory of its own: what of it samples may take. */
  memory?(): DeviceMemory | undefined;
  /** Resolves when all that it was asked for is done. Reads nothing back. */
  settled?(): Promise<void>;
  /** Gives back what it has: its memory, its device. Tensors that are left are gone. */
  close(): void;
}

export interface Probe {
  available: boolean;
  detail: string;
  reason?: string;
  remedy?: string;
  software?: boolean;
  /** True when it computes on a GPU. */
  gpu?: boolean;
}
