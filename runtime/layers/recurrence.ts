import * as tf from "@tensorflow/tfjs-core";

/** What recurrent layers have in common; time stands first inside of them, so that a moment is one piece of memory. */
export interface RecurrentOptions {
  /** Features of a moment. */
  inputs: number;
  units: number;
  /** "last": the state after the last moment; "all": the states after each moment. @default "last" */
  output?: "last" | "all";
}

/** The inputs' part of all gates at all moments, as one product: [batch, time, inputs] -> [time, batch, columns]. */
export function projected(x: tf.Tensor, kernel: tf.Variable, bias: tf.Variable): tf.Tensor3D {
  const [batch = 0, time = 0, inputs = 0] = x.shape;
  const flat = tf.reshape(tf.transpose(x, [1, 0, 2]), [time * batch, inputs]);
  return tf.reshape(tf.add(tf.matMul(flat, kernel), bias), [time, batch, -1]);
}

/** @param states [time, batch, units] */
export function result(states: tf.Tensor, output: "last" | "all"): tf.Tensor {
  if (output === "all") return tf.transpose(states, [1, 0, 2]);
  const [time = 1, batch = 0, units = 0] = states.shape;
  return tf.reshape(tf.slice(states, [time - 1, 0, 0], [1, batch, units]), [batch, units]);
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
