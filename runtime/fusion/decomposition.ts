import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../layers/dense.js";
import { gaussian, type Latent } from "../layers/gaussian.js";
import type { Context } from "../layers/layer.js";
import { mlp } from "../layers/mlp.js";
import type { Scope } from "../layers/parameters.js";

/** The two parts of one modality's encoding z. */
export interface IntraParts {
  /** z itself, [batch, inputs] */
  encoding: tf.Tensor2D;
  /** M: what predicts the target on its own. */
  main: Latent;
  /** N: what doesn't, and feeds synergy. */
  rest: Latent;
}

export interface IntraDecomposition {
  apply(encoding: tf.Tensor2D, context: Context): IntraParts;
  /** z, or what else the two parts must hold, rebuilt from M and N: [batch, rebuilds]. */
  rebuild(parts: IntraParts, context: Context): tf.Tensor2D;
  /** The target from M alone: logits [batch, classes]. */
  predict(parts: IntraParts, context: Context): tf.Tensor2D;
}

/**
 * Intra-modality decomposition of DMIL (Yang et al. 2026, arXiv 2606.11614): z -> (M, N), both Gaussian; a decoder that
 * rebuilds z from both and a linear head that predicts from M bound the mutual informations from below.
 */
export function intraDecomposition(options: {
  inputs: number;
  latent: number;
  classes: number;
  /** Features of what M and N rebuild; those of z when it is left out. */
  rebuilds?: number;
}): (scope: Scope) => IntraDecomposition {
  const { inputs, latent, classes, rebuilds = inputs } = options;
  return (scope) => {
    const main = gaussian({ inputs, units: latent })(scope.scope("main"));
    const rest = gaussian({ inputs, units: latent })(scope.scope("rest"));
    const hidden = mlp({ inputs: 2 * latent, units: [inputs] })(scope.scope("decoder.hidden"));
    const decoder = linear({ inputs, units: rebuilds })(scope.scope("decoder.output"));
    const head = linear({ inputs: latent, units: classes })(scope.scope("head"));
    return {
      apply: (encoding, context) => ({
        encoding,
        main: main.apply(encoding, context),
        rest: rest.apply(encoding, context),
      }),
      rebuild: (parts, context) =>
        decoder.apply(hidden.apply(tf.concat([parts.main.value, parts.rest.value], 1), context), context),
      predict: (parts, context) => head.apply(parts.main.value, context),
    };
  };
}

/** The two parts of one modality's M. */
export interface ConsistencyParts {
  /** This modality's view of R: what the others tell too. */
  shared: Latent;
  /** U: what only this modality tells. */
  unique: Latent;
}

export interface ConsistencyDecomposition {
  apply(main: Latent, context: Context): ConsistencyParts;
}

/** Consistency decomposition of DMIL: M -> (R's view, U), both Gaussian of `latent` features. */
export function consistencyDecomposition({
  latent,
}: {
  latent: number;
}): (scope: Scope) => ConsistencyDecomposition {
  return (scope) => {
    const shared = gaussian({ inputs: latent, units: latent })(scope.scope("shared"));
    const unique = gaussian({ inputs: latent, units: latent })(scope.scope("unique"));
    return {
      apply: (main, context) => ({
        shared: shared.apply(main.value, context),
        unique: unique.apply(main.value, context),
      }),
    };
  };
}
