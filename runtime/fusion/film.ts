import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import type { MergeMaker } from "./merge.js";

/**
 * Feature-wise linear modulation (Perez et al. 2018, arXiv 1709.07871, eq. 1 and 2): what conditions says of each feature of what is modulated how it is scaled
 * and shifted, y = (1 + f(conditions)) x + h(conditions). Several [batch, inputs[m]] -> [batch, sum of the widths that are modulated].
 * @param by position of the modality that modulates all others, which stand side by side; when it is left out all others modulate the first. Where nothing
 *   modulates, or nothing is modulated, the inputs stay as they are.
 */
export function film({ inputs, by }: { inputs: readonly number[]; by?: number }): MergeMaker {
  return (scope) => {
    const modulated = (m: number) => (by === undefined ? m === 0 : m !== by);
    const sum = (widths: readonly number[]) => widths.reduce((a, b) => a + b, 0);
    const [width, from] = [
      sum(inputs.filter((_, m) => modulated(m))),
      sum(inputs.filter((_, m) => !modulated(m))),
    ];
    const modulate =
      width === 0 || from === 0
        ? undefined
        : linear({ inputs: from, units: 2 * width })(scope.scope("modulation"));
    const sideBySide = (xs: readonly tf.Tensor2D[]) => tf.concat([...xs], 1) as tf.Tensor2D;
    return {
      apply(xs, context) {
        if (modulate === undefined) return sideBySide(xs);
        const x = sideBySide(xs.filter((_, m) => modulated(m)));
        const conditions = sideBySide(xs.filter((_, m) => !modulated(m)));
        const [scale, shift] = tf.split(modulate.apply(conditions, context), 2, 1) as [
          tf.Tensor2D,
          tf.Tensor2D,
        ];
        return tf.add(tf.mul(tf.add(scale, 1), x), shift);
      },
    };
  };
}
