import { EngineError } from "./engine.js";

/** An engine died while it computed. What it was computing is lost; a process of its own may go on from the last checkpoint. */
export class EngineFailure extends EngineError {
  override name = "EngineFailure";

  constructor(
    message: string,
    /** True when its memory didn't suffice: fewer samples a step may do. */
    readonly memory: boolean,
  ) {
    super(message);
  }
}

/**
 * What engines say when memory runs out: TensorFlow's allocator, the heap of wasm, which ends at 4 GB, V8's buffers, WebGPU's limits and its
 * GPUOutOfMemoryError.
 */
const memoryWords =
  /\boom\b|out of memory|outofmemory|memory access out of bounds|cannot enlarge memory|resource ?exhausted|failed to allocate|allocation failed|bad_alloc|exceeds the max \w+ size limit|maximum memory size/i;

/** What kind of failure an error is, or undefined when it isn't the engine's. */
export function failureOf(error: unknown, engine: string): EngineFailure | undefined {
  if (error instanceof EngineFailure) return error;
  if (!(error instanceof Error)) return undefined;
  const [line = ""] = error.message.split("\n");
  if (memoryWords.test(error.message)) {
    return new EngineFailure(`The ${engine} engine ran out of memory: ${line}.`.replace(/\.+$/, "."), true);
  }
  // What was read from a device that is lost ends so, before or after the device says so itself.
  if (engine === "webgpu" && error.name === "AbortError")
    return new EngineFailure(`The webgpu engine died: The GPU is lost: ${line}`, false);
  // A trap within WebAssembly: its memory may hold anything.
  if (error.constructor.name === "RuntimeError") {
    return new EngineFailure(`The ${engine} engine died: ${line}.`.replace(/\.+$/, "."), false);
  }
  return undefined;
}
