import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { glorotUniform, orthogonal, zeros } from "./parameters.js";
import {
  before,
  byGate,
  byKernel,
  Moments,
  projected,
  recurrent,
  slopeOfSigmoid,
  slopeOfTanh,
  type RecurrentOptions,
} from "./recurrence.js";

/**
 * Gated recurrent unit (Cho et al. 2014, arXiv 1406.1078v1): [batch, time, inputs] -> [batch, units], or [batch, time, units] of all moments; twice
 * as many units in both directions.
 *
 *     z = s(x Wz + h Uz + bz)     r = s(x Wr + h Ur + br)     n = tanh(x Wn + bn + r (h Un + cn))     h' = (1 - z) n + z h
 *
 * The reset gate stands behind the product with h, so that all three of its products are one.
 */
export function gru(options: RecurrentOptions): LayerMaker {
  const { inputs, units } = options;
  return recurrent((scope) => {
    const kernel = scope.add("kernel", [inputs, 3 * units], glorotUniform, inputs, units);
    const recurrentKernel = scope.add("recurrent", [units, 3 * units], orthogonal, units);
    const bias = scope.add("bias", [3 * units], zeros);
    const candidateBias = scope.add("candidateBias", [units], zeros);
    return {
      gates: (x) => projected(x, kernel, bias),
      // z = 1: h stays.
      still: (gates, real) => tf.add(gates, byGate(tf.mul(tf.sub(1, real), 1e9), [1, 0, 0], units)),
      loop: (gates) => gruLoop(gates, recurrentKernel, candidateBias),
    };
  }, options);
}

/** What a moment leaves behind: h', z and r side by side, n, and h Un + cn. */
interface Step {
  state: tf.Tensor;
  gates: tf.Tensor;
  candidate: tf.Tensor;
  product: tf.Tensor;
}

/** The loop over [time, batch, 3 units]. @returns the states, [time, batch, units] */
function gruLoop(gates: tf.Tensor3D, kernel: tf.Tensor, candidateBias: tf.Tensor): tf.Tensor {
  const [time, batch, columns] = gates.shape;
  const units = columns / 3;
  const loop = tf.customGrad((...given) => {
    const [x, u, bias, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [xGates, xCandidates] = tf.split(x, [2 * units, units], 2).map((part) => new Moments(part)) as [
      Moments,
      Moments,
    ];
    const steps: Step[] = [];
    let state: tf.Tensor = tf.zeros([batch, units]);
    for (let t = 0; t < time; t++) {
      const [hGates, hCandidate] = tf.split(tf.matMul(state, u), [2 * units, units], 1) as [
        tf.Tensor,
        tf.Tensor,
      ];
      const both = tf.sigmoid(tf.add(xGates.at(t), hGates));
      const [update, reset] = tf.split(both, 2, 1) as [tf.Tensor, tf.Tensor];
      const product = tf.add(hCandidate, bias);
      const candidate = tf.tanh(tf.add(xCandidates.at(t), tf.mul(reset, product)));
      state = tf.add(candidate, tf.mul(update, tf.sub(state, candidate)));
      steps.push({ state, gates: both, candidate, product });
    }
    const all = (name: keyof Step) => tf.stack(steps.map((step) => step[name]));
    const value = all("state");
    save([value, all("gates"), all("candidate"), all("product"), u]);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gruGradients(dy, saved) };
  });
  return loop(gates, kernel, candidateBias);
}

/** Gradients by the gates' inputs, the kernel and the candidate's bias. What doesn't hang on the moment after it is worked out for all at once. */
function gruGradients(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [states, gates, candidates, products, kernel] = saved as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const [time = 0, , units = 0] = states.shape;
  const earlier = before(states);
  const [updates, resets] = tf.split(gates, 2, 2) as [tf.Tensor, tf.Tensor];
  const toUpdate = new Moments(tf.mul(tf.sub(earlier, candidates), slopeOfSigmoid(updates)));
  const toCandidate = new Moments(tf.mul(tf.sub(1, updates), slopeOfTanh(candidates)));
  const toReset = new Moments(tf.mul(products, slopeOfSigmoid(resets)));
  const [update, reset, from] = [new Moments(updates), new Moments(resets), new Moments(dy)];
  const transposed = tf.transpose(kernel);
  const ofInputs: tf.Tensor[] = [];
  const ofProducts: tf.Tensor[] = [];
  let after: tf.Tensor | undefined;
  for (let t = time - 1; t >= 0; t--) {
    const d: tf.Tensor = after === undefined ? from.at(t) : tf.add(from.at(t), after);
    const dCandidate = tf.mul(d, toCandidate.at(t));
    const dGates = [tf.mul(d, toUpdate.at(t)), tf.mul(dCandidate, toReset.at(t))];
    const dProducts = tf.concat([...dGates, tf.mul(dCandidate, reset.at(t))], 1);
    ofInputs[t] = tf.concat([...dGates, dCandidate], 1);
    ofProducts[t] = dProducts;
    after = tf.add(tf.mul(d, update.at(t)), tf.matMul(dProducts, transposed));
  }
  const dProducts = tf.stack(ofProducts);
  const byBias = tf.slice(tf.sum(dProducts, [0, 1]), [2 * units], [units]);
  return [tf.stack(ofInputs), byKernel(earlier, dProducts), byBias];
}
