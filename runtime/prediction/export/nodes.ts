import type * as tf from "@tensorflow/tfjs-core";
import { PerBatch, type Size } from "./sizes.js";
import { UntraceableError } from "./untraceable.js";

/** A node of a TensorFlow graph, as protocol buffers write it in JSON. */
export interface Node {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, unknown>;
}

export interface Weight {
  name: string;
  shape: number[];
  dtype: "float32" | "int32" | "bool";
  values: ArrayLike<number>;
}

const types: Readonly<Record<string, string>> = { float32: "DT_FLOAT", int32: "DT_INT32", bool: "DT_BOOL" };

/** A type as an attribute. */
export function typeOf(dtype: tf.DataType): { type: string } {
  const type = types[dtype];
  if (type === undefined)
    throw new UntraceableError(`The model computes with ${dtype}; a graph is made of numbers.`);
  return { type };
}

/** A shape as protocol buffers write it; -1 where the batch stands. */
export function shapeJson(shape: readonly Size[]): { dim: { size: string }[] } {
  return { dim: shape.map((size) => ({ size: size instanceof PerBatch ? "-1" : String(size) })) };
}

/** A graph that grows. Names that nodes have among themselves have a slash, which no name of a spec has. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly weights: Weight[] = [];
  private readonly names = new Set<string>();
  private readonly constants = new Map<string, string>();
  private batch: string | undefined;

  /** @param measured an input, whose first size is that of the batch */
  constructor(private readonly measured: string) {}

  add(op: string, input: readonly string[], attr: Record<string, unknown>, name?: string): string {
    const own = name ?? `${op}/${this.nodes.length}`;
    if (this.names.has(own)) throw new UntraceableError(`Two parts of the graph would be called ${own}.`);
    this.names.add(own);
    this.nodes.push({ name: own, op, ...(input.length > 0 && { input: [...input] }), attr });
    return own;
  }

  /** An array with values; those that are alike are one. */
  constant(values: ArrayLike<number>, shape: readonly number[], dtype: tf.DataType, name?: string): string {
    const type = typeOf(dtype);
    const key = values.length > 4096 ? undefined : JSON.stringify([dtype, shape, Array.from(values, exact)]);
    const known = name === undefined && key !== undefined ? this.constants.get(key) : undefined;
    if (known !== undefined) return known;
    const own = this.add(
      "Const",
      [],
      { dtype: type, value: { tensor: { dtype: type.type, tensorShape: shapeJson(shape) } } },
      name ?? `Const/${this.nodes.length}`,
    );
    this.weights.push({ name: own, shape: [...shape], dtype: dtype as Weight["dtype"], values });
    if (name === undefined && key !== undefined) this.constants.set(key, own);
    return own;
  }

  ints(values: readonly number[]): string {
    return this.constant(values, [values.length], "int32");
  }

  int(value: number): string {
    return this.constant([value], [], "int32");
  }

  /** Sizes as an array, known only when the graph runs where the batch is among them. */
  sizes(sizes: readonly Size[]): string {
    if (sizes.every((size) => typeof size === "number")) return this.ints(sizes);
    const each = sizes.map((size) => (typeof size === "number" ? this.int(size) : this.timesBatch(size)));
    return this.add("Pack", each, { N: { i: String(each.length) }, T: typeOf("int32"), axis: { i: "0" } });
  }

  private timesBatch({ times }: PerBatch): string {
    this.batch ??= this.add(
      "StridedSlice",
      [
        this.add("Shape", [this.measured], { T: typeOf("float32"), out_type: typeOf("int32") }),
        this.ints([0]),
        this.ints([1]),
        this.ints([1]),
      ],
      {
        T: typeOf("int32"),
        Index: typeOf("int32"),
        begin_mask: { i: "0" },
        end_mask: { i: "0" },
        ellipsis_mask: { i: "0" },
        new_axis_mask: { i: "0" },
        shrink_axis_mask: { i: "1" },
      },
    );
    return times === 1 ? this.batch : this.add("Mul", [this.batch, this.int(times)], { T: typeOf("int32") });
  }
}

/** -0 and 0 aren't one, nor are NaN and null. */
function exact(value: number): number | string {
  return Object.is(value, -0) || !Number.isFinite(value) ? `${Object.is(value, -0) ? "-0" : value}` : value;
}

/** A call as it is for any batch. */
export interface AgreedCall {
  kernel: string;
  /** Names in the graph, by the kernel's names of its inputs. */
  inputs: Readonly<Record<string, string | readonly string[]>>;
  /** Their shapes. */
  shapes: Readonly<Record<string, readonly Size[]>>;
  dtypes: Readonly<Record<string, tf.DataType>>;
  attributes: Readonly<Record<string, unknown>>;
  outputs: readonly { shape: readonly Size[]; dtype: tf.DataType }[];
}
