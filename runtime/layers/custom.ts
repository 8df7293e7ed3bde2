import type { LayerMaker } from "./layer.js";

/**
 * What the file of a `custom("./file.ts", ...)` layer exports by default. It is told the shapes of one sample and makes a layer: `scope.add` makes
 * its weights, `apply` maps [batch, ...input] to [batch, ...output]. What it computes with is `tf` of "mmspec/runtime"; random numbers
 * come from the context, by `context.random.values([batch, ...shape], (stream) => stream.normal())`, so that a run can be repeated and shared out.
 */
export type CustomLayer = (shapes: { input: readonly number[]; output: readonly number[] }) => LayerMaker;

/**
 * A layer of the user's own, held to the shape that the spec says it makes.
 * @throws RangeError when it makes another one
 */
export function custom(
  make: CustomLayer,
  shapes: { input: readonly number[]; output: readonly number[] },
): LayerMaker {
  return (scope) => {
    const layer = make(shapes)(scope);
    return {
      apply(x, context) {
        const made = layer.apply(x, context);
        const [, ...found] = made.shape;
        if (found.join() !== shapes.output.join()) {
          throw new RangeError(
            `The custom layer at ${scope.name} makes [${found.join(", ")}] of each sample; the spec says [${shapes.output.join(", ")}].`,
          );
        }
        return made;
      },
    };
  };
}
