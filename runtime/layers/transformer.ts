import * as tf from "@tensorflow/tfjs-core";
import { attention } from "./attention.js";
import { dense } from "./dense.js";
import { dropout as dropoutLayer } from "./dropout.js";
import type { Layer, LayerMaker } from "./layer.js";
import { norm } from "./norm.js";
import type { Scope } from "./parameters.js";

export interface TransformerOptions {
  /** Features of a moment; a multiple of `heads`. */
  features: number;
  layers: number;
  heads: number;
  /** Units of the perceptron in each layer. @default 4 features */
  hidden?: number;
  /** Share of each layer's contribution that is dropped while learning. @default 0 */
  dropout?: number;
  /** What tells the moments' order: sines and cosines are added to the input, or nothing is. @default "sines" */
  positions?: "sines" | "none";
}

/**
 * The encoder of a transformer (Vaswani et al. 2017), normalised before each part and at its end (Xiong et al. 2020, arXiv 2002.04745), with GELU:
 * [batch, time, features] -> the same shape.
 *
 *     x := x + attention(norm(x))     x := x + mlp(norm(x))
 */
export function transformer(options: TransformerOptions): LayerMaker {
  const { features, layers, heads, hidden = 4 * features, dropout = 0, positions = "sines" } = options;
  return (scope) => {
    const blocks = Array.from({ length: layers }, (_, i) =>
      block(scope.scope(String(i + 1)), { features, heads, hidden }),
    );
    const last = norm({ features })(scope.scope("norm"));
    const drop = dropoutLayer({ rate: dropout })(scope);
    return {
      apply(x, context) {
        const [, time = 0] = x.shape;
        let value = positions === "sines" ? tf.add(x, sines(time, features)) : x;
        for (const parts of blocks) {
          for (const part of parts) value = tf.add(value, drop.apply(part.apply(value, context), context));
        }
        return last.apply(value, context);
      },
    };
  };
}

/** What one layer adds: first the attention, then the perceptron. */
function block(
  scope: Scope,
  { features, heads, hidden }: { features: number; heads: number; hidden: number },
): Layer[] {
  const attended = [
    norm({ features })(scope.scope("norm1")),
    attention({ features, heads })(scope.scope("attention")),
  ];
  const normal = norm({ features })(scope.scope("norm2"));
  const wide = dense({ inputs: features, units: hidden, activation: "gelu" })(scope.scope("hidden"));
  const narrow = dense({ inputs: hidden, units: features, activation: "none" })(scope.scope("output"));
  return [
    { apply: (x, context) => attended.reduce((value, layer) => layer.apply(value, context), x) },
    {
      apply(x, context) {
        const flat = tf.reshape(normal.apply(x, context), [-1, features]);
        return tf.reshape(narrow.apply(wide.apply(flat, context), context), x.shape);
      },
    },
  ];
}

/** sin(p / 10000^(2i / features)) at the even features, the cosine at the odd ones (Vaswani et al. 2017, section 3.5): [time, features]. */
export function sines(time: number, features: number): tf.Tensor2D {
  const values = new Float32Array(time * features);
  for (let p = 0; p < time; p++) {
    for (let k = 0; k < features; k++) {
      const angle = p / Math.pow(10_000, (k - (k % 2)) / features);
      values[p * features + k] = k % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tf.tensor2d(values, [time, features]);
}
