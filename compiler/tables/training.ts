import { count, positive, share, weight, word, type Callable } from "./parameters.js";

/** How a model learns. */
export const paradigms: ReadonlyMap<string, Callable> = new Map(
  (
    [
      {
        name: "joint",
        doc: "One loss, that of the fused prediction, for all weights together.",
        example: "joint",
        parameters: [],
      },
      {
        name: "ensemble",
        doc: "Each modality learns on its own; the mean of their probabilities answers.",
        example: "ensemble",
        parameters: [],
      },
      {
        name: "dmil",
        doc: "Decomposition-based multimodal interaction learning (Yang et al. 2026): three stages.",
        example: "dmil(intra: 10, consistency: 5, joint: 15)",
        parameters: [
          count(
            "intra",
            "Epochs of stage 1: each encoding is split into what predicts alone and the rest.",
            10,
          ),
          count(
            "consistency",
            "Epochs of stage 2: redundant, unique and synergistic parts, stage 1 frozen.",
            5,
          ),
          count("joint", "Epochs of stage 3: everything together.", 15),
          weight("alpha", "Weight of the alignment of the views of R.", 0.1),
          weight("beta", "Weight of stage 1's loss in stage 3.", 0.5),
          weight("gamma", "Weight of stage 2's loss in stage 3.", 0.5),
          weight("kl", "Weight of the latents' divergence from a standard normal.", 0.001),
          count("latent", "Features of each latent part.", 32),
          word(
            "rebuild",
            "What M and N together must rebuild: the encoding, as in the paper, or the input itself, so that no encoder drops what only synergy needs.",
            ["encodings", "inputs"],
            "encodings",
          ),
        ],
      },
    ] satisfies Callable[]
  ).map((row) => [row.name, row]),
);

export interface OptimizerRow extends Callable {
  /** The runtime's names of the parameters. */
  options: Readonly<Record<string, string>>;
}

const rate = positive("lr", "Learning rate.", 0.001);

const optimizerRows: OptimizerRow[] = [
  {
    name: "adam",
    doc: "Adam (Kingma and Ba 2015).",
    example: "adam(lr: 1e-3)",
    parameters: [rate],
    options: { lr: "learningRate" },
  },
  {
    name: "sgd",
    doc: "Stochastic gradient descent, with momentum.",
    example: "sgd(lr: 0.01, momentum: 0.9)",
    parameters: [
      { ...rate, default: 0.01 },
      {
        ...share("momentum", "Share of the last step in the next.", 0),
        type: { kind: "number", min: 0, max: 0.999 },
      },
    ],
    options: { lr: "learningRate", momentum: "momentum" },
  },
  {
    name: "rmsprop",
    doc: "RMSProp (Tieleman and Hinton 2012).",
    example: "rmsprop(lr: 1e-3)",
    parameters: [rate],
    options: { lr: "learningRate" },
  },
];

export const optimizers: ReadonlyMap<string, OptimizerRow> = new Map(
  optimizerRows.map((row) => [row.name, row]),
);

/** The words that begin a setting of `train`, besides `stop after N epochs without improvement`. */
export const settings: ReadonlyMap<string, { name: string; doc: string; example: string }> = new Map(
  [
    { name: "paradigm", doc: "How the model learns.", example: "paradigm joint" },
    { name: "optimizer", doc: "What takes the steps.", example: "optimizer adam(lr: 1e-3)" },
    { name: "batch", doc: "Samples a step; 64 when left out.", example: "batch 128" },
    {
      name: "epochs",
      doc: "Passes over the training split, except for `dmil`; 20 when left out.",
      example: "epochs 20",
    },
    { name: "seed", doc: "What every random number follows from; 1 when left out.", example: "seed 7" },
    { name: "clip", doc: "Longest gradient of a step, over all weights.", example: "clip 1" },
    {
      name: "weight_decay",
      doc: "Decoupled weight decay, times the learning rate.",
      example: "weight_decay 0.01",
    },
  ].map((row) => [row.name, row]),
);
