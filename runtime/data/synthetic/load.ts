import type { Samples, Splits, Truth } from "../samples.js";
import { splitSamples, type SplitPlan } from "../split.js";
import { SyntheticDensity, typePosterior } from "./exact.js";
import { featureSum, type FeatureSumOptions } from "./feature-sum.js";
import { gaussianPair, type GaussianPairOptions } from "./gaussian-pair.js";
import { knowledgeOf, type KnownDensity, type Seen } from "./known.js";
import { logicGate, type LogicGateOptions } from "./logic-gate.js";
import { synthetic, type SyntheticOptions } from "./sample.js";

/** Samples to draw, for a model's modalities and classes. */
export type DrawnPlan<Options> = Omit<Options, "classes" | "widths"> & {
  /** Features of each modality. */
  widths: Readonly<Record<string, number>>;
  classes: readonly string[];
};

/** Samples that were drawn, and what is known of them. */
interface Drawn {
  /** What the samples are, for messages. */
  source: string;
  /** Per modality, [samples, width]. */
  inputs: Record<string, Float32Array>;
  density: KnownDensity;
  types(seen: Seen & { rows: Int32Array }): Pick<Truth, "typeNames" | "types" | "typePosterior">;
}

/**
 * Draws synthetic samples and splits them.
 * @throws DataError when a part is empty or the training part never sees a class
 * @throws RangeError when the options make no sense
 */
export async function loadSynthetic(
  { classes, ...options }: DrawnPlan<SyntheticOptions>,
  split: SplitPlan,
): Promise<Splits> {
  const data = synthetic({ ...options, classes: classes.length });
  const density = new SyntheticDensity(data);
  const types = (seen: Seen & { rows: Int32Array }) => ({
    typeNames: data.types.map(({ name }) => name),
    types: Int32Array.from(seen.rows, (row) => data.typeOf[row] as number),
    typePosterior: typePosterior(density, seen),
  });
  return splitDrawn({ source: "synthetic", inputs: data.inputs, density, types }, classes, split);
}

/**
 * Draws the Gaussian pair of the LSMI code and splits it; see `gaussianPair`.
 * @throws DataError when a part is empty or the training part never sees a class
 * @throws RangeError when there aren't two modalities of as many features as classes
 */
export async function loadGaussianPair(
  { classes, widths, ...options }: DrawnPlan<GaussianPairOptions>,
  split: SplitPlan,
): Promise<Splits> {
  const names = Object.keys(widths);
  const [a, b] = names;
  if (a === undefined || b === undefined || names.length > 2)
    throw new RangeError("The Gaussian pair has two modalities.");
  if (names.some((name) => widths[name] !== classes.length))
    throw new RangeError(`The modalities of the Gaussian pair have one feature a class: ${classes.length}.`);
  const { x1, x2, density } = gaussianPair({ ...options, classes: classes.length });
  const known = { ...density, names };
  return splitDrawn(ofOneKind("gaussian_pair", { [a]: x1, [b]: x2 }, known), classes, split);
}

/**
 * Draws feature sums and splits them; see `featureSum`.
 * @throws DataError when a part is empty or the training part never sees a class
 * @throws RangeError when the options make no sense
 */
export async function loadFeatureSum(
  { classes, ...options }: DrawnPlan<FeatureSumOptions>,
  split: SplitPlan,
): Promise<Splits> {
  const { inputs, density } = featureSum({ ...options, classes: classes.length });
  return splitDrawn(ofOneKind("feature_sum", inputs, density), classes, split);
}

/**
 * Draws logic gates of noisy bits and splits them; see `logicGate`.
 * @throws DataError when a part is empty or the training part never sees a class
 * @throws RangeError when the gates give another number of classes
 */
export async function loadLogicGate(
  { classes, ...options }: DrawnPlan<LogicGateOptions>,
  split: SplitPlan,
): Promise<Splits> {
  const data = logicGate(options);
  if (data.classes !== classes.length)
    throw new RangeError(`The gates give ${data.classes} classes; the target has ${classes.length}.`);
  return splitDrawn(ofOneKind("logic_gate", data.inputs, data.density), classes, split);
}

/** Samples that have all modalities. */
export function samplesOf(
  inputs: Drawn["inputs"],
  of: Pick<Samples, "classes" | "labels" | "targets">,
): Samples {
  const size = of.labels.length;
  const names = Object.keys(inputs);
  return {
    size,
    inputs,
    shapes: Object.fromEntries(names.map((name) => [name, [(inputs[name] as Float32Array).length / size]])),
    present: Object.fromEntries(names.map((name) => [name, new Uint8Array(size).fill(1)])),
    index: Int32Array.from({ length: size }, (_, i) => i),
    ...of,
  };
}

/** Of each sample, the modalities that it has: bit m stands for modality m. */
export function presenceOf({ present, size }: Samples): Int32Array {
  return Int32Array.from({ length: size }, (_, i) =>
    Object.values(present).reduce((bits, has, m) => bits | ((has[i] ?? 0) << m), 0),
  );
}

function ofOneKind(source: string, inputs: Drawn["inputs"], density: KnownDensity): Drawn {
  const types: Drawn["types"] = ({ rows }) => ({
    typeNames: [source],
    types: new Int32Array(rows.length),
    typePosterior: new Float64Array(rows.length).fill(1),
  });
  return { source, inputs, density, types };
}

function splitDrawn(
  { source, inputs, density, types }: Drawn,
  classes: readonly string[],
  split: SplitPlan,
): Splits {
  const samples = samplesOf(inputs, { labels: density.labels, classes });
  const splits = splitSamples(samples, split, source, "the target");
  const seen: Seen & { rows: Int32Array } = {
    rows: splits.test.index,
    occurs: Uint8Array.from(classes, (_, y) => (split.holdOut?.classes.includes(y) ? 0 : 1)),
    present: presenceOf(splits.test),
  };
  splits.test.truth = { ...types(seen), ...knowledgeOf(density, seen) };
  return splits;
}
