/**
 * Labels as distributions, [labels, classes].
 * @param weights of the classes, which the rows are times; 1 each when they are left out
 */
export function oneHot(labels: Int32Array, classes: number, weights?: Float32Array): Float32Array {
  const values = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (values[i * classes + label] = weights?.[label] ?? 1));
  return values;
}
