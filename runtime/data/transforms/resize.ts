interface Tap {
  /** The first pixel that counts. */
  first: number;
  weights: Float64Array;
}

/**
 * Pixels that make each of `to` out of `from` along one axis: a triangle around the middle of the new pixel, two old pixels wide or, where the picture
 * becomes smaller, two new ones, so that nothing between them is passed over.
 */
function tapsOf(from: number, to: number): Tap[] {
  const step = from / to;
  const reach = Math.max(1, step);
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * step - 0.5;
    const first = Math.max(0, Math.ceil(middle - reach));
    const last = Math.min(from - 1, Math.floor(middle + reach));
    const weights = Float64Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k - middle) / reach),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/**
 * Makes a picture another size, bilinear and smoothed where it becomes smaller; width and height each for themselves.
 * @param values [height, width, channels]
 * @param to [height, width]
 */
export function resize(
  values: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  [toHeight, toWidth]: readonly [number, number],
): Float32Array {
  const across = tapsOf(width, toWidth);
  const down = tapsOf(height, toHeight);
  const rows = new Float32Array(height * toWidth * channels);
  for (let y = 0; y < height; y++) {
    across.forEach(({ first, weights }, x) => {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++)
          sum += (weights[k] as number) * (values[(y * width + first + k) * channels + c] as number);
        rows[(y * toWidth + x) * channels + c] = sum;
      }
    });
  }
  const resized = new Float32Array(toHeight * toWidth * channels);
  const line = toWidth * channels;
  down.forEach(({ first, weights }, y) => {
    for (let at = 0; at < line; at++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++)
        sum += (weights[k] as number) * (rows[(first + k) * line + at] as number);
      resized[y * line + at] = sum;
    }
  });
  return resized;
}
