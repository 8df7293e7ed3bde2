import type * as tf from "@tensorflow/tfjs-core";
import { typeOf, type AgreedCall, type Graph } from "./nodes.js";
import { PerBatch, type Size } from "./sizes.js";
import { UntraceableError } from "./untraceable.js";

/** Says a kernel's call in nodes. @returns the names of what it makes */
type Operation = (call: AgreedCall, graph: Graph) => string[];

const bool = (b: unknown) => ({ b: b === true });
const int = (i: number) => ({ i: String(i) });
const ints = (values: readonly number[]) => ({ list: { i: values.map(String) } });
const text = (s: string) => ({ s: Buffer.from(s).toString("base64") });

const one = (call: AgreedCall, name: string): string => call.inputs[name] as string;
const typeIn = (call: AgreedCall, name: string) => typeOf(call.dtypes[name] as tf.DataType);
const rankOf = (call: AgreedCall, name: string): number => (call.shapes[name] as readonly Size[]).length;

/** A number that the batch has no part in. */
function plain(value: unknown): number {
  if (typeof value !== "number")
    throw new UntraceableError("The model cuts along its batch, which a graph can't say.");
  return value;
}

const list = (value: unknown): number[] => (Array.isArray(value) ? value : [value]).map(plain);

/** An axis counted from the front. */
const axisOf = (call: AgreedCall, name: string, value: unknown): number => {
  const axis = plain(value);
  return axis < 0 ? axis + rankOf(call, name) : axis;
};

/** One input and its type, nothing else. */
const unary =
  (op: string): Operation =>
  (call, graph) => {
    const [name = ""] = Object.keys(call.inputs);
    return [graph.add(op, [one(call, name)], { T: typeIn(call, name) })];
  };

const binary =
  (op: string): Operation =>
  (call, graph) => [graph.add(op, [one(call, "a"), one(call, "b")], { T: typeIn(call, "a") })];

const logical =
  (op: string): Operation =>
  (call, graph) => [graph.add(op, [one(call, "a"), one(call, "b")], {})];

const reduction =
  (op: string): Operation =>
  (call, graph) => {
    const axis = call.attributes.axis ?? call.attributes.reductionIndices;
    const all = axis === null || axis === undefined || (Array.isArray(axis) && axis.length === 0);
    const axes = all
      ? Array.from({ length: rankOf(call, "x") }, (_, i) => i)
      : list(axis).map((value) => axisOf(call, "x", value));
    const truth = op === "All" || op === "Any" ? {} : { T: typeIn(call, "x") };
    const attr = { ...truth, Tidx: typeOf("int32"), keep_dims: bool(call.attributes.keepDims) };
    return [graph.add(op, [one(call, "x"), graph.ints(axes)], attr)];
  };

const many =
  (op: string): Operation =>
  (call, graph) => {
    const names = inputList(call);
    return [
      graph.add(op, names, { N: int(names.length), T: typeIn(call, Object.keys(call.inputs)[0] ?? "") }),
    ];
  };

/** The inputs of a kernel that takes a list of tensors. */
function inputList(call: AgreedCall): string[] {
  return Object.values(call.inputs).flatMap((input) => input);
}

/** What strides and sizes of a window are, for the two axes of a picture. */
const pair = (value: unknown): number[] => {
  const [height = 1, width = height] = list(value);
  return [1, height, width, 1];
};

const padding = (pad: unknown): Record<string, unknown> => {
  if (pad === "same" || pad === "valid") return { padding: text(pad.toUpperCase()) };
  if (pad === 0) return { padding: text("VALID") };
  const around =
    typeof pad === "number"
      ? [
          [0, 0],
          [pad, pad],
          [pad, pad],
          [0, 0],
        ]
      : (pad as number[][]);
  return { padding: text("EXPLICIT"), explicit_paddings: ints(around.flat().map(plain)) };
};

