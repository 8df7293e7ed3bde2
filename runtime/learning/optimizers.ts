import * as tf from "@tensorflow/tfjs-core";

/** Adam (Kingma and Ba 2015). */
export function adam({ learningRate }: { learningRate: number }): tf.Optimizer {
  return tf.train.adam(learningRate);
}

/** Stochastic gradient descent, with momentum when it isn't 0. */
export function sgd({
  learningRate,
  momentum = 0,
}: {
  learningRate: number;
  momentum?: number;
}): tf.Optimizer {
  return momentum === 0 ? tf.train.sgd(learningRate) : tf.train.momentum(learningRate, momentum);
}

/** RMSProp (Tieleman and Hinton 2012). */
export function rmsprop({ learningRate }: { learningRate: number }): tf.Optimizer {
  return tf.train.rmsprop(learningRate);
}
