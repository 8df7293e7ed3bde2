import type { Heap } from "../gradients/heap.js";

/** The little that is used of WebAssembly, whose types come with those of browsers alone. */
interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { tfjs: { memory: object } }) => { exports: object };
}

/**
 * What gives a module's functions, which work in the memory of the backend that they are asked for.
 * @param code of the module, in base 64
 * @returns undefined where WebAssembly has no SIMD, or the backend keeps its memory to itself
 */
export function instances<Exports extends object>(code: string): (heap: Heap) => Exports | undefined {
  const made = new WeakMap<Heap, Exports | undefined>();
  return (heap) => {
    if (!made.has(heap)) made.set(heap, instantiate(code, heap) as Exports | undefined);
    return made.get(heap);
  };
}

function instantiate(code: string, heap: Heap): object | undefined {
  const memory = (heap as unknown as { wasm?: { asm?: { memory?: object } } }).wasm?.asm?.memory;
  const bytes = Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };
  if (memory === undefined || !WebAssembly.validate(bytes)) return undefined;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { tfjs: { memory } }).exports;
}
