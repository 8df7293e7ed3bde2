import {
  count,
  modality,
  positive,
  share,
  weight,
  whole,
  word,
  type Callable,
  type Parameter,
} from "./parameters.js";
import type { TargetKind } from "./targets.js";

/** How a model learns. */
export interface ParadigmRow extends Callable {
  /** The kinds of target that it can't learn, with why. */
  refuses?: Partial<Record<TargetKind, string>>;
  /** The paper that it comes from, where it has one. */
  paper?: string;
  /** What it can train: any fusion, one operator over all modalities, or a block with all four kinds of interaction. */
  trains: "any" | "operator" | "interactions";
  /** True when its model has a predictor of each single modality. */
  unimodal: boolean;
}

const joint: ParadigmRow = {
  name: "joint",
  doc: "One loss, that of the fused prediction, for all weights together.",
  example: "joint",
  parameters: [],
  trains: "any",
  unimodal: false,
};

const ensemble: ParadigmRow = {
  name: "ensemble",
  doc: "Each modality learns on its own; the mean of their probabilities answers.",
  example: "ensemble",
  parameters: [],
  trains: "any",
  unimodal: true,
};

const unimodal: ParadigmRow = {
  name: "unimodal",
  doc: "One modality learns and answers; the others aren't read.",
  example: "unimodal(sound)",
  parameters: [modality("modality", "The one that learns.")],
  trains: "any",
  unimodal: true,
};

const dmil: ParadigmRow = {
  name: "dmil",
  doc: "Decomposition-based multimodal interaction learning: three stages.",
  paper: "Yang et al. 2026, arXiv 2606.11614",
  example: "dmil(intra: 10, consistency: 5, joint: 15)",
  parameters: [
    count("intra", "Epochs of stage 1: each encoding is split into what predicts alone and the rest.", 10),
    count("consistency", "Epochs of stage 2: redundant, unique and synergistic parts, stage 1 frozen.", 5),
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
    word(
      "bound",
      "What keeps U apart from R: vCLUB (Cheng et al. 2020, arXiv 2006.12013), a bound of their mutual information, or their cross-covariance.",
      ["vclub", "cross_covariance"],
      "vclub",
    ),
    word(
      "ablation",
      "What is left out: nothing, the latents' randomness (plain layers in place of Gaussian ones), the consistency decomposition, or the intra-modality one.",
      ["none", "fc", "intra_only", "consistency_only"],
      "none",
    ),
  ],
  trains: "interactions",
  unimodal: true,
};

const ogm: ParadigmRow = {
  name: "ogm",
  doc: "On-the-fly gradient modulation: the encoder of a modality that leads learns more slowly.",
  paper: "Peng et al. 2022, arXiv 2203.15332",
  example: "ogm(alpha: 0.3)",
  parameters: [
    share("alpha", "How much a lead slows down.", 0.3),
    word(
      "noise",
      "Noise on the encoders' gradients, as large as they vary (OGM-GE), or none (OGM).",
      ["gaussian", "none"],
      "gaussian",
    ),
  ],
  refuses: { regression: "it compares how much probability modalities give to what is true" },
  trains: "any",
  unimodal: false,
};

const agm: ParadigmRow = {
  name: "agm",
  doc: "Adaptive gradient modulation: each modality's share of the logits learns faster or more slowly than it usually does.",
  paper: "Li et al. 2023, arXiv 2308.07686",
  example: "agm(alpha: 1)",
  parameters: [weight("alpha", "How strongly gradients are modulated.", 1)],
  trains: "any",
  unimodal: false,
};

const pmr: ParadigmRow = {
  name: "pmr",
  doc: "Prototypical modal rebalance: a modality that lags is drawn to the mean encodings of its classes.",
  paper: "Fan et al. 2023, arXiv 2211.07089",
  example: "pmr(alpha: 1)",
  parameters: [
    weight("alpha", "Weight of the prototypical cross-entropy.", 1),
    weight("mu", "Weight of the prototypical entropy of a modality that leads.", 0.01),
    whole("regularised", "Epochs at the start with that entropy.", 5),
    share("momentum", "Share of the old prototypes in the new ones.", 0.5),
  ],
  refuses: {
    multilabel: "its prototypes are the mean encodings of classes",
    regression: "its prototypes are the mean encodings of classes",
  },
  trains: "any",
  unimodal: false,
};

const i2moe: ParadigmRow = {
  name: "i2moe",
  doc: "Interaction-aware mixture of experts: a copy of the fusion for each kind of interaction, weakly supervised by masking modalities, and a gate.",
  paper: "Xin et al. 2025, arXiv 2505.19190",
  example: "i2moe(weight: 0.5)",
  parameters: [
    weight("weight", "Weight of the experts' interaction losses, of which the mean is taken.", 0.5),
    count("gate", "Units of the gate's hidden layer.", 32),
    positive("temperature", "Softness of the gate.", 1),
  ],
  refuses: {
    regression: "it tells its experts apart by the direction of their predictions, and a number has none",
  },
  trains: "operator",
  unimodal: false,
};

const evidence: ParadigmRow = {
  name: "evidence",
  doc: "Interaction and class are inferred together: each interaction tells something of each class, redundant views are independent opinions, and a share of the gate is the posterior of its interaction.",
  example: "evidence(restraint: 0.1)",
  parameters: [
    weight("unrelated", "Weight of what keeps `unique(m)` unrelated to what the other modalities tell.", 0),
    weight(
      "parsimony",
      "Weight of each further modality that a sample's interactions ask: what one tells isn't asked of two.",
      0.03,
    ),
    weight(
      "restraint",
      "Weight of how much the gate's scores vary from sample to sample, so that it speaks only where that helps.",
      0.1,
    ),
  ],
  refuses: {
    multilabel: "it infers one class and the interaction that tells it",
    regression: "it infers one class and the interaction that tells it",
  },
  trains: "interactions",
  unimodal: false,
};