const nhwc = ({ attributes }: AgreedCall) => {
  if (attributes.dataFormat !== undefined && attributes.dataFormat !== "NHWC")
    throw new UntraceableError(
      `The model has pictures as ${String(attributes.dataFormat)}; a graph has NHWC.`,
    );
  return { data_format: text("NHWC") };
};

const convolution =
  (op: string): Operation =>
  (call, graph) => {
    const { strides, pad, dilations } = call.attributes;
    const attr = {
      T: typeIn(call, "x"),
      strides: ints(pair(strides)),
      dilations: ints(pair(dilations ?? 1)),
      ...padding(pad),
      ...nhwc(call),
    };
    return [graph.add(op, [one(call, "x"), one(call, "filter")], attr)];
  };

const pool =
  (op: string): Operation =>
  (call, graph) => {
    const { strides, pad, filterSize } = call.attributes;
    const attr = {
      strides: ints(pair(strides)),
      ksize: ints(pair(filterSize)),
      ...padding(pad),
      ...nhwc(call),
    };
    return [graph.add(op, [one(call, "x")], { T: typeIn(call, "x"), ...attr })];
  };

const batchMatMul: Operation = (call, graph) => {
  const { transposeA, transposeB } = call.attributes;
  const inputs = [one(call, "a"), one(call, "b")];
  if (rankOf(call, "a") === 2 && rankOf(call, "b") === 2) {
    const attr = { T: typeIn(call, "a"), transpose_a: bool(transposeA), transpose_b: bool(transposeB) };
    return [graph.add("MatMul", inputs, attr)];
  }
  const attr = { T: typeIn(call, "a"), adj_x: bool(transposeA), adj_y: bool(transposeB) };
  return [graph.add("BatchMatMulV2", inputs, attr)];
};

const reshape: Operation = (call, graph) => {
  const [name = ""] = Object.keys(call.inputs);
  const { shape } = call.outputs[0] as AgreedCall["outputs"][number];
  const open = shape.filter((size) => size instanceof PerBatch).length;
  const wanted =
    open <= 1 ? graph.ints(shape.map((size) => (typeof size === "number" ? size : -1))) : graph.sizes(shape);
  return [
    graph.add("Reshape", [one(call, name), wanted], { T: typeIn(call, name), Tshape: typeOf("int32") }),
  ];
};

const slice: Operation = (call, graph) => {
  const [from, made] = [call.shapes.x as readonly Size[], call.outputs[0]?.shape as readonly Size[]];
  const begins = call.attributes.begin;
  const begin = from.map((_, axis) => (Array.isArray(begins) ? begins[axis] : axis === 0 ? begins : 0) ?? 0);
  const whole = (axis: number) => begin[axis] === 0 && sameSize(from[axis], made[axis]);
  const sizes = made.map((size, axis) => (size instanceof PerBatch && whole(axis) ? -1 : size));
  const attr = { T: typeIn(call, "x"), Index: typeOf("int32") };
  return [graph.add("Slice", [one(call, "x"), graph.sizes(begin as Size[]), graph.sizes(sizes)], attr)];
};

function sameSize(a: Size | undefined, b: Size | undefined): boolean {
  return a === b || (a instanceof PerBatch && b instanceof PerBatch && a.times === b.times);
}

