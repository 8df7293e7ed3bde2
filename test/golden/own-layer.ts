import { tf, type CustomLayer } from "mmspec/runtime";

/** A mean over time whose weights follow from the moments themselves: [batch, time, features] -> [batch, features]. */
const weightedMean: CustomLayer = ({ input: [, features = 0] }) => {
  return (scope) => {
    const score = scope.add("score", [1, 1, features], (values) => values.fill(0));
    return {
      apply(x) {
        const shares = tf.softmax(tf.sum(tf.mul(x, score), 2));
        return tf.sum(tf.mul(x, tf.expandDims(shares, 2)), 1);
      },
    };
  };
};

export default weightedMean;