export const paradigms: ReadonlyMap<string, ParadigmRow> = new Map(
  [joint, ensemble, unimodal, dmil, evidence, ogm, agm, pmr, i2moe].map((row) => [row.name, row]),
);

/** Names of the paradigms that can learn a kind of target. */
export function paradigmsOf(kind: TargetKind): string[] {
  return [...paradigms.values()]
    .filter(({ refuses }) => refuses?.[kind] === undefined)
    .map(({ name }) => name);
}

export interface OptimizerRow extends Callable {
  /** The runtime's function, where it isn't the row's name. */
  runtime?: string;
  /** The runtime's names of the parameters. */
  options: Readonly<Record<string, string>>;
}

const rate = positive("lr", "Learning rate.", 0.001);
const momentum: Parameter = {
  ...share("momentum", "Share of the last step in the next.", 0),
  type: { kind: "number", min: 0, max: 0.999 },
};

const optimizerRows: OptimizerRow[] = [
  {
    name: "adam",
    doc: "Adam (Kingma and Ba 2015).",
    example: "adam(lr: 1e-3)",
    parameters: [rate],
    options: { lr: "learningRate" },
  },
  {
    name: "adamw",
    doc: "Adam with decoupled weight decay (Loshchilov and Hutter 2019): what `weight_decay` does with any optimizer.",
    example: "adamw(lr: 1e-3, weight_decay: 0.01)",
    parameters: [rate, weight("weight_decay", "Decay of the kernels, times the learning rate.", 0.01)],
    runtime: "adam",
    options: { lr: "learningRate" },
  },
  {
    name: "sgd",
    doc: "Stochastic gradient descent, with momentum.",
    example: "sgd(lr: 0.01, momentum: 0.9)",
    parameters: [{ ...rate, default: 0.01 }, momentum],
    options: { lr: "learningRate", momentum: "momentum" },
  },
  {
    name: "momentum",
    doc: "Stochastic gradient descent with momentum (Polyak 1964).",
    example: "momentum(lr: 0.01)",
    parameters: [
      { ...rate, default: 0.01 },
      { ...momentum, default: 0.9 },
    ],
    runtime: "sgd",
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

export interface ScheduleRow extends Callable {
  /** The runtime's function. */
  runtime: string;
  /** Whether it ends, so that another schedule can come after it. */
  ends: boolean;
}

const scheduleRows: ScheduleRow[] = [
  {
    name: "cosine",
    doc: "From the learning rate to 0 over all steps of the stage, as half a cosine (Loshchilov and Hutter 2017).",
    example: "cosine",
    parameters: [],
    runtime: "cosine",
    ends: false,
  },
  {
    name: "step",
    doc: "The learning rate times `factor` after each `every` epochs.",
    example: "step(every: 10, factor: 0.5)",
    parameters: [
      count("every", "Epochs between two steps.", 10),
      positive("factor", "What the learning rate is multiplied by.", 0.5),
    ],
    runtime: "stepwise",
    ends: false,
  },
  {
    name: "warmup",
    doc: "Grows evenly to the learning rate over the first epochs (Goyal et al. 2017).",
    example: "warmup(epochs: 2)",
    parameters: [count("epochs", "Epochs until the whole learning rate.", 1)],
    runtime: "warmup",
    ends: true,
  },
];

export const schedules: ReadonlyMap<string, ScheduleRow> = new Map(
  scheduleRows.map((row) => [row.name, row]),
);

const teacherRows: Callable[] = [
  {
    name: "pid",
    doc: "Each sample's interaction is taught by what the sample consists of: the pointwise decomposition of what the model itself says of its class, by one modality and by both.",
    example: "pid(weight: 0.1)",
    parameters: [
      weight("weight", "Weight of the lesson.", 0.1),
      weight("heads", "Weight of the losses of what each modality says alone.", 0.1),
      share("after", "Share of the steps that are learned before the lessons begin.", 0.2),
    ],
  },
];

/** What the gate can be supervised with. */
export const teachers: ReadonlyMap<string, Callable> = new Map(teacherRows.map((row) => [row.name, row]));

export interface SettingRow {
  name: string;
  doc: string;
  example: string;
  /** The words that may follow it, where it isn't followed by a number or a row of a table. */
  words?: readonly string[];
}

/** The words that begin a setting of `train`, besides `stop after N epochs without improvement` and `supervise gate with ...`. */
export const settings: ReadonlyMap<string, SettingRow> = new Map(
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
    {
      name: "schedule",
      doc: "How the learning rate changes in the course of each stage; constant when left out.",
      example: "schedule warmup(epochs: 2) -> cosine",
    },
    {
      name: "noise",
      doc: "Standard deviation of the Gaussian noise on all modalities while learning, in the units that the model is fed.",
      example: "noise 0.5",
    },
    {
      name: "modality_dropout",
      doc: "Share of the samples that lose an optional modality while learning, each modality by itself.",
      example: "modality_dropout 0.2",
    },
    {
      name: "mixup",
      doc: "Learns from samples that are mixed in pairs, inputs and answers, in shares from Beta(alpha, alpha) (Zhang et al. 2018, arXiv 1710.09412).",
      example: "mixup 0.2",
    },
    {
      name: "class_weights",
      doc: "How much each class counts: `balanced`, all alike, however many samples of the training split they have; a list, in the order of the classes; or `by_class(...)`, where those that aren't named count 1.",
      example: "class_weights [1, 2, 0.5]",
      words: ["balanced"],
    },
  ].map((row) => [row.name, row]),
);
