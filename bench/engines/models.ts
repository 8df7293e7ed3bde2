/** The models that engines are timed with: as specs, and by hand in plain TensorFlow.js. The same in PyTorch: bench/torch/models.py. */
import * as tf from "@tensorflow/tfjs";

export interface BenchModel {
  name: string;
  /** For people. */
  what: string;
  /** Samples a step. */
  batch: number;
  classes: number;
  /** Shape of one sample, by modality. */
  inputs: Record<string, number[]>;
  spec: string;
  /** The stage that is timed. */
  stage: number;
  /** Its weights, and the loss of a batch, as one would write them without mmspec. */
  plain?: () => Plain;
}

export interface Plain {
  weights: tf.Variable[];
  loss(inputs: Record<string, tf.Tensor>, labels: tf.Tensor2D): tf.Scalar;
}

const data = `
  from "none.npz"
  y <- "y"
  split 0.8 train, 0.2 test
`;

function spec(model: string, modalities: string): string {
  return `model Bench {\n  target y: class(10)\n${model}\n}\n\ndata for Bench {${data}${modalities}}\n`;
}

const crossEntropy = (logits: tf.Tensor, labels: tf.Tensor2D) =>
  tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;

function weightsOf(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/** A model of tf.layers. */
function layered(
  model: tf.LayersModel,
  inputs: (given: Record<string, tf.Tensor>) => tf.Tensor | tf.Tensor[],
): Plain {
  return {
    weights: weightsOf(model),
    loss: (given, labels) =>
      crossEntropy(model.apply(inputs(given), { training: true }) as tf.Tensor, labels),
  };
}

function perceptron(): Plain {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 512, activation: "relu", inputShape: [200] }),
      tf.layers.dense({ units: 512, activation: "relu" }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  return layered(model, ({ x }) => x as tf.Tensor);
}

function convolutional(): Plain {
  const eye = (input: tf.SymbolicTensor) => {
    const layers = [
      tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: "same", activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 16, kernelSize: 3, padding: "same", activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 64, activation: "relu" }),
    ];
    return layers.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, input);
  };
  const [top, bottom] = [tf.input({ shape: [14, 28, 1] }), tf.input({ shape: [14, 28, 1] })];
  const both = tf.layers.concatenate().apply([eye(top), eye(bottom)]) as tf.SymbolicTensor;
  const hidden = tf.layers.dense({ units: 64, activation: "relu" }).apply(both);
  const outputs = tf.layers.dense({ units: 10 }).apply(hidden) as tf.SymbolicTensor;
  return layered(
    tf.model({ inputs: [top, bottom], outputs }),
    ({ top, bottom }) => [top, bottom] as tf.Tensor[],
  );
}

function recurrent(): Plain {
  const model = tf.sequential({
    layers: [
      tf.layers.gru({ units: 64, recurrentActivation: "sigmoid", inputShape: [50, 64] }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  return layered(model, ({ x }) => x as tf.Tensor);
}

/** Two blocks with normalisation before attention and before the two dense layers (Xiong et al. 2020). */
function transformer(): Plain {
  const weights: tf.Variable[] = [];
  const add = (...shape: number[]) => {
    const deviation = shape.length > 1 ? Math.sqrt(2 / (shape[0] as number)) : 0;
    const variable = tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, deviation)));
    weights.push(variable);
    return variable;
  };
  const dense = (inputs: number, units: number) => {
    const [kernel, bias] = [add(inputs, units), add(units)];
    return (x: tf.Tensor) => {
      const flat = tf.matMul(tf.reshape(x, [-1, inputs]), kernel as tf.Variable<tf.Rank.R2>);
      return tf.reshape(tf.add(flat, bias), [...x.shape.slice(0, -1), units]);
    };
  };
  const norm = (features: number) => {
    const [scale, shift] = [add(features), add(features)];
    scale.assign(tf.ones([features]));
    return (x: tf.Tensor) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
    };
  };
  const [features, heads] = [64, 4];
  const blocks = Array.from({ length: 2 }, () => ({
    first: norm(features),
    queries: dense(features, 3 * features),
    out: dense(features, features),
    second: norm(features),
    up: dense(features, 4 * features),
    down: dense(4 * features, features),
  }));
  const last = norm(features);
  const head = dense(features, 10);
  return {
    weights,
    loss({ x }, labels) {
      let value = x as tf.Tensor;
      const [batch = 0, time = 0] = value.shape;
      for (const block of blocks) {
        const all = tf.reshape(block.queries(block.first(value)), [batch, time, 3, heads, features / heads]);
        const [q, k, v] = tf.unstack(tf.transpose(all, [2, 0, 3, 1, 4])) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(features / heads));
        const seen = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [
          batch,
          time,
          features,
        ]);
        value = tf.add(value, block.out(seen));
        value = tf.add(value, block.down(tf.relu(block.up(block.second(value)))));
      }
      return crossEntropy(head(tf.mean(last(value), 1)), labels);
    },
  };
}

