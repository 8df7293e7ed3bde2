import type * as tf from "@tensorflow/tfjs-core";
import { Graph, shapeJson, typeOf, type AgreedCall, type Node, type Weight } from "./nodes.js";
import { operations } from "./operations.js";
import { agree, PerBatch, type Agreed, type Size } from "./sizes.js";
import type { Call, Leaf, Source, Trace } from "./trace.js";
import { UntraceableError } from "./untraceable.js";
import { size } from "../../data/size.js";

export interface TracedGraph {
  nodes: readonly Node[];
  weights: readonly Weight[];
  inputs: Readonly<Record<string, { shape: readonly Size[]; dtype: tf.DataType }>>;
  outputs: Readonly<Record<string, { name: string; shape: readonly Size[]; dtype: tf.DataType }>>;
}

/**
 * Makes a graph for batches of any size of two traces with batches of two sizes. What no output comes from is left out.
 * @throws UntraceableError when the traces differ otherwise than by their batches
 */
export function graphOf(first: Trace, second: Trace, batches: readonly [number, number]): TracedGraph {
  const agreed = <T>(what: string, a: T, b: T): Agreed<T> => {
    try {
      return agree(a, b, batches);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UntraceableError(
        `What the model does follows from how many samples it is given at a time (${what}: ${error.message} of ${batches.join(" and ")} samples), or from their values, which a graph can't say. \`mmspec export --as package\` takes every model.`,
      );
    }
  };
  const names = ({ calls }: Trace) => calls.map(({ kernel }) => kernel);
  agreed("calls", names(first), names(second));
  agreed("outputs", first.outputs, second.outputs);
  const wanted = neededCalls(first);
  const inputs = first.leaves.flatMap((leaf, i) => {
    if (leaf.input === undefined) return [];
    const shape = agreed(leaf.input, leaf.shape, second.leaves[i]?.shape ?? []) as readonly Size[];
    return [[leaf.input, { shape, dtype: leaf.dtype }] as const];
  });
  const graph = new Graph(inputs[0]?.[0] ?? "");
  for (const [name, { shape, dtype }] of inputs)
    graph.add("Placeholder", [], { dtype: typeOf(dtype), shape: { shape: shapeJson(shape) } }, name);
  const leafNames = new Map<number, string>();
  const made = new Map<number, readonly string[]>();
  const leafName = (at: number): string => {
    const known = leafNames.get(at);
    if (known !== undefined) return known;
    const name = leafNode(graph, first.leaves[at] as Leaf, second.leaves[at] as Leaf, agreed);
    leafNames.set(at, name);
    return name;
  };
  const nameOf = (source: Source): string =>
    "leaf" in source ? leafName(source.leaf) : (made.get(source.call)?.[source.output] as string);
  const about = (source: Source) => {
    const of = ({ leaves, calls }: Trace) =>
      "leaf" in source ? (leaves[source.leaf] as Leaf) : calls[source.call]?.outputs[source.output];
    const { shape = [], dtype = "float32" } = of(first) ?? {};
    return { shape: agreed("a shape", shape, of(second)?.shape ?? []) as readonly Size[], dtype };
  };
  first.calls.forEach((call, at) => {
    if (!wanted.has(at)) return;
    const other = second.calls[at] as Call;
    agreed(`inputs of ${call.kernel}`, call.inputs, other.inputs);
    const single = Object.entries(call.inputs).map(
      ([name, source]) => [name, about(Array.isArray(source) ? source[0] : (source as Source))] as const,
    );
    const agreedCall: AgreedCall = {
      kernel: call.kernel,
      inputs: Object.fromEntries(
        Object.entries(call.inputs).map(([name, source]) => [
          name,
          Array.isArray(source) ? source.map(nameOf) : nameOf(source as Source),
        ]),
      ),
      shapes: Object.fromEntries(single.map(([name, { shape }]) => [name, shape])),
      dtypes: Object.fromEntries(single.map(([name, { dtype }]) => [name, dtype])),
      attributes: agreed(call.kernel, call.attributes, other.attributes),
      outputs: call.outputs.map((_, output) => about({ call: at, output })),
    };
    made.set(at, (operations[call.kernel] as (typeof operations)[string])(agreedCall, graph));
  });
  const outputs = Object.entries(first.outputs).map(([name, source]) => {
    const { shape, dtype } = about(source);
    const node = graph.add("Identity", [nameOf(source)], { T: typeOf(dtype) }, `outputs/${name}`);
    return [name, { name: node, shape, dtype }] as const;
  });
  const { nodes, weights } = graph;
  return { nodes, weights, inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) };
}

/** An input's name, a constant, or one as large as the batch: of one value, or of rows that are alike. */
function leafNode(
  graph: Graph,
  leaf: Leaf,
  other: Leaf,
  agreed: <T>(what: string, a: T, b: T) => Agreed<T>,
): string {
  if (leaf.input !== undefined) return leaf.input;
  const { dtype, weight } = leaf;
  const values = Array.from(leaf.values as ArrayLike<number>);
  const others = Array.from(other.values as ArrayLike<number>);
  const shape = agreed("a constant", leaf.shape, other.shape) as readonly Size[];
  /** True when both are made of the first so many values, again and again. */
  const repeats = (period: number) =>
    [values, others].every((all) => all.every((value, i) => Object.is(value, values[i % period])));
  const isPerBatch = (size: Size | undefined) => size instanceof PerBatch;
  if (!shape.some(isPerBatch) && repeats(values.length)) {
    const name = weight === undefined ? undefined : `weights/${weight.replace(/[^A-Za-z0-9_.-]/g, "_")}`;
    return graph.constant(values, leaf.shape, dtype, name);
  }
  if (repeats(1)) {
    const value = graph.constant(values.slice(0, 1), [], dtype);
    return graph.add("Fill", [graph.sizes(shape), value], { T: typeOf(dtype), index_type: typeOf("int32") });
  }
  const [times, ...rest] = shape;
  const row = size(leaf.shape.slice(1));
  if (!isPerBatch(times) || rest.some(isPerBatch) || !repeats(row))
    throw new UntraceableError(
      "The model computes with values that follow from its samples outside of TensorFlow.js, which a graph can't say. `mmspec export --as package` takes every model.",
    );
  const one = graph.constant(values.slice(0, row), [1, ...leaf.shape.slice(1)], dtype);
  const reps = graph.sizes([times as PerBatch, ...rest.map(() => 1)]);
  return graph.add("Tile", [one, reps], { T: typeOf(dtype), Tmultiples: typeOf("int32") });
}

/** The calls that an output comes from. */
function neededCalls({ calls, outputs }: Trace): Set<number> {
  const needed = new Set<number>();
  const waiting: Source[] = Object.values(outputs);
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    if ("leaf" in source || needed.has(source.call)) continue;
    needed.add(source.call);
    for (const input of Object.values((calls[source.call] as Call).inputs))
      waiting.push(...(Array.isArray(input) ? (input as Source[]) : [input as Source]));
  }
  return needed;
}
