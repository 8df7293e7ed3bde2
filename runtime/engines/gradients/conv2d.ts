import * as tf from "@tensorflow/tfjs-core";
import { asTensor, registerComposed } from "./composed-kernel.js";

/** Zeros before and after each axis of a picture, so that windows of `kernel` at `stride` make `output`; what no window reaches is cut. */
export interface Padding {
  before: number;
  after: number;
}

export type Pad = tf.Conv2DAttrs["pad"];

/** As TensorFlow pads: what is odd comes after. `axis` is 0 for height, 1 for width. */
export function paddingOf(
  pad: Pad,
  axis: 0 | 1,
  input: number,
  output: number,
  kernel: number,
  stride: number,
): Padding {
  const reach = (output - 1) * stride + kernel;
  if (pad === "same") {
    const total = Math.max(0, reach - input);
    const before = Math.floor(total / 2);
    return { before, after: reach - input - before };
  }
  const before = pad === "valid" ? 0 : typeof pad === "number" ? pad : (pad[axis + 1]?.[0] ?? 0);
  return { before, after: reach - input - before };
}

/** Pads, or cuts where the padding is negative: [batch, height, width, channels]. */
export function padded(x: tf.Tensor4D, rows: Padding, columns: Padding): tf.Tensor4D {
  const grow = (n: number) => Math.max(0, n);
  const grown = tf.pad(x, [
    [0, 0],
    [grow(rows.before), grow(rows.after)],
    [grow(columns.before), grow(columns.after)],
    [0, 0],
  ]);
  const [batch, height, width, channels] = grown.shape;
  const begin = [0, grow(-rows.before), grow(-columns.before), 0];
  const size = [
    batch,
    height - grow(-rows.before) - grow(-rows.after),
    width - grow(-columns.before) - grow(-columns.after),
    channels,
  ];
  return size[1] === height && size[2] === width ? grown : tf.slice(grown, begin, size);
}

/**
 * The gradient of a convolution by its kernel is a convolution too: of the pictures, batch and channels exchanged, with the
 * gradient as the kernel, the stride as its dilation. wasm has no kernel for it, and is fast at convolutions.
 */
export function byFilter(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  shape: number[],
  strides: [number, number],
  pad: Pad,
): tf.Tensor4D {
  const [kernelHeight = 1, kernelWidth = 1] = shape;
  const [, height, width] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  const rows = paddingOf(pad, 0, height, outHeight, kernelHeight, strides[0]);
  const columns = paddingOf(pad, 1, width, outWidth, kernelWidth, strides[1]);
  const pictures = tf.transpose(padded(x, rows, columns), [3, 1, 2, 0]);
  const kernel = tf.transpose(dy, [1, 2, 0, 3]);
  const grad = tf.conv2d(pictures, kernel, 1, "valid", "NHWC", strides);
  return tf.transpose(grad, [1, 2, 0, 3]);
}

/**
 * The gradient by the input, at stride 1: a convolution of the gradient with the kernel turned by half a turn, inputs and filters
 * exchanged. The wasm kernel for it is several times slower than its convolution.
 */
function byInput(shape: number[], dy: tf.Tensor4D, filter: tf.Tensor4D, pad: Pad): tf.Tensor4D {
  const [kernelHeight, kernelWidth] = filter.shape;
  const [, height = 1, width = 1] = shape;
  const [, outHeight, outWidth] = dy.shape;
  const full = (axis: 0 | 1, input: number, output: number, kernel: number): Padding => {
    const { before } = paddingOf(pad, axis, input, output, kernel, 1);
    const first = kernel - 1 - before;
    return { before: first, after: input + kernel - 1 - output - first };
  };
  const around = padded(dy, full(0, height, outHeight, kernelHeight), full(1, width, outWidth, kernelWidth));
  return tf.conv2d(around, tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]), 1, "valid");
}

/** Makes convolutions trainable on wasm; other backends keep their own gradient. */
export function correctConv2d(): void {
  const published = tf.getGradient(tf.Conv2D);
  tf.unregisterGradient(tf.Conv2D);
  tf.registerGradient({
    ...published,
    kernelName: tf.Conv2D,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attributes) => {
      const { strides, pad, dataFormat, dilations } = attributes as unknown as tf.Conv2DAttrs;
      const pair = (value: number | [number, number]): [number, number] =>
        typeof value === "number" ? [value, value] : value;
      const [down, across] = pair(strides);
      const dilated = pair(dilations).some((step) => step !== 1);
      if (tf.getBackend() !== "wasm" || dataFormat !== "NHWC" || dilated) {
        return published.gradFunc(dy, saved, attributes);
      }
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const d = dy as tf.Tensor4D;
      const original = published.gradFunc(dy, saved, attributes);
      return {
        x: () =>
          down === 1 && across === 1 ? byInput(x.shape, d, filter, pad) : (original.x?.() as tf.Tensor),
        filter: () => byFilter(x, d, filter.shape, [down, across], pad),
      };
    },
  });
}

/** The kernel's gradient as a kernel of its own, for what asks for it by name. */
export function addConv2dBackpropFilter(): void {
  registerComposed(tf.Conv2DBackpropFilter, ({ x, dy }, attributes) => {
    const { strides, pad, filterShape } = attributes as unknown as tf.Conv2DBackpropFilterAttrs;
    const steps: [number, number] = typeof strides === "number" ? [strides, strides] : strides;
    return byFilter(asTensor(x) as tf.Tensor4D, asTensor(dy) as tf.Tensor4D, filterShape, steps, pad);
  });
}
