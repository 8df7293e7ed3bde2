import type { Random } from "../random.js";

/**
 * Moves each picture by up to `by` pixels down and across, each way alike, in place; the pixels of the edge are repeated where nothing moves in.
 * @param values [batch, height, width, channels]
 */
export function shiftPictures(
  values: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  by: number,
  random: Random,
): void {
  const size = height * width * channels;
  const inside = (at: number, end: number) => Math.min(end - 1, Math.max(0, at));
  for (let begin = 0; begin < values.length; begin += size) {
    const down = random.integer(2 * by + 1) - by;
    const across = random.integer(2 * by + 1) - by;
    if (down === 0 && across === 0) continue;
    const old = values.slice(begin, begin + size);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = (inside(y - down, height) * width + inside(x - across, width)) * channels;
        values.set(old.subarray(from, from + channels), begin + (y * width + x) * channels);
      }
    }
  }
}

/**
 * Moves each sound by up to `by` samples to earlier or later, in place; silence moves in.
 * @param values [batch, length]
 */
export function shiftSounds(values: Float32Array, length: number, by: number, random: Random): void {
  for (let begin = 0; begin < values.length; begin += length) {
    const later = Math.max(-length, Math.min(length, random.integer(2 * by + 1) - by));
    const sound = values.subarray(begin, begin + length);
    if (later >= 0) sound.copyWithin(later, 0, length - later).fill(0, 0, later);
    else sound.copyWithin(0, -later).fill(0, length + later);
  }
}
