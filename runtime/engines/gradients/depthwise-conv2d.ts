import * as tf from "@tensorflow/tfjs-core";
import { asTensor, registerComposed } from "./composed-kernel.js";
import { padded, paddingOf, type Pad, type Padding } from "./conv2d.js";

interface Attributes {
  strides: [number, number] | number;
  dilations?: [number, number] | number;
  pad: Pad;
}

const pair = (value: [number, number] | number = 1): [number, number] =>
  typeof value === "number" ? [value, value] : value;

/** How a picture is padded for windows of this kernel, and the steps of the windows. */
function geometry(
  input: number[],
  output: number[],
  kernel: number[],
  { strides, dilations, pad }: Attributes,
) {
  const [down, across] = pair(strides);
  const [apartRows, apartColumns] = pair(dilations);
  const [, height = 1, width = 1] = input;
  const [, outHeight = 1, outWidth = 1] = output;
  const [kernelHeight = 1, kernelWidth = 1] = kernel;
  const reach = (size: number, apart: number) => (size - 1) * apart + 1;
  return {
    down,
    across,
    apartRows,
    apartColumns,
    rows: paddingOf(pad, 0, height, outHeight, reach(kernelHeight, apartRows), down),
    columns: paddingOf(pad, 1, width, outWidth, reach(kernelWidth, apartColumns), across),
  };
}

/** By the kernel: for each of its positions, the pictures seen from there times the gradient. */
function byFilter(x: tf.Tensor4D, dy: tf.Tensor4D, shape: number[], attributes: Attributes): tf.Tensor {
  const [kernelHeight = 1, kernelWidth = 1, channels = 1, multiplier = 1] = shape;
  const { down, across, apartRows, apartColumns, rows, columns } = geometry(
    x.shape,
    dy.shape,
    shape,
    attributes,
  );
  const around = padded(x, rows, columns);
  const [batch, outHeight, outWidth] = dy.shape;
  const gradient = tf.reshape(dy, [batch * outHeight * outWidth, channels, multiplier]);
  const parts: tf.Tensor[] = [];
  for (let i = 0; i < kernelHeight; i++) {
    for (let j = 0; j < kernelWidth; j++) {
      const [top, left] = [i * apartRows, j * apartColumns];
      const end = [batch, top + (outHeight - 1) * down + 1, left + (outWidth - 1) * across + 1, channels];
      const seen = tf.stridedSlice(around, [0, top, left, 0], end, [1, down, across, 1]);
      parts.push(tf.sum(tf.mul(tf.reshape(seen, [batch * outHeight * outWidth, channels, 1]), gradient), 0));
    }
  }
  return tf.reshape(tf.stack(parts), shape);
}

/** Puts zeros between rows and columns, so that the windows' outputs lie where the windows begin. */
function spread(x: tf.Tensor4D, down: number, across: number): tf.Tensor4D {
  if (down === 1 && across === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const apart = tf.pad(tf.reshape(x, [batch, height, 1, width, channels]), [
    [0, 0],
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, 0],
  ]);
  const lines = tf.reshape(apart, [batch, height * down, width, 1, channels]);
  const wide = tf.pad(lines, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, across - 1],
    [0, 0],
  ]);
  return tf.reshape(wide, [batch, height * down, width * across, channels]);
}

/** By the input: each position of the kernel gives its share of the gradient back to where it looked. */
function byInput(shape: number[], dy: tf.Tensor4D, filter: tf.Tensor4D, attributes: Attributes): tf.Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  const [kernelHeight, kernelWidth, , multiplier] = filter.shape;
  const geometryOf = geometry(shape, dy.shape, filter.shape, attributes);
  const { down, across, apartRows, apartColumns, rows, columns } = geometryOf;
  const [, outHeight, outWidth] = dy.shape;
  const gradient = tf.reshape(dy, [batch, outHeight, outWidth, channels, multiplier]);
  const parts: tf.Tensor4D[] = [];
  for (let i = 0; i < kernelHeight; i++) {
    for (let j = 0; j < kernelWidth; j++) {
      const weights = tf.reshape(tf.slice(filter, [i, j, 0, 0], [1, 1, channels, multiplier]), [
        1,
        1,
        1,
        channels,
        multiplier,
      ]);
      const back = spread(tf.sum(tf.mul(gradient, weights), 4) as tf.Tensor4D, down, across);
      const place = (size: number, from: number, spreadSize: number, { before }: Padding): Padding => ({
        before: from - before,
        after: size - spreadSize - (from - before),
      });
      parts.push(
        padded(
          back,
          place(height, i * apartRows, outHeight * down, rows),
          place(width, j * apartColumns, outWidth * across, columns),
        ),
      );
    }
  }
  return tf.addN(parts);
}

/** Gradients of depthwise convolutions, which wasm lacks: sums over the positions of the kernel, which are few. */
export function addDepthwiseConv2dGradients(): void {
  registerComposed(tf.DepthwiseConv2dNativeBackpropFilter, ({ x, dy }, attributes) => {
    const { filterShape } = attributes as unknown as tf.DepthwiseConv2dNativeBackpropFilterAttrs;
    const settings = attributes as unknown as Attributes;
    return byFilter(asTensor(x) as tf.Tensor4D, asTensor(dy) as tf.Tensor4D, filterShape, settings);
  });
  registerComposed(tf.DepthwiseConv2dNativeBackpropInput, ({ dy, filter }, attributes) => {
    const { inputShape } = attributes as unknown as tf.DepthwiseConv2dNativeBackpropInputAttrs;
    const settings = attributes as unknown as Attributes;
    return byInput(inputShape, asTensor(dy) as tf.Tensor4D, asTensor(filter) as tf.Tensor4D, settings);
  });
}
