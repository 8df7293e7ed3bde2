/**
 * The middle of a picture; of an odd rest the larger half is cut off at the bottom and at the right.
 * @param values [height, width, channels]
 * @param to [height, width], not larger than the picture
 * @returns [...to, channels]
 */
export function cropPicture(
  values: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  [toHeight, toWidth]: readonly [number, number],
): Float32Array {
  const top = Math.floor((height - toHeight) / 2);
  const left = Math.floor((width - toWidth) / 2);
  const row = toWidth * channels;
  const cropped = new Float32Array(toHeight * row);
  for (let y = 0; y < toHeight; y++) {
    const from = ((top + y) * width + left) * channels;
    for (let at = 0; at < row; at++) cropped[y * row + at] = values[from + at] as number;
  }
  return cropped;
}

/** The middle of a sound; one that isn't longer stays as it is. */
export function cropSound(values: Float32Array, length: number): Float32Array {
  const from = Math.floor((values.length - length) / 2);
  return from > 0 ? values.subarray(from, from + length) : values;
}
