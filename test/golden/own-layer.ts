import { tf, type CustomLayer } from "mmspec/runtime";

/** A mean over time whose weights are learned from the moments themselves: [batch, time, features] -> [batch, features]. */
const weightedMean: CustomLayer = ({ input: [, features = 0] }) => {
  return (scope) => {
    const score = scope.add("score", [1, 1, features], (values) => values.fill(0));
    return {
      apply: (x) => tf.sum(tf.mul(x, tf.softmax(tf.sum(tf.mul(x, score), 2, true), 1)), 1),
    };
  };
};

export default weightedMean;
