import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import type { Context } from "../layers/layer.js";
import type { Scope } from "../layers/parameters.js";
import { anyPresent, type MergeMaker } from "./merge.js";

/** What asks and what is asked: tokens of `units` features, and which of those asked are there. */
type Attend = (
  asking: tf.Tensor3D,
  asked: tf.Tensor3D,
  present: tf.Tensor2D | undefined,
  context: Context,
) => tf.Tensor3D;

/**
 * Multi-head attention (Vaswani et al. 2017, arXiv 1706.03762, section 3.2) of one set of tokens to another:
 * [batch, n, units], [batch, m, units] -> [batch, n, units]. Tokens whose `present`, [batch, m], is 0 aren't looked at.
 */
function attendTo(scope: Scope, units: number, heads: number): Attend {
  const part = (name: string) => linear({ inputs: units, units })(scope.scope(name));
  const [query, key, value, output] = [part("query"), part("key"), part("value"), part("output")];
  const width = units / heads;
  return (asking, asked, present, context) => {
    const [batch, count] = asking.shape;
    const others = asked.shape[1];
    const flat = (x: tf.Tensor, tokens: number) => tf.reshape(x, [batch * tokens, units]);
    const byHead = (x: tf.Tensor, tokens: number) =>
      tf.reshape(tf.transpose(tf.reshape(x, [batch, tokens, heads, width]), [0, 2, 1, 3]), [
        batch * heads,
        tokens,
        width,
      ]);
    const queries = byHead(query.apply(flat(asking, count), context), count);
    const keys = byHead(key.apply(flat(asked, others), context), others);
    const values = byHead(value.apply(flat(asked, others), context), others);
    const scores = tf.reshape(
      tf.matMul(tf.mul(queries, 1 / Math.sqrt(width)), tf.transpose(keys, [0, 2, 1])),
      [batch, heads, count, others],
    );
    const open =
      present === undefined
        ? scores
        : tf.add(scores, tf.reshape(tf.mul(tf.sub(present, 1), 1e9), [batch, 1, 1, others]));
    const weights = tf.reshape(tf.softmax(open), [batch * heads, count, others]);
    const seen = tf.reshape(tf.matMul(weights, values), [batch, heads, count, width]);
    const joined = flat(tf.transpose(seen, [0, 2, 1, 3]), count);
    return tf.reshape(output.apply(joined, context), [batch, count, units]) as tf.Tensor3D;
  };
}

/**
 * Each modality is a token; the tokens attend to each other, and the fusion is the mean of `token + attended` over the
 * modalities that are there: several [batch, inputs[m]] -> [batch, units].
 */
export function modalityAttention({
  inputs,
  units,
  heads,
}: {
  inputs: readonly number[];
  units: number;
  heads: number;
}): MergeMaker {
  return (scope) => {
    const projections = inputs.map((width, m) =>
      linear({ inputs: width, units })(scope.scope(`token${m + 1}`)),
    );
    const attend = attendTo(scope, units, heads);
    return {
      apply(xs, context, present) {
        const projected = projections.map((project, m) => project.apply(xs[m] as tf.Tensor2D, context));
        const tokens = tf.stack(projected, 1) as tf.Tensor3D;
        const there = present && (tf.concat([...present], 1) as tf.Tensor2D);
        const seen = tf.add(tokens, attend(tokens, tokens, there, context));
        if (there === undefined) return tf.mean(seen, 1) as tf.Tensor2D;
        const total = tf.sum(tf.mul(seen, tf.expandDims(there, 2)), 1);
        return tf.div(total, tf.maximum(tf.sum(there, 1, true), 1)) as tf.Tensor2D;
      },
    };
  };
}

/**
 * Crossmodal attention (Tsai et al. 2019, arXiv 1906.00295, section 3.1) between encodings: each becomes `tokens` tokens, which
 * ask those of all other modalities; the means of `token + attended` stand side by side. The part of a modality that is missing is 0, and one whose others
 * all are missing sees nothing. Several [batch, inputs[m]] -> [batch, modalities x units].
 */
export function crossAttention({
  inputs,
  units,
  heads,
  tokens,
}: {
  inputs: readonly number[];
  units: number;
  heads: number;
  tokens: number;
}): MergeMaker {
  return (scope) => {
    const modalities = inputs.map((width, m) => {
      const own = scope.scope(`modality${m + 1}`);
      return {
        project: linear({ inputs: width, units: tokens * units })(own.scope("tokens")),
        attend: inputs.length > 1 ? attendTo(own, units, heads) : undefined,
      };
    });
    return {
      apply(xs, context, present) {
        const own = modalities.map(({ project }, m) => {
          const projected = project.apply(xs[m] as tf.Tensor2D, context);
          return tf.reshape(projected, [-1, tokens, units]) as tf.Tensor3D;
        });
        const parts = modalities.map(({ attend }, m) => {
          const mine = own[m] as tf.Tensor3D;
          const there = present?.filter((_, other) => other !== m);
          let seen = tf.mean(mine, 1);
          if (attend !== undefined) {
            const asked = tf.concat(
              own.filter((_, other) => other !== m),
              1,
            ) as tf.Tensor3D;
            const open =
              there &&
              (tf.concat(
                there.map((one) => tf.tile(one, [1, tokens])),
                1,
              ) as tf.Tensor2D);
            const attended = tf.mean(attend(mine, asked, open, context), 1);
            seen = tf.add(seen, there === undefined ? attended : tf.mul(attended, anyPresent(there)));
          }
          return present === undefined ? seen : tf.mul(seen, present[m] as tf.Tensor2D);
        });
        return tf.concat(parts, 1) as tf.Tensor2D;
      },
    };
  };
}
