/** Column of the largest value of each row of [n, width]; the first one of equals. */
export function argMax(values: Float32Array, width: number): Int32Array {
  const result = new Int32Array(values.length / width);
  for (let i = 0; i < result.length; i++) {
    let best = 0;
    for (let k = 1; k < width; k++) {
      if ((values[i * width + k] as number) > (values[i * width + best] as number)) best = k;
    }
    result[i] = best;
  }
  return result;
}
