import * as tf from "@tensorflow/tfjs-core";
import { asTensor, registerComposed } from "./composed-kernel.js";

const { decodeEinsumEquation, checkEinsumDimSizes, getEinsumComputePath, getEinsumPermutation } =
  tf.backend_util;

/** Einstein summation, which wasm lacks: the factors are multiplied one by one, and an index is summed as soon as none that is left needs it. */
export function addEinsum(): void {
  registerComposed(tf.Einsum, (inputs, attributes) => {
    const { equation } = attributes as unknown as tf.EinsumAttrs;
    const factors = Object.values(inputs).map(asTensor);
    const { allDims, summedDims, idDims } = decodeEinsumEquation(equation, factors.length);
    checkEinsumDimSizes(allDims.length, idDims, factors);
    const { path, steps } = getEinsumComputePath(summedDims, idDims);
    let product: tf.Tensor | undefined;
    let remaining = allDims.length;
    steps.forEach((terms, step) => {
      for (const term of terms) {
        const { permutationIndices, expandDims } = getEinsumPermutation(remaining, idDims[term] as number[]);
        const turned = tf.transpose(factors[term] as tf.Tensor, permutationIndices);
        const shape = [...turned.shape];
        for (const at of expandDims) shape.splice(at, 0, 1);
        const factor = tf.reshape(turned, shape);
        product = product === undefined ? factor : tf.mul(product, factor);
      }
      const summed = path[step];
      if (step < steps.length - 1 && summed !== undefined && summed >= 0 && product !== undefined) {
        product = tf.sum(product, summed - (allDims.length - remaining));
        remaining--;
      }
    });
    if (product === undefined) throw new Error(`einsum "${equation}" has no factors.`);
    return product;
  });
}
