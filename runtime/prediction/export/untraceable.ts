/** A model does something that a graph can't say. */
export class UntraceableError extends Error {
  override name = "UntraceableError";
}

export function untraceable(kernel: string): UntraceableError {
  return new UntraceableError(
    `The model computes ${kernel}, which a TensorFlow.js graph can't say. \`mmspec export --as package\` takes every model.`,
  );
}
