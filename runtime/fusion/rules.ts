import * as tf from "@tensorflow/tfjs-core";
import type { Context } from "../layers/layer.js";
import { mixture } from "./gate.js";

/** What a condition may ask of the samples of one batch. */
export interface RuleInput {
  /** The gate's share of each component, [batch, 1], in [0, 1]. */
  shares: Readonly<Record<string, tf.Tensor2D>>;
  /** Per modality that may be missing: 1 where it is there, [batch, 1]. */
  present: Readonly<Record<string, tf.Tensor2D>>;
}

/**
 * A condition on one sample. `truth` gives 0 or 1 when predicting; while learning a number in (0, 1) that can be
 * differentiated, sharper as the temperature falls. [batch, 1]
 */
export interface Condition {
  truth(input: RuleInput, context: Context): tf.Tensor2D;
}

/** `when` a condition holds (always, when it is left out) the sample's logits are those of `use`. */
export interface Rule<Component extends string = string> {
  when?: Condition;
  use: Component | "gate";
  /** The rule as the spec writes it. */
  text: string;
}

/** Sum of the shares of the components named. */
function share(components: readonly string[], { shares }: RuleInput): tf.Tensor2D {
  const found = components.map((name) => shares[name] as tf.Tensor2D);
  return found.length === 1 ? (found[0] as tf.Tensor2D) : tf.addN(found);
}

/** 1 where x > 0; softly, sigmoid(x / temperature). */
function positive(x: tf.Tensor2D, strict: boolean, { training, temperature }: Context): tf.Tensor2D {
  if (training) return tf.sigmoid(tf.div(x, temperature)) as tf.Tensor2D;
  return tf.cast(strict ? tf.greater(x, 0) : tf.greaterEqual(x, 0), "float32") as tf.Tensor2D;
}

/** The components' share together is above (or at) a number. */
export function above(components: string | readonly string[], threshold: number, orEqual = false): Condition {
  const names = typeof components === "string" ? [components] : components;
  return { truth: (input, context) => positive(tf.sub(share(names, input), threshold), !orEqual, context) };
}

/** The components' share together is below (or at) a number. */
export function below(components: string | readonly string[], threshold: number, orEqual = false): Condition {
  const names = typeof components === "string" ? [components] : components;
  return { truth: (input, context) => positive(tf.sub(threshold, share(names, input)), !orEqual, context) };
}

/** The components' share together is larger than that of each other component. */
export function dominates(components: string | readonly string[]): Condition {
  const names = typeof components === "string" ? [components] : components;
  return {
    truth(input, context) {
      const others = Object.keys(input.shares).filter((name) => !names.includes(name));
      const own = share(names, input);
      if (others.length === 0) return tf.onesLike(own);
      const largest = others
        .map((name) => input.shares[name] as tf.Tensor2D)
        .reduce((a, b) => tf.maximum(a, b));
      return positive(tf.sub(own, largest), true, context);
    },
  };
}

/** The sample lacks this modality; true or false while learning too. */
export function missing(modality: string): Condition {
  return { truth: ({ present }) => tf.sub(1, present[modality] as tf.Tensor2D) };
}

/** All hold: the product of their truths. */
export function and(...conditions: Condition[]): Condition {
  return {
    truth: (input, context) => conditions.map((c) => c.truth(input, context)).reduce((a, b) => tf.mul(a, b)),
  };
}

/** At least one holds: 1 - the product of (1 - truth). */
export function or(...conditions: Condition[]): Condition {
  return not(and(...conditions.map(not)));
}

/** It doesn't hold. */
export function not(condition: Condition): Condition {
  return { truth: (input, context) => tf.sub(1, condition.truth(input, context)) };
}

export interface Decision {
  /** [batch, classes] */
  logits: tf.Tensor2D;
  /** How much each rule decides, [batch, rules]; rows sum to 1, and when predicting are one-hot. */
  weights: tf.Tensor2D;
}

/**
 * Reads the rules from top to bottom: rule k decides with weight c_k * prod_{j<k} (1 - c_j), where c is the truth of its
 * condition. The gate's own logits are sum_c g_c y_c over the components.
 * @param logits [batch, classes] of each component
 * @param input the gate's shares and what is present
 * @param gated what `use gate` answers, [batch, classes]; the logits mixed by the shares when it is left out
 * @throws Error when the last rule has a condition: some sample would be left without an answer
 */
export function decide(
  rules: readonly Rule[],
  logits: Readonly<Record<string, tf.Tensor2D>>,
  input: RuleInput,
  context: Context,
  gated: tf.Tensor2D = mixture(input.shares, logits),
): Decision {
  if (rules.at(-1)?.when !== undefined) throw new Error("The last rule must have no condition.");
  if (rules.length === 1 && rules[0]?.use === "gate") {
    return { logits: gated, weights: tf.ones([gated.shape[0], 1]) };
  }
  const weights: tf.Tensor2D[] = [];
  let left: tf.Tensor2D = tf.ones([gated.shape[0], 1]);
  for (const { when } of rules) {
    const truth = when?.truth(input, context) ?? tf.onesLike(left);
    weights.push(tf.mul(left, truth));
    left = tf.mul(left, tf.sub(1, truth));
  }
  const answers = rules.map(({ use }, k) =>
    tf.mul(weights[k] as tf.Tensor2D, use === "gate" ? gated : (logits[use] as tf.Tensor2D)),
  );
  return { logits: tf.addN(answers) as tf.Tensor2D, weights: tf.concat(weights, 1) };
}
