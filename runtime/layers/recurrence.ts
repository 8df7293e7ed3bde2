import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";
import { realOf } from "./padded.js";
import type { Scope } from "./parameters.js";

/** What recurrent layers have in common; time stands first inside of them, so that a moment is one piece of memory. */
export interface RecurrentOptions {
  /** Features of a moment. */
  inputs: number;
  units: number;
  /** "last": the state after the last moment; "all": the states after each moment. @default "last" */
  output?: "last" | "all";
  /** Goes through the moments in both directions; what each makes stands side by side. @default false */
  bidirectional?: boolean;
}

/** One direction of a recurrent layer. */
export interface Direction {
  /** The inputs' part of all gates, [time, batch, columns], as `projected` makes it. */
  gates(x: tf.Tensor): tf.Tensor3D;
  /** The same where the moments that aren't `real`, [time, batch, 1], leave a state of zeros as it is. */
  still(gates: tf.Tensor3D, real: tf.Tensor): tf.Tensor3D;
  /** @returns the states after all moments, [time, batch, units] */
  loop(gates: tf.Tensor3D): tf.Tensor;
}

/**
 * A recurrent layer of one direction or both. The state that one leaves is that after the last real moment; backwards, padding comes first and changes
 * nothing.
 * @param direction makes the weights of one direction
 */
export function recurrent(
  direction: (scope: Scope) => Direction,
  { output = "last", bidirectional = false }: RecurrentOptions,
): LayerMaker {
  return (scope) => {
    const forwards = direction(scope);
    const backwards = bidirectional ? direction(scope.scope("backward")) : undefined;
    return {
      apply(x, context) {
        const found = realOf(x, context);
        const real = found && tf.expandDims(tf.transpose(found), 2);
        const states = forwards.loop(forwards.gates(x));
        const ahead = output === "last" && real ? lastReal(states, real) : result(states, output);
        if (backwards === undefined) return ahead;
        const gates = tf.reverse(backwards.gates(x), 0);
        const begun = real === undefined ? gates : backwards.still(gates, tf.reverse(real, 0));
        const behind = backwards.loop(begun);
        const back = output === "last" ? result(behind, "last") : result(tf.reverse(behind, 0), "all");
        return tf.concat([ahead, back], -1);
      },
    };
  };
}

/** The state after each sample's last real moment, 0 where it has none: [time, batch, units], [time, batch, 1] -> [batch, units]. */
function lastReal(states: tf.Tensor, real: tf.Tensor): tf.Tensor {
  const [time = 1, batch = 0] = real.shape;
  const after = tf.concat([tf.slice(real, [1, 0, 0], [time - 1, batch, 1]), tf.zeros([1, batch, 1])], 0);
  return tf.sum(tf.mul(states, tf.sub(real, after)), 0);
}

/** The inputs' part of all gates at all moments, as one product: [batch, time, inputs] -> [time, batch, columns]. */
export function projected(x: tf.Tensor, kernel: tf.Variable, bias: tf.Variable): tf.Tensor3D {
  const [batch = 0, time = 0, inputs = 0] = x.shape;
  const flat = tf.reshape(tf.transpose(x, [1, 0, 2]), [time * batch, inputs]);
  return tf.reshape(tf.add(tf.matMul(flat, kernel), bias), [time, batch, -1]);
}

/** @param states [time, batch, units] */
function result(states: tf.Tensor, output: "last" | "all"): tf.Tensor {
  if (output === "all") return tf.transpose(states, [1, 0, 2]);
  const [time = 1, batch = 0, units = 0] = states.shape;
  return tf.reshape(tf.slice(states, [time - 1, 0, 0], [1, batch, units]), [batch, units]);
}

/** A number a moment, [time, batch, 1], in the columns of the gates that are named by a 1: [time, batch, gates x units]. */
export function byGate(numbers: tf.Tensor, gates: readonly number[], units: number): tf.Tensor {
  return tf.mul(numbers, tf.tensor1d(gates.flatMap((gate) => new Array<number>(units).fill(gate))));
}

/** The moments of [time, batch, columns] one by one. */
export class Moments {
  private readonly list: tf.Tensor[];

  constructor(x: tf.Tensor) {
    this.list = tf.unstack(x, 0);
  }

  /** [batch, columns] */
  at(t: number): tf.Tensor {
    return this.list[t] as tf.Tensor;
  }
}

/** 1 - x²: the slope of a tanh, by what comes out of it. */
export function slopeOfTanh(x: tf.Tensor): tf.Tensor {
  return tf.sub(1, tf.square(x));
}

/** x (1 - x): the slope of a sigmoid, by what comes out of it. */
export function slopeOfSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sub(1, x));
}

/** What was there before each moment: zeros, then what is after all moments but the last. [time, batch, units] */
export function before(states: tf.Tensor): tf.Tensor {
  const [time = 1, batch = 0, units = 0] = states.shape;
  return tf.concat([tf.zeros([1, batch, units]), tf.slice(states, 0, [time - 1, batch, units])], 0);
}

/**
 * The gradient by the recurrent kernel, of all moments at once.
 * @param states before the moments, [time, batch, units]
 * @param products gradients of the products with the kernel, [time, batch, columns]
 */
export function byKernel(states: tf.Tensor, products: tf.Tensor): tf.Tensor {
  const flat = (x: tf.Tensor) => tf.reshape(x, [-1, x.shape[2] as number]);
  return tf.matMul(tf.transpose(flat(states)), flat(products));
}
