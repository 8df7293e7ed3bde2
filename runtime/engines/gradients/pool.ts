import * as tf from "@tensorflow/tfjs-core";
import { instances } from "../simd/instance.js";
import { maxPoolModule } from "../simd/max-pool.js";
import { replaceKernel, type Call } from "./replace-kernel.js";

/** Of windows side by side in pictures [count, height, width, channels], 4 channels or more; positions in bytes. */
type MaxPoolGradient = (
  x: number,
  dy: number,
  dx: number,
  count: number,
  height: number,
  width: number,
  size: number,
  channels: number,
) => void;

const gradientsIn = instances<{ maxPoolGradient: MaxPoolGradient }>(maxPoolModule);

type Geometry = ReturnType<typeof tf.backend_util.computePool2DInfo>;

/** Calls back for each window with where its gradient stands, and where the pixels stand that it covers. */
function eachWindow(
  { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, ...geometry }: Geometry,
  visit: (gradient: number, pixels: readonly number[], count: number) => void,
): void {
  const { strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth } = geometry;
  const { top, left } = geometry.padInfo;
  const pixels: number[] = [];
  for (let picture = 0, gradient = 0; picture < batchSize; picture++) {
    const first = picture * inHeight;
    for (let row = 0; row < outHeight; row++) {
      const y = row * strideHeight - top;
      const [fromY, toY] = [Math.max(0, y), Math.min(inHeight, y + effectiveFilterHeight)];
      for (let column = 0; column < outWidth; column++, gradient += inChannels) {
        const x = column * strideWidth - left;
        const [fromX, toX] = [Math.max(0, x), Math.min(inWidth, x + effectiveFilterWidth)];
        let count = 0;
        for (let i = fromY; i < toY; i++)
          for (let j = fromX; j < toX; j++) pixels[count++] = ((first + i) * inWidth + j) * inChannels;
        if (count > 0) visit(gradient, pixels, count);
      }
    }
  }
}

/** Square windows that touch and don't overlap, none of them over an edge, of enough channels for a vector. */
function isSideBySide({ padInfo, inChannels, outHeight, outWidth, ...geometry }: Geometry): boolean {
  const { strideHeight, strideWidth, effectiveFilterHeight: size, effectiveFilterWidth } = geometry;
  return (
    inChannels >= 4 &&
    outHeight * outWidth * geometry.batchSize > 0 &&
    [strideHeight, strideWidth, effectiveFilterWidth].every((other) => other === size) &&
    [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right].every((zeros) => zeros === 0)
  );
}

/** A gradient of pooling in the memory of wasm. @returns undefined for what only the published kernel does */
function poolGradient(
  { inputs, attributes, heap }: Call<tf.MaxPoolGradAttrs | tf.AvgPoolGradAttrs>,
  compute: (arrays: { dy: Float32Array; x: Float32Array; dx: Float32Array }, geometry: Geometry) => void,
): tf.TensorInfo | undefined {
  const { dy, input } = inputs;
  if (dy === undefined || input === undefined || input.dtype !== "float32") return undefined;
  const { filterSize, strides, pad } = attributes;
  const rounding = "dimRoundingMode" in attributes ? attributes.dimRoundingMode : undefined;
  const shape = input.shape as [number, number, number, number];
  const geometry = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, rounding);
  const out = heap.makeOutput(shape, "float32");
  const dx = heap.typedArrayFromHeap(out).fill(0);
  compute({ dy: heap.typedArrayFromHeap(dy), x: heap.typedArrayFromHeap(input), dx }, geometry);
  return out;
}

/**
 * The gradients of pooling. The published kernel of max pooling is slow, and looks for each window's largest value from 0 up, so a window whose values are
 * all negative gives its gradient to the wrong place or to none. Here the first of the largest gets it, as in plain JavaScript; of average
 * pooling, all that the window covers get the same.
 */
export function correctPool(): void {
  replaceKernel<tf.MaxPoolGradAttrs>(tf.MaxPoolGrad, (call) =>
    poolGradient(call, ({ dy, x, dx }, geometry) => {
      const { batchSize, inHeight, inWidth, inChannels: channels, effectiveFilterHeight: size } = geometry;
      const gradient = isSideBySide(geometry) ? gradientsIn(call.heap)?.maxPoolGradient : undefined;
      if (gradient !== undefined) {
        const [from, to, into] = [x, dy, dx].map(({ byteOffset }) => byteOffset) as [number, number, number];
        return gradient(from, to, into, batchSize, inHeight, inWidth, size, channels);
      }
      eachWindow(geometry, (gradient, pixels, count) => {
        for (let c = 0; c < channels; c++) {
          let at = (pixels[0] as number) + c;
          let largest = x[at] as number;
          for (let p = 1; p < count; p++) {
            const value = x[(pixels[p] as number) + c] as number;
            if (value > largest) {
              largest = value;
              at = (pixels[p] as number) + c;
            }
          }
          dx[at] = (dx[at] as number) + (dy[gradient + c] as number);
        }
      });
    }),
  );
  replaceKernel<tf.AvgPoolGradAttrs>(tf.AvgPoolGrad, (call) =>
    poolGradient(call, ({ dy, dx }, geometry) => {
      const channels = geometry.inChannels;
      const whole = geometry.filterHeight * geometry.filterWidth;
      eachWindow(geometry, (gradient, pixels, count) => {
        for (let p = 0; p < count; p++) {
          const at = pixels[p] as number;
          for (let c = 0; c < channels; c++)
            dx[at + c] = (dx[at + c] as number) + (dy[gradient + c] as number) / whole;
        }
      });
    }),
  );
}
