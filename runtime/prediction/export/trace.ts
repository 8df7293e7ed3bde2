import * as tf from "@tensorflow/tfjs-core";
import { operations } from "./operations.js";
import { untraceable } from "./untraceable.js";

/** What a call of a kernel was given: what another call made, or something that was there before. */
export type Source = { call: number; output: number } | { leaf: number };

/** One call of a kernel. */
export interface Call {
  kernel: string;
  /** By the kernel's names; a list where it takes several. */
  inputs: Readonly<Record<string, Source | readonly Source[]>>;
  attributes: Readonly<Record<string, unknown>>;
  outputs: readonly { shape: readonly number[]; dtype: tf.DataType }[];
}

/** What no call made: an input of the function, or an array with values. */
export interface Leaf {
  /** Of an input. */
  input?: string;
  /** Of a weight. */
  weight?: string;
  shape: readonly number[];
  dtype: tf.DataType;
  /** All but those of inputs. */
  values?: ArrayLike<number>;
}

/** What a function of tensors did, as calls of kernels in their order. */
export interface Trace {
  calls: readonly Call[];
  leaves: readonly Leaf[];
  outputs: Readonly<Record<string, Source>>;
}

/**
 * Runs a function of tensors and writes down every kernel that it calls, by standing in the way of the engine. What a kernel calls itself isn't
 * written down. Needs an engine that can be read at once: wasm or cpu.
 * @param weights that keep their names
 * @throws UntraceableError when an output comes from a kernel that graphs don't have
 */
export function trace(
  inputs: Readonly<Record<string, tf.Tensor>>,
  weights: readonly { name: string; tensor: tf.Tensor }[],
  body: () => Readonly<Record<string, tf.Tensor>>,
): Trace {
  const calls: Call[] = [];
  const leaves: Leaf[] = [];
  const sources = new Map<number, Source>();
  /** Kernels that no graph has, by what they made. */
  const unknown = new Map<number, string>();
  const leaf = (tensor: tf.Tensor, of: Leaf): Source => {
    const source = { leaf: leaves.push(of) - 1 };
    sources.set(tensor.id, source);
    return source;
  };
  const about = ({ shape, dtype }: tf.Tensor) => ({ shape: [...shape], dtype });
  for (const [input, tensor] of Object.entries(inputs)) leaf(tensor, { input, ...about(tensor) });
  const named = new Map(weights.map(({ name, tensor }) => [tensor.id, name]));

  const sourceOf = (tensor: tf.Tensor): Source => {
    const known = sources.get(tensor.id);
    if (known !== undefined) return known;
    const kernel = unknown.get(tensor.id);
    if (kernel !== undefined) throw untraceable(kernel);
    const weight = named.get(tensor.id);
    const values = tensor.dataSync().slice();
    return leaf(tensor, { ...(weight !== undefined && { weight }), ...about(tensor), values });
  };

  const engine = tf.engine();
  const runKernel = engine.runKernel.bind(engine);
  let inside = false;
  const recording = (kernel: string, given: tf.NamedTensorMap, attributes?: tf.NamedAttrMap) => {
    if (inside) return runKernel(kernel, given, attributes);
    if (!Object.hasOwn(operations, kernel)) {
      const made = runKernel(kernel, given, attributes);
      for (const tensor of listed(made)) if (!sources.has(tensor.id)) unknown.set(tensor.id, kernel);
      return made;
    }
    const of = (value: tf.Tensor | tf.Tensor[]) =>
      Array.isArray(value) ? value.map(sourceOf) : sourceOf(value);
    const from = Object.entries(given as Record<string, tf.Tensor | tf.Tensor[] | null | undefined>).flatMap(
      ([name, value]) => (value === null || value === undefined ? [] : [[name, of(value)] as const]),
    );
    inside = true;
    try {
      const made = runKernel(kernel, given, attributes);
      const call = calls.length;
      calls.push({
        kernel,
        inputs: Object.fromEntries(from),
        attributes: { ...attributes },
        outputs: listed(made).map(about),
      });
      listed(made).forEach((tensor, output) => sources.set(tensor.id, { call, output }));
      return made;
    } finally {
      inside = false;
    }
  };
  engine.runKernel = recording as typeof engine.runKernel;
  try {
    const outputs = tf.tidy(() =>
      Object.entries(body()).map(([name, tensor]) => [name, sourceOf(tensor)] as const),
    );
    return { calls, leaves, outputs: Object.fromEntries(outputs) };
  } finally {
    // The method of the class shows again.
    Reflect.deleteProperty(engine, "runKernel");
  }
}

function listed(made: unknown): tf.Tensor[] {
  return Array.isArray(made) ? (made as tf.Tensor[]) : [made as tf.Tensor];
}
