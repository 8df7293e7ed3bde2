import * as tf from "@tensorflow/tfjs-core";
import { batchNorm } from "./batch-norm.js";
import { conv } from "./conv.js";
import type { Layer, LayerMaker } from "./layer.js";
import type { Scope } from "./parameters.js";
import { globalMean } from "./reduce.js";

export interface ResnetOptions {
  channels: number;
  /** Residual blocks of each stage; each stage but the first halves height and width and doubles the filters. */
  blocks: readonly number[];
  /** Of the first stage. */
  filters: number;
  /** "small": one convolution of 3 x 3; "large": one of 7 x 7 at stride 2, and max pooling of 3 x 3 at stride 2. @default "small" */
  stem?: "small" | "large";
}

/**
 * Residual network of basic blocks (He et al. 2016, arXiv 1512.03385): [batch, height, width, channels] -> the means of the last stage's
 * channels, [batch, filters * 2^(stages - 1)]. Where a block changes the shape, its shortcut is a convolution of 1 x 1 (their option B).
 */
export function resnet({ channels, blocks, filters, stem = "small" }: ResnetOptions): LayerMaker {
  return (scope) => {
    const large = stem === "large";
    const layers: Layer[] = [
      convNorm(scope.scope("stem"), { channels, filters, kernel: large ? 7 : 3, stride: large ? 2 : 1 }),
      { apply: (x) => tf.relu(x) },
      ...(large ? [{ apply: (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 3, 2, "same") }] : []),
    ];
    let width = filters;
    blocks.forEach((count, stage) => {
      const wide = filters * 2 ** stage;
      for (let i = 0; i < count; i++) {
        const stride = stage > 0 && i === 0 ? 2 : 1;
        layers.push(
          block(scope.scope(`stage${stage + 1}.${i + 1}`), { channels: width, filters: wide, stride }),
        );
        width = wide;
      }
    });
    layers.push(globalMean()(scope));
    return { apply: (x, context) => layers.reduce((value, layer) => layer.apply(value, context), x) };
  };
}

interface ConvNormOptions {
  channels: number;
  filters: number;
  kernel: number;
  stride: number;
}

/** A convolution whose batch is normalised after it. */
function convNorm(scope: Scope, options: ConvNormOptions): Layer {
  const convolve = conv({ ...options, bias: false, activation: "none" })(scope.scope("conv"));
  const normalise = batchNorm({ features: options.filters })(scope.scope("norm"));
  return { apply: (x, context) => normalise.apply(convolve.apply(x, context), context) };
}

function block(scope: Scope, { channels, filters, stride }: Omit<ConvNormOptions, "kernel">): Layer {
  const first = convNorm(scope.scope("1"), { channels, filters, kernel: 3, stride });
  const second = convNorm(scope.scope("2"), { channels: filters, filters, kernel: 3, stride: 1 });
  const same = stride === 1 && channels === filters;
  const shortcut = same
    ? undefined
    : convNorm(scope.scope("shortcut"), { channels, filters, kernel: 1, stride });
  return {
    apply(x, context) {
      const added = second.apply(tf.relu(first.apply(x, context)), context);
      return tf.relu(tf.add(added, shortcut === undefined ? x : shortcut.apply(x, context)));
    },
  };
}
