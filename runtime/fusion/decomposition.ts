import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import { gaussian, type Latent, type LatentMaker } from "../layers/gaussian.js";
import type { Context } from "../layers/layer.js";
import { mlp } from "../layers/mlp.js";
import type { Scope } from "../layers/parameters.js";

/** The two parts of one modality's encoding z. */
export interface IntraParts {
  /** z itself, [batch, inputs] */
  encoding: tf.Tensor2D;
  /** M: what predicts the target on its own, [batch, latent]. */
  main: tf.Tensor2D;
  /** N: what doesn't, and feeds synergy, [batch, latent]. */
  rest: tf.Tensor2D;
  /** M and N side by side, [batch, 2 latent], with their distribution. */
  latent: Latent;
}

export interface IntraDecomposition {
  apply(encoding: tf.Tensor2D, context: Context): IntraParts;
  /** z, or what else the two parts must hold, rebuilt from M and N: [batch, rebuilds]. */
  rebuild(parts: IntraParts, context: Context): tf.Tensor2D;
  /** The target from M alone, [batch, outputs]. */
  predict(parts: IntraParts, context: Context): tf.Tensor2D;
}

/**
 * Intra-modality decomposition of DMIL (Yang et al. 2026, arXiv 2606.11614): z -> (M, N), both Gaussian; a decoder that
 * rebuilds z from both and a linear head that predicts from M bound the mutual informations from below.
 */
export function intraDecomposition(options: {
  inputs: number;
  latent: number;
  /** Of the target. */
  outputs: number;
  /** Features of what M and N rebuild; those of z when it is left out. */
  rebuilds?: number;
  /** What makes the latents. @default gaussian */
  layer?: LatentMaker;
}): (scope: Scope) => IntraDecomposition {
  const { inputs, latent: width, outputs, rebuilds = inputs, layer = gaussian } = options;
  return (scope) => {
    const parts = layer({ inputs, units: 2 * width })(scope.scope("parts"));
    const hidden = mlp({ inputs: 2 * width, units: [inputs] })(scope.scope("decoder.hidden"));
    const decoder = linear({ inputs, units: rebuilds })(scope.scope("decoder.output"));
    const head = linear({ inputs: width, units: outputs })(scope.scope("head"));
    return {
      apply(encoding, context) {
        const latent = parts.apply(encoding, context);
        const [main, rest] = tf.split(latent.value, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
        return { encoding, main, rest, latent };
      },
      rebuild: ({ latent }, context) => decoder.apply(hidden.apply(latent.value, context), context),
      predict: ({ main }, context) => head.apply(main, context),
    };
  };
}

/** An encoding that nothing splits: it stands for M and N alike. */
export interface WholeParts {
  encoding: tf.Tensor2D;
  main: tf.Tensor2D;
  rest: tf.Tensor2D;
}

/**
 * The ablation of `intraDecomposition` (DMIL with its consistency decomposition only): M and N both are the encoding, [batch, inputs];
 * the linear head that predicts from it stays.
 */
export function noIntraDecomposition({ inputs, outputs }: { inputs: number; outputs: number }) {
  return (scope: Scope) => {
    const head = linear({ inputs, units: outputs })(scope.scope("head"));
    return {
      apply: (encoding: tf.Tensor2D, _context: Context): WholeParts => ({
        encoding,
        main: encoding,
        rest: encoding,
      }),
      predict: ({ main }: WholeParts, context: Context): tf.Tensor2D => head.apply(main, context),
    };
  };
}

/** What one modality's M is split into. */
export interface ConsistencyParts<Shared extends string> {
  /** This modality's view of each R that it has a part in, by the R's name: what the others tell too. [batch, latent] */
  shared: Record<Shared, tf.Tensor2D>;
  /** U: what only this modality tells, [batch, latent]. */
  unique: tf.Tensor2D;
  /** All of them side by side, with their distribution. */
  latent: Latent;
}

export interface ConsistencyDecomposition<Shared extends string> {
  apply(main: tf.Tensor2D, context: Context): ConsistencyParts<Shared>;
}

/**
 * Consistency decomposition of DMIL: M -> (its view of each R, U), all Gaussian of `latent` features: [batch, inputs] -> [batch, latent]
 * each. With two modalities there is one R; with more there may be one of all and others of some.
 */
export function consistencyDecomposition<Shared extends string>(options: {
  inputs: number;
  latent: number;
  /** Names of the Rs that this modality has a part in. */
  shared: readonly Shared[];
  /** What makes the latents. @default gaussian */
  layer?: LatentMaker;
}): (scope: Scope) => ConsistencyDecomposition<Shared> {
  const { inputs, latent: width, shared: names, layer = gaussian } = options;
  return (scope) => {
    const parts = layer({ inputs, units: (names.length + 1) * width })(scope.scope("parts"));
    return {
      apply(main, context) {
        const latent = parts.apply(main, context);
        const views = tf.split(latent.value, names.length + 1, 1) as tf.Tensor2D[];
        const shared = Object.fromEntries(names.map((name, i) => [name, views[i]]));
        return {
          shared: shared as Record<Shared, tf.Tensor2D>,
          unique: views[names.length] as tf.Tensor2D,
          latent,
        };
      },
    };
  };
}