const halves = `  modality top: image(14, 28, 1)
  modality bottom: image(14, 28, 1)
  encoder Eye = conv(8, 3) -> pool(2) -> conv(16, 3) -> pool(2) -> flatten -> dense(64)
  encode top, bottom with Eye`;
const training = (paradigm: string, batch: number) =>
  `train { paradigm ${paradigm} optimizer adam(lr: 1e-3) batch ${batch} seed 1 }`;
const topAndBottom = `  top <- "top"\n  bottom <- "bottom"\n`;
const single = `  x <- "x"\n`;

export const models: BenchModel[] = [
  {
    name: "mlp",
    what: "perceptron 200-512-512-10, batches of 256",
    batch: 256,
    classes: 10,
    inputs: { x: [200] },
    spec: spec(
      `  modality x: vector(200)\n  encoder X for x = mlp(512, 512)\n  fusion = concat\n  ${training("joint", 256)}`,
      single,
    ),
    stage: 0,
    plain: perceptron,
  },
  {
    name: "cnn",
    what: "convolutions over both halves of a digit, batches of 64",
    batch: 64,
    classes: 10,
    inputs: { top: [14, 28, 1], bottom: [14, 28, 1] },
    spec: spec(`${halves}\n  fusion = concat -> mlp(64)\n  ${training("joint", 64)}`, topAndBottom),
    stage: 0,
    plain: convolutional,
  },
  {
    name: "gru",
    what: "gru(64) over 50 moments of 64 features, batches of 64",
    batch: 64,
    classes: 10,
    inputs: { x: [50, 64] },
    spec: spec(
      `  modality x: sequence(50, 64)\n  encoder X for x = gru(64)\n  fusion = concat\n  ${training("joint", 64)}`,
      single,
    ),
    stage: 0,
    plain: recurrent,
  },
  {
    name: "transformer",
    what: "transformer(2, heads: 4) over 50 moments of 64 features, batches of 64",
    batch: 64,
    classes: 10,
    inputs: { x: [50, 64] },
    spec: spec(
      `  modality x: sequence(50, 64)\n  encoder X for x = transformer(2, heads: 4) -> mean\n  fusion = concat\n  ${training("joint", 64)}`,
      single,
    ),
    stage: 0,
    plain: transformer,
  },
  {
    name: "dmil",
    what: "dmil of the demo, its last stage, batches of 64",
    batch: 64,
    classes: 10,
    inputs: { top: [14, 28, 1], bottom: [14, 28, 1] },
    spec: spec(
      `${halves}
  fusion {
    redundant(top, bottom) = align(cosine) -> linear
    unique(top) = linear
    unique(bottom) = linear
    synergistic(top, bottom) = bilinear(rank: 32) -> dense(64) -> linear
    gate = mlp(32)
    when synergy > 0.5 use synergistic(top, bottom)
    otherwise use gate
  }
  ${training("dmil(bound: cross_covariance)", 64)}`,
      topAndBottom,
    ),
    stage: 2,
  },
];
