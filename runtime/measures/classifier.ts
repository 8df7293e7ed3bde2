import type { Random } from "../data/random.js";
import { beats } from "./challenge.js";
import { innerSplit, logFrequencies } from "./folds.js";
import { fitMixture, readMixture, type CovarianceForm, type MixtureOptions } from "./gaussian-mixture.js";
import { trainNetwork, type Network, type NetworkOptions } from "./network.js";
import { calibrated, fitCalibration, type Calibration } from "./calibration.js";
import { rowsOf, takeRows, type View } from "./view.js";

/** A fitted p(y|x); holds tensors until it is disposed of. */
interface Fitted {
  /** Log-probabilities up to a constant of each row, in nats: [n, classes]. */
  read(x: View): ArrayLike<number>;
  dispose(): void;
}

/** A kind of classifier: fitted once to be judged, and once more on all samples if it is the best. */
interface Family {
  name: string;
  fit(
    x: View,
    labels: Int32Array,
    random: Random,
    held?: { x: View; labels: Int32Array },
    epochs?: number,
  ): Promise<{ fitted: Fitted; epochs?: number }>;
}

/** Networks that learn on all samples; what is read is the mean of their probabilities, which varies less than one's. */
const members = 3;

function networkFamily(name: string, classes: number, options: NetworkOptions): Family {
  return {
    name,
    async fit(x, labels, random, held, epochs) {
      const mostEpochs = epochs ?? options.mostEpochs;
      const networks: Network[] = [];
      // One is enough to judge the family by; logistic regression is the same from any start.
      const count = held === undefined && options.hidden.length > 0 ? members : 1;
      let taken = mostEpochs;
      for (let m = 0; m < count; m++) {
        const stream = random.fork(`member ${m}`);
        const trained = await trainNetwork(x, labels, classes, { ...options, mostEpochs }, stream, held);
        networks.push(trained.network);
        taken = trained.epochs;
      }
      const fitted: Fitted = {
        read: (view) => meanProbability(networks.map((network) => network.read(view))),
        dispose: () => networks.forEach((network) => network.dispose()),
      };
      return { fitted, epochs: taken };
    },
  };
}

/** log of the mean of what log-probabilities stand for. */
function meanProbability(logs: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0)] = logs;
  if (logs.length === 1) return first;
  return first.map((_, i) =>
    Math.log(logs.reduce((sum, one) => sum + Math.exp(one[i] as number), 0) / logs.length),
  );
}

/** How often each class occurs, whatever x is: what a modality that tells nothing deserves. */
function frequencyFamily(classes: number): Family {
  return {
    name: "class frequencies",
    async fit(_x, labels) {
      const logs = logFrequencies(labels, classes);
      const read = (view: View) =>
        Float64Array.from({ length: rowsOf(view) * classes }, (_, i) => logs[i % classes] as number);
      return { fitted: { read, dispose() {} } };
    },
  };
}

/** Bayes' rule over class-conditional Gaussians or mixtures of them: linear and quadratic discriminants and what lies beyond. */
function generativeFamily(name: string, classes: number, options: MixtureOptions): Family {
  return {
    name,
    async fit(x, labels, random) {
      const mixture = fitMixture(x, labels, classes, options, random);
      return { fitted: { read: (view) => readMixture(mixture, view, classes).joint, dispose() {} } };
    },
  };
}

/** Widest view whose full covariances are estimated. */
const widestFull = 160;

function families(classes: number, width: number, samples: number): Family[] {
  const generative = (form: CovarianceForm, components: number, shrinkage = 0): Family => {
    const parts = components === 1 ? "" : `, ${components} a class`;
    const name = `Gaussian ${form}${shrinkage > 0 ? ` (shrunk ${shrinkage})` : ""}${parts}`;
    return generativeFamily(name, classes, { form, components, shrinkage, iterations: 30 });
  };
  const perClass = samples / classes;
  const full = width <= widestFull;
  return [
    frequencyFamily(classes),
    generative("spherical tied", 1),
    generative("diagonal tied", 1),
    ...(full ? [generative("full tied", 1), generative("full tied", 1, 0.2)] : []),
    generative("diagonal", 1),
    ...(full && perClass > 2 * width ? [generative("full", 1, 0.1)] : []),
    ...(perClass >= 40 ? [generative("spherical tied", 4), generative("diagonal tied", 2)] : []),
    networkFamily("logistic regression", classes, {
      hidden: [],
      decay: 0.1,
      learningRate: 0.01,
      mostEpochs: 60,
    }),
    // Two layers: the second can learn which pairs of what the first saw go together, as a sum modulo the classes needs.
    networkFamily("perceptron 64-64", classes, {
      hidden: [64, 64],
      decay: 1,
      learningRate: 0.005,
      mostEpochs: 60,
    }),
  ];
}

export interface Classifier {
  /** What was chosen, for people. */
  name: string;
  /** log p(y|x) in nats, calibrated: [n, classes]. */
  read(x: View): Float64Array;
  dispose(): void;
}

/**
 * Fits several kinds of classifier, from the simplest on, keeps the one under which held-out labels are most likely after
 * calibration, and fits it on all samples given.
 */
export async function fitClassifier(
  x: View,
  labels: Int32Array,
  classes: number,
  random: Random,
): Promise<Classifier> {
  const { train, held } = innerSplit(labels, random);
  const labelsOf = (rows: Int32Array) => Int32Array.from(rows, (row) => labels[row] as number);
  const [inner, innerLabels] = [takeRows(x, train), labelsOf(train)];
  const outer = { x: takeRows(x, held), labels: labelsOf(held) };
  let best:
    { family: Family; calibration: Calibration; logs: Float64Array; epochs: number | undefined } | undefined;
  for (const family of families(classes, x.width, innerLabels.length)) {
    const { fitted, epochs } = await family.fit(inner, innerLabels, random.fork(family.name), outer);
    const raw = fitted.read(outer.x);
    fitted.dispose();
    const calibration = fitCalibration(raw, outer.labels, classes);
    const all = calibrated(raw, classes, calibration);
    const logs = Float64Array.from(outer.labels, (label, i) => all[i * classes + label] as number);
    if (best === undefined || beats(logs, best.logs)) best = { family, calibration, logs, epochs };
    await new Promise(setImmediate);
  }
  const { family, calibration, epochs } = best as NonNullable<typeof best>;
  const { fitted } = await family.fit(x, labels, random.fork(`${family.name} again`), undefined, epochs);
  return {
    name: family.name,
    read: (view) => calibrated(fitted.read(view), classes, calibration),
    dispose: () => fitted.dispose(),
  };
}
