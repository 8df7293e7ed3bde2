import * as tf from "@tensorflow/tfjs-core";
import type { ModalityBinding } from "../../data/load.js";
import { own } from "../../data/names.js";
import type { Statistics } from "../../data/transforms/standardise.js";
import type { Transform } from "../../data/transforms/transforms.js";
import { UntraceableError } from "./untraceable.js";

/** What makes the model's values of files, names and texts, before a graph gets them. */
const alreadyDone: ReadonlySet<Transform["kind"]> = new Set(["resized", "cropped", "one_hot", "tokenised"]);

/**
 * What `transform` does to samples, as operations of the engine: [batch, ...shape] -> the same shape. Missing samples, moments that only
 * fill a sequence, and codes of categories stay as they are.
 * @param present [batch, 1]: 1 where a sample has the modality, of those that may lack it
 * @throws UntraceableError for a transform that a graph can't say
 */
export function transformed(
  values: tf.Tensor,
  binding: ModalityBinding,
  { present, statistics }: { present?: tf.Tensor; statistics?: Statistics | undefined },
): tf.Tensor {
  const { columns, categories = {}, padding, rate, transforms = [] } = binding;
  const codes = columns.map((column) => (own(categories, column) === undefined ? 0 : 1));
  const having = (x: tf.Tensor): tf.Tensor => {
    if (present === undefined) return x;
    const [batch = 0, ...shape] = x.shape;
    return tf.mul(x, tf.reshape(present, [batch, ...shape.map(() => 1)]));
  };
  let x = having(values);
  for (const step of transforms) {
    if (alreadyDone.has(step.kind)) continue;
    let next = changed(x, step, statistics, rate !== undefined);
    if (codes.includes(1))
      next = tf.add(
        tf.mul(
          next,
          codes.map((code) => 1 - code),
        ),
        tf.mul(x, codes),
      );
    if (padding === "zeros") next = tf.mul(next, somethingThere(x, rate !== undefined));
    x = having(next);
  }
  return x;
}

function changed(
  x: tf.Tensor,
  step: Transform,
  statistics: Statistics | undefined,
  sound: boolean,
): tf.Tensor {
  switch (step.kind) {
    case "scaled":
      return tf.mul(x, step.by);
    case "log":
      return tf.log1p(x);
    case "clipped":
      return tf.clipByValue(x, step.from, step.to);
    case "standardised": {
      if (statistics === undefined)
        throw new UntraceableError("The run has no statistics of what is standardised.");
      const of = (numbers: readonly number[]) => (sound ? (numbers[0] as number) : [...numbers]);
      return tf.div(tf.sub(x, of(statistics.mean)), of(statistics.deviation));
    }
    default:
      throw new UntraceableError(
        `A graph can't do what the spec calls \`${(step as Transform).kind}\`. \`mmspec export --as package\` takes every model.`,
      );
  }
}

/** 1 of each moment, or of each value of a sound, that isn't all 0. */
function somethingThere(x: tf.Tensor, sound: boolean): tf.Tensor {
  const size = sound ? tf.abs(x) : tf.max(tf.abs(x), -1, true);
  return tf.cast(tf.greater(size, 0), "float32");
}
