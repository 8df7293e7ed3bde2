import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { glorotUniform, orthogonal, type Initializer } from "./parameters.js";
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

/** Zeros, but ones for the forget gate, which is the second of four (Jozefowicz, Zaremba and Sutskever 2015). */
const forgetBias: Initializer = (values) => void values.fill(1, values.length / 4, values.length / 2);

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000): [batch, time, inputs] ->
 * [batch, units], or [batch, time, units] of all moments; twice as many units in both directions.
 *
 *     i, f, o = s(x W + h U + b)     g = tanh(x Wg + h Ug + bg)     c' = f c + i g     h' = o tanh c'
 */
export function lstm(options: RecurrentOptions): LayerMaker {
  const { inputs, units } = options;
  return recurrent((scope) => {
    const kernel = scope.add("kernel", [inputs, 4 * units], glorotUniform, inputs, units);
    const recurrentKernel = scope.add("recurrent", [units, 4 * units], orthogonal, units);
    const bias = scope.add("bias", [4 * units], forgetBias);
    return {
      gates: (x) => projected(x, kernel, bias),
      // i = 0: a cell of zeros stays, and with it h.
      still: (gates, real) => tf.add(gates, byGate(tf.mul(tf.sub(real, 1), 1e9), [1, 0, 0, 0], units)),
      loop: (gates) => lstmLoop(gates, recurrentKernel),
    };
  }, options);
}

/** What a moment leaves behind: h', c', tanh c', i, f and o side by side, and g. */
interface Step {
  state: tf.Tensor;
  cell: tf.Tensor;
  squashed: tf.Tensor;
  gates: tf.Tensor;
  candidate: tf.Tensor;
}

/** The loop over [time, batch, 4 units]. @returns the states, [time, batch, units] */
function lstmLoop(gates: tf.Tensor3D, kernel: tf.Tensor): tf.Tensor {
  const [time, batch, columns] = gates.shape;
  const units = columns / 4;
  const loop = tf.customGrad((...given) => {
    const [x, u, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const inputs = new Moments(x);
    const steps: Step[] = [];
    let state: tf.Tensor = tf.zeros([batch, units]);
    let cell = state;
    for (let t = 0; t < time; t++) {
      const all = tf.add(inputs.at(t), tf.matMul(state, u));
      const [inner, raw] = tf.split(all, [3 * units, units], 1) as [tf.Tensor, tf.Tensor];
      const three = tf.sigmoid(inner);
      const [input, forget, open] = tf.split(three, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const candidate = tf.tanh(raw);
      cell = tf.add(tf.mul(forget, cell), tf.mul(input, candidate));
      const squashed = tf.tanh(cell);
      state = tf.mul(open, squashed);
      steps.push({ state, cell, squashed, gates: three, candidate });
    }
    const all = (name: keyof Step) => tf.stack(steps.map((step) => step[name]));
    const value = all("state");
    save([value, all("cell"), all("squashed"), all("gates"), all("candidate"), u]);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => lstmGradients(dy, saved) };
  });
  return loop(gates, kernel);
}

/** Gradients by the gates' inputs and the kernel. What doesn't hang on the moment after it is worked out for all at once. */
function lstmGradients(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [states, cells, squashed, gates, candidates, kernel] = saved as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const [time = 0] = states.shape;
  const [input, forget, open] = tf.split(gates, 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const toOpen = new Moments(tf.mul(squashed, slopeOfSigmoid(open)));
  const toCell = new Moments(tf.mul(open, slopeOfTanh(squashed)));
  const toInput = new Moments(tf.mul(candidates, slopeOfSigmoid(input)));
  const toForget = new Moments(tf.mul(before(cells), slopeOfSigmoid(forget)));
  const toCandidate = new Moments(tf.mul(input, slopeOfTanh(candidates)));
  const [kept, from] = [new Moments(forget), new Moments(dy)];
  const transposed = tf.transpose(kernel);
  const gradients: tf.Tensor[] = [];
  let after: { state: tf.Tensor; cell: tf.Tensor } | undefined;
  for (let t = time - 1; t >= 0; t--) {
    const d: tf.Tensor = after === undefined ? from.at(t) : tf.add(from.at(t), after.state);
    const fromState = tf.mul(d, toCell.at(t));
    const dCell: tf.Tensor = after === undefined ? fromState : tf.add(after.cell, fromState);
    const all = tf.concat(
      [
        tf.mul(dCell, toInput.at(t)),
        tf.mul(dCell, toForget.at(t)),
        tf.mul(d, toOpen.at(t)),
        tf.mul(dCell, toCandidate.at(t)),
      ],
      1,
    );
    gradients[t] = all;
    after = { state: tf.matMul(all, transposed), cell: tf.mul(dCell, kept.at(t)) };
  }
  const stacked = tf.stack(gradients);
  return [stacked, byKernel(before(states), stacked)];
}
