import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { glorotUniform, orthogonal, zeros, type Initializer } from "./parameters.js";

export interface RecurrentOptions {
  /** Features of a moment. */
  inputs: number;
  units: number;
  /** "last": the state after the last moment; "all": the states after each moment. @default "last" */
  output?: "last" | "all";
}

/** Moments of a sequence one by one. The inputs' part of all gates at all moments is one product: [batch, time, inputs] -> time times [batch, columns]. */
function projected(x: tf.Tensor, kernel: tf.Variable, bias: tf.Variable): tf.Tensor2D[] {
  const [batch = 0, time = 0, inputs = 0] = x.shape;
  const flat = tf.reshape(x, [batch * time, inputs]) as tf.Tensor2D;
  const gates = tf.add(tf.matMul(flat, kernel as tf.Variable<tf.Rank.R2>), bias);
  return tf.unstack(tf.reshape(gates, [batch, time, -1]), 1) as tf.Tensor2D[];
}

function result(states: tf.Tensor2D[], output: "last" | "all"): tf.Tensor {
  return output === "all" ? tf.stack(states, 1) : (states.at(-1) as tf.Tensor2D);
}

/**
 * Gated recurrent unit (Cho et al. 2014, arXiv 1406.1078v1): [batch, time, inputs] -> [batch, units], or [batch, time, units] of all moments.
 *
 *     z = s(x Wz + h Uz + bz)     r = s(x Wr + h Ur + br)     n = tanh(x Wn + bn + r (h Un + cn))     h' = (1 - z) n + z h
 *
 * The reset gate stands behind the product with h, so that all three of its products are one.
 */
export function gru({ inputs, units, output = "last" }: RecurrentOptions): LayerMaker {
  return (scope) => {
    const kernel = scope.add("kernel", [inputs, 3 * units], glorotUniform, inputs, units);
    const recurrent = scope.add("recurrent", [units, 3 * units], orthogonal, units);
    const bias = scope.add("bias", [3 * units], zeros);
    const candidateBias = scope.add("candidateBias", [units], zeros);
    return {
      apply(x) {
        let state = tf.zeros([x.shape[0] ?? 0, units]) as tf.Tensor2D;
        const states: tf.Tensor2D[] = [];
        for (const moment of projected(x, kernel, bias)) {
          const [xGates, xCandidate] = tf.split(moment, [2 * units, units], 1) as [tf.Tensor2D, tf.Tensor2D];
          const product = tf.matMul(state, recurrent as tf.Variable<tf.Rank.R2>);
          const [hGates, hCandidate] = tf.split(product, [2 * units, units], 1) as [tf.Tensor2D, tf.Tensor2D];
          const gates = tf.sigmoid(tf.add(xGates, hGates));
          const [update, reset] = tf.split(gates, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
          const candidate = tf.tanh(tf.add(xCandidate, tf.mul(reset, tf.add(hCandidate, candidateBias))));
          state = tf.add(candidate, tf.mul(update, tf.sub(state, candidate)));
          states.push(state);
        }
        return result(states, output);
      },
    };
  };
}

/** Zeros, but ones for the forget gate, which is the second of four (Jozefowicz, Zaremba and Sutskever 2015). */
const forgetBias: Initializer = (values) => void values.fill(1, values.length / 4, values.length / 2);

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000): [batch, time, inputs] ->
 * [batch, units], or [batch, time, units] of all moments.
 *
 *     i, f, o = s(x W + h U + b)     g = tanh(x Wg + h Ug + bg)     c' = f c + i g     h' = o tanh c'
 */
export function lstm({ inputs, units, output = "last" }: RecurrentOptions): LayerMaker {
  return (scope) => {
    const kernel = scope.add("kernel", [inputs, 4 * units], glorotUniform, inputs, units);
    const recurrent = scope.add("recurrent", [units, 4 * units], orthogonal, units);
    const bias = scope.add("bias", [4 * units], forgetBias);
    return {
      apply(x) {
        const nothing = tf.zeros([x.shape[0] ?? 0, units]) as tf.Tensor2D;
        let [state, cell] = [nothing, nothing];
        const states: tf.Tensor2D[] = [];
        for (const moment of projected(x, kernel, bias)) {
          const all = tf.add(moment, tf.matMul(state, recurrent as tf.Variable<tf.Rank.R2>));
          const [inner, candidate] = tf.split(all, [3 * units, units], 1) as [tf.Tensor2D, tf.Tensor2D];
          const [input, forget, open] = tf.split(tf.sigmoid(inner), 3, 1) as [
            tf.Tensor2D,
            tf.Tensor2D,
            tf.Tensor2D,
          ];
          cell = tf.add(tf.mul(forget, cell), tf.mul(input, tf.tanh(candidate)));
          state = tf.mul(open, tf.tanh(cell));
          states.push(state);
        }
        return result(states, output);
      },
    };
  };
}
