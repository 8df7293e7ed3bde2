import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { standardNormal } from "./parameters.js";

export interface EmbedOptions {
  /** How many different tokens there are, counted from 0. */
  vocabulary: number;
  features: number;
}

/** A learned row of features for each token: whole numbers [batch, length] -> [batch, length, features]. */
export function embed({ vocabulary, features }: EmbedOptions): LayerMaker {
  return (scope) => {
    const rows = scope.add("kernel", [vocabulary, features], standardNormal);
    return { apply: (x) => tf.gather(rows, tf.cast(x, "int32")) };
  };
}
