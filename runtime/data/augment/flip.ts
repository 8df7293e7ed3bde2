import type { Random } from "../random.js";

/**
 * Mirrors half of the pictures, in place.
 * @param values [batch, height, width, channels]
 * @param axis `horizontal` swaps left and right, `vertical` top and bottom
 */
export function flip(
  values: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  axis: "horizontal" | "vertical",
  random: Random,
): void {
  const size = height * width * channels;
  const row = width * channels;
  // What changes places, as lines of `length` values, and how many of them there are.
  const [outer, lines, length] = axis === "horizontal" ? [height, width, channels] : [1, height, row];
  for (let begin = 0; begin < values.length; begin += size) {
    if (random.uniform() >= 0.5) continue;
    for (let at = begin; at < begin + size; at += size / outer) {
      const old = values.slice(at, at + size / outer);
      for (let i = 0; i < lines; i++)
        values.set(old.subarray(i * length, (i + 1) * length), at + (lines - 1 - i) * length);
    }
  }
}
