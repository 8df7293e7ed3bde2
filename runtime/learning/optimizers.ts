import * as tf from "@tensorflow/tfjs-core";
import { adamStep } from "../engines/gradients/adam.js";
import type { NamedTensor } from "../layers/parameters.js";

/**
 * Turns gradients into steps. It sees the gradients of all weights laid end to end as one vector, so that a step costs a few
 * operations however many arrays there are.
 */
export interface Optimizer {
  readonly learningRate: number;
  /**
   * What the weights lose by the next step.
   * @param gradient [weights]
   * @param rate learning rate of this step; the optimizer's own when it is left out
   * @returns [weights]; the caller's tidy disposes of it
   */
  step(gradient: tf.Tensor1D, rate?: number): tf.Tensor1D;
  /** All that the next step depends on besides the gradient. The arrays stay the optimizer's. */
  state(): OptimizerState;
  /** Goes on from a state; the arrays are copied. */
  restore(state: OptimizerState): void;
  dispose(): void;
}

export interface OptimizerState {
  /** Steps taken. */
  steps: number;
  /** Running means, [weights] each. */
  means: NamedTensor[];
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1).
 * @param beta1 what the mean of the gradients keeps of itself at each step
 * @param beta2 what the mean of their squares keeps
 */
export function adam({
  learningRate,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-7,
}: {
  learningRate: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
}): Optimizer {
  return new Moving(learningRate, (gradient, means, learningRate, steps) => {
    const before = (name: string) => means.held.get(name) ?? tf.zerosLike(gradient);
    const [gradients, squares] = [before("gradient"), before("square")];
    const moved = adamStep(
      { gradient, mean: gradients, square: squares },
      {
        beta1,
        beta2,
        epsilon,
        rate: learningRate / (1 - beta1 ** steps),
        correction: 1 - beta2 ** steps,
      },
    );
    if (moved !== undefined) {
      means.set("gradient", moved.mean);
      means.set("square", moved.square);
      return moved.step;
    }
    const mean = means.update("gradient", gradient, beta1, 1 - beta1);
    const square = means.update("square", tf.square(gradient), beta2, 1 - beta2);
    // The means began at 0; dividing by these makes up for it.
    const [correction1, correction2] = [1 - beta1 ** steps, 1 - beta2 ** steps];
    const rate = learningRate / correction1;
    // rate * mean / (sqrt(square / correction2) + epsilon), in as few operations as there can be.
    const root = tf.mul(tf.sqrt(square), 1 / (Math.sqrt(correction2) * rate));
    return tf.div<tf.Tensor1D>(mean, tf.add(root, epsilon / rate));
  });
}

/** Stochastic gradient descent, with momentum when it isn't 0. */
export function sgd({ learningRate, momentum = 0 }: { learningRate: number; momentum?: number }): Optimizer {
  return new Moving(learningRate, (gradient, means, learningRate) =>
    tf.mul(momentum === 0 ? gradient : means.update("gradient", gradient, momentum, 1), learningRate),
  );
}

/** RMSProp (Tieleman and Hinton 2012). */
export function rmsprop({
  learningRate,
  decay = 0.9,
  epsilon = 1e-7,
}: {
  learningRate: number;
  decay?: number;
  epsilon?: number;
}): Optimizer {
  return new Moving(learningRate, (gradient, means, learningRate) => {
    const square = means.update("square", tf.square(gradient), decay, 1 - decay);
    return tf.mul(tf.div<tf.Tensor1D>(gradient, tf.sqrt(tf.add(square, epsilon))), learningRate);
  });
}

/** Running means of what was seen of the gradients, by name; 0 before the first step. */
class Means {
  readonly held = new Map<string, tf.Tensor1D>();

  /** mean = keep * mean + take * value. @returns the new mean, which stays this object's */
  update(name: string, value: tf.Tensor1D, keep: number, take: number): tf.Tensor1D {
    const before = this.held.get(name);
    const taken: tf.Tensor1D = take === 1 ? tf.clone(value) : tf.mul(value, take);
    const after: tf.Tensor1D = before === undefined ? taken : tf.add(tf.mul(before, keep), taken);
    this.set(name, after);
    return after;
  }

  set(name: string, mean: tf.Tensor1D): void {
    this.held.get(name)?.dispose();
    this.held.set(name, tf.keep(mean));
  }

  dispose(): void {
    for (const mean of this.held.values()) mean.dispose();
    this.held.clear();
  }
}

/** An optimizer whose steps depend on running means and on how many steps there were. */
class Moving implements Optimizer {
  private readonly means = new Means();
  private steps = 0;

  /** @param rule what the weights lose, by the gradient, the learning rate and the number of this step, from 1 */
  constructor(
    readonly learningRate: number,
    private readonly rule: (
      gradient: tf.Tensor1D,
      means: Means,
      learningRate: number,
      steps: number,
    ) => tf.Tensor1D,
  ) {}

  step(gradient: tf.Tensor1D, rate = this.learningRate): tf.Tensor1D {
    this.steps++;
    return tf.tidy(() => this.rule(gradient, this.means, rate, this.steps));
  }

  state(): OptimizerState {
    const means = [...this.means.held].map(([name, tensor]) => ({ name, tensor }));
    return { steps: this.steps, means };
  }

  restore({ steps, means }: OptimizerState): void {
    this.means.dispose();
    this.steps = steps;
    for (const { name, tensor } of means) this.means.set(name, tf.clone(tensor as tf.Tensor1D));
  }

  dispose(): void {
    this.means.dispose();
  }
}
