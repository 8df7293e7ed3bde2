import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import type { MergeMaker } from "./merge.js";

/**
 * Feature-wise linear modulation (Perez et al. 2018, arXiv 1709.07871, eq. 1 and 2): the others say of each feature of the first modality how it is scaled and
 * shifted, y = (1 + f(others)) x + h(others). Several [batch, inputs[m]] -> [batch, inputs[0]]; a single modality stays as it is.
 */
export function film({ inputs }: { inputs: readonly number[] }): MergeMaker {
  return (scope) => {
    const [width = 0, ...others] = inputs;
    const from = others.reduce((a, b) => a + b, 0);
    const modulate =
      others.length === 0 ? undefined : linear({ inputs: from, units: 2 * width })(scope.scope("modulation"));
    return {
      apply([x, ...rest], context) {
        if (modulate === undefined) return x as tf.Tensor2D;
        const [scale, shift] = tf.split(modulate.apply(tf.concat(rest, 1), context), 2, 1) as [
          tf.Tensor2D,
          tf.Tensor2D,
        ];
        return tf.add(tf.mul(tf.add(scale, 1), x as tf.Tensor2D), shift);
      },
    };
  };
}