const several = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}:${i}`));

const split: Operation = (call, graph) => {
  const axis = axisOf(call, "x", call.attributes.axis);
  const sizes = call.outputs.map(({ shape }) => shape[axis] as Size);
  const inputs = [one(call, "x"), graph.sizes(sizes), graph.int(axis)];
  const attr = { T: typeIn(call, "x"), Tlen: typeOf("int32"), num_split: int(sizes.length) };
  return several(graph.add("SplitV", inputs, attr), sizes.length);
};

const clip: Operation = (call, graph) => {
  const bounds = [call.attributes.clipValueMin, call.attributes.clipValueMax].map((bound) =>
    graph.constant([plain(bound)], [], call.dtypes.x as tf.DataType),
  );
  return [graph.add("ClipByValue", [one(call, "x"), ...bounds], { T: typeIn(call, "x") })];
};

const concat: Operation = (call, graph) => {
  const names = inputList(call);
  const [first = ""] = Object.keys(call.inputs);
  const axis = graph.int(axisOf(call, first, call.attributes.axis));
  const attr = { N: int(names.length), T: typeIn(call, first), Tidx: typeOf("int32") };
  return [graph.add("ConcatV2", [...names, axis], attr)];
};

const pack: Operation = (call, graph) => {
  const names = inputList(call);
  const [first = ""] = Object.keys(call.inputs);
  const axis = plain(call.attributes.axis);
  const attr = { N: int(names.length), T: typeIn(call, first), axis: int(axis) };
  return [graph.add("Pack", names, attr)];
};

/**
 * The kernels that models use when they predict, and what TensorFlow calls the same. A kernel that isn't here ends an export with its name.
 * TensorFlow's names and attributes are those of its graphs (tensorflow/core/ops).
 */
export const operations: Readonly<Record<string, Operation>> = {
  ...Object.fromEntries(
    [
      ...["Abs", "Ceil", "Cos", "Elu", "Erf", "Exp", "Expm1", "Floor", "Identity", "Log", "Log1p", "Neg"],
      ...["Reciprocal", "Relu", "Relu6", "Round", "Rsqrt", "Selu", "Sigmoid", "Sign", "Sin", "Softplus"],
      ...["Sqrt", "Square", "Tanh", "ZerosLike", "OnesLike", "Softmax", "LogSoftmax"],
    ].map((op) => [op, unary(op)]),
  ),
  ...Object.fromEntries(
    Object.entries({
      Add: "AddV2",
      Sub: "Sub",
      Multiply: "Mul",
      RealDiv: "RealDiv",
      Maximum: "Maximum",
      Minimum: "Minimum",
      Pow: "Pow",
      SquaredDifference: "SquaredDifference",
      FloorDiv: "FloorDiv",
      Mod: "FloorMod",
      Equal: "Equal",
      NotEqual: "NotEqual",
      Greater: "Greater",
      GreaterEqual: "GreaterEqual",
      Less: "Less",
      LessEqual: "LessEqual",
    }).map(([kernel, op]) => [kernel, binary(op)]),
  ),
  LogicalAnd: logical("LogicalAnd"),
  LogicalOr: logical("LogicalOr"),
  LogicalNot: (call, graph) => [graph.add("LogicalNot", [one(call, "x")], {})],
  ...Object.fromEntries(["Sum", "Mean", "Max", "Min", "Prod", "All", "Any"].map((op) => [op, reduction(op)])),
  AddN: many("AddN"),
  BatchMatMul: batchMatMul,
  Conv2D: convolution("Conv2D"),
  DepthwiseConv2dNative: convolution("DepthwiseConv2dNative"),
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AvgPool"),
  Reshape: reshape,
  ExpandDims: reshape,
  Slice: slice,
  SplitV: split,
  ClipByValue: clip,
  Concat: concat,
  Pack: pack,
  Unpack: (call, graph) => {
    const count = call.outputs.length;
    const attr = { T: typeIn(call, "value"), axis: int(plain(call.attributes.axis)), num: int(count) };
    return several(graph.add("Unpack", [one(call, "value")], attr), count);
  },
  Transpose: (call, graph) => {
    const perm = graph.ints(list(call.attributes.perm));
    return [graph.add("Transpose", [one(call, "x"), perm], { T: typeIn(call, "x"), Tperm: typeOf("int32") })];
  },
  Reverse: (call, graph) => {
    const axes = list(call.attributes.dims).map((axis) => axisOf(call, "x", axis));
    const attr = { T: typeIn(call, "x"), Tidx: typeOf("int32") };
    return [graph.add("ReverseV2", [one(call, "x"), graph.ints(axes)], attr)];
  },
  Tile: (call, graph) => {
    const reps = graph.sizes(call.attributes.reps as readonly Size[]);
    return [graph.add("Tile", [one(call, "x"), reps], { T: typeIn(call, "x"), Tmultiples: typeOf("int32") })];
  },
  Fill: (call, graph) => {
    const { shape, dtype } = call.outputs[0] as AgreedCall["outputs"][number];
    const value = graph.constant([plain(call.attributes.value)], [], dtype);
    return [
      graph.add("Fill", [graph.sizes(shape), value], { T: typeOf(dtype), index_type: typeOf("int32") }),
    ];
  },
  PadV2: (call, graph) => {
    const around = (call.attributes.paddings as unknown[][]).map(list);
    const paddings = graph.constant(around.flat(), [around.length, 2], "int32");
    const value = graph.constant([plain(call.attributes.constantValue)], [], call.dtypes.x as tf.DataType);
    const attr = { T: typeIn(call, "x"), Tpaddings: typeOf("int32") };
    return [graph.add("PadV2", [one(call, "x"), paddings, value], attr)];
  },
  Cast: (call, graph) => {
    const { dtype } = call.outputs[0] as AgreedCall["outputs"][number];
    return [
      graph.add("Cast", [one(call, "x")], {
        SrcT: typeIn(call, "x"),
        DstT: typeOf(dtype),
        Truncate: bool(false),
      }),
    ];
  },
  Select: (call, graph) => {
    const inputs = ["condition", "t", "e"].map((name) => one(call, name));
    return [graph.add("SelectV2", inputs, { T: typeIn(call, "t") })];
  },
  GatherV2: (call, graph) => {
    const axis = graph.int(axisOf(call, "x", call.attributes.axis));
    const attr = {
      Tparams: typeIn(call, "x"),
      Tindices: typeIn(call, "indices"),
      Taxis: typeOf("int32"),
      batch_dims: int(plain(call.attributes.batchDims ?? 0)),
    };
    return [graph.add("GatherV2", [one(call, "x"), one(call, "indices"), axis], attr)];
  },
  OneHot: (call, graph) => {
    const { depth, onValue, offValue } = call.attributes;
    const { dtype } = call.outputs[0] as AgreedCall["outputs"][number];
    const values = [onValue, offValue].map((value) => graph.constant([plain(value)], [], dtype));
    const inputs = [one(call, "indices"), graph.int(plain(depth)), ...values];
    return [graph.add("OneHot", inputs, { T: typeOf(dtype), TI: typeIn(call, "indices"), axis: int(-1) })];
  },
  ArgMax: (call, graph) => {
    const axis = graph.int(axisOf(call, "x", call.attributes.axis));
    const attr = { T: typeIn(call, "x"), Tidx: typeOf("int32"), output_type: typeOf("int32") };
    return [graph.add("ArgMax", [one(call, "x"), axis], attr)];
  },
  TopK: (call, graph) => {
    const attr = { T: typeIn(call, "x"), sorted: bool(call.attributes.sorted) };
    return several(graph.add("TopKV2", [one(call, "x"), graph.int(plain(call.attributes.k))], attr), 2);
  },
  Cumsum: (call, graph) => {
    const axis = graph.int(axisOf(call, "x", call.attributes.axis));
    const { exclusive, reverse } = call.attributes;
    const attr = {
      T: typeIn(call, "x"),
      Tidx: typeOf("int32"),
      exclusive: bool(exclusive),
      reverse: bool(reverse),
    };
    return [graph.add("Cumsum", [one(call, "x"), axis], attr)];
  },
  Einsum: (call, graph) => {
    const names = inputList(call);
    const attr = {
      N: int(names.length),
      T: typeIn(call, Object.keys(call.inputs)[0] ?? ""),
      equation: text(String(call.attributes.equation)),
    };
    return [graph.add("Einsum", names, attr)];
  },
};
