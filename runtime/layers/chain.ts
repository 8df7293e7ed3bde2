import type * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker, VectorLayerMaker } from "./layer.js";

/** Layers one after the other, of which the last makes [batch, features]; their weights are numbered from 1. */
export function chain(...makers: LayerMaker[]): VectorLayerMaker {
  return (scope) => {
    const layers = makers.map((make, i) => make(scope.scope(String(i + 1))));
    return {
      apply: (x, context) => layers.reduce((value, layer) => layer.apply(value, context), x) as tf.Tensor2D,
    };
  };
}
