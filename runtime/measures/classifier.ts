import type { Random } from "../data/random.js";
import { calibrated, fitCalibration } from "./calibration.js";
import { beats, meanOf } from "./challenge.js";
import { firstEvidence, type Evidence } from "./evidence.js";
import { logFrequencies, screeningPart } from "./folds.js";
import { fitMixture, readMixture, widestFull, type MixtureOptions } from "./gaussian-mixture.js";
import { fitLatentClasses, readLatentClasses } from "./latent-class.js";
import { trainNetwork, type Network, type NetworkOptions } from "./network.js";
import { likelihoodsOf, mixingWeights } from "./stack.js";
import { rowsOf, type View } from "./view.js";

/** A fitted p(y|x); holds tensors until it is disposed of. */
export interface Classifier {
  /** Log-probabilities up to a constant of each row, in nats, not yet calibrated: [n, classes]. */
  read(x: Evidence): Promise<ArrayLike<number>>;
  dispose(): void;
}

/** A kind of classifier. */
interface Family {
  name: string;
  fit(
    x: Evidence,
    labels: Int32Array,
    random: Random,
    /** What says when to stop, while families are compared; later `epochs` does. */
    held?: { x: Evidence; labels: Int32Array },
    epochs?: number,
  ): Promise<{ fitted: Classifier; epochs?: number }>;
}

/** The kinds of classifier whose probabilities are mixed; plain data. */
export interface ClassifierPlan {
  /** For people. */
  name: string;
  /** By the names of their families. */
  members: readonly { name: string; epochs?: number }[];
  classes: number;
  /** Samples that they were chosen on: which families there are depends on it. */
  samples: number;
}

/** Networks that learn once a family is chosen; what is read is the mean of their probabilities, which varies less than one's. */
const networks = 2;
/** Most families whose probabilities are mixed. */
const mostMembers = 3;

/** Kinds that are left after they were tried on few samples. */
const shortlisted = 4;

/** Starts of mixtures, once many samples are learned from. */
const finalStarts = 3;

/** How a kind of classifier did on held-out samples. */
interface Judged {
  family: Family;
  epochs?: number;
  /** p of the true class, calibrated; and its log. */
  likelihoods: Float64Array;
  logs: Float64Array;
}

type Part = "whole" | "leading";

function networkFamily(name: string, part: Part, classes: number, options: NetworkOptions): Family {
  return {
    name,
    async fit(x, labels, random, held, epochs) {
      const linear = options.hidden.length === 0;
      // Logistic regression begins as the linear discriminant, which is where it ends when the classes are Gaussian.
      const start = linear ? await linearDiscriminant(x[part], labels, classes, random) : undefined;
      const trained: Network[] = [];
      let taken = epochs ?? options.mostEpochs;
      for (let m = 0; m < (held === undefined && !linear ? networks : 1); m++) {
        const found = await trainNetwork(
          x[part],
          labels,
          classes,
          { ...options, mostEpochs: taken, ...(start && { start }) },
          random.fork(`network ${m}`),
          held && { x: held.x[part], labels: held.labels },
        );
        trained.push(found.network);
        taken = found.epochs;
      }
      const fitted: Classifier = {
        read: async (evidence) =>
          meanProbability(await Promise.all(trained.map((network) => network.read(evidence[part])))),
        dispose: () => trained.forEach((network) => network.dispose()),
      };
      return { fitted, epochs: taken };
    },
  };
}

/** Weights and then biases of each class's logit, [width + 1, classes]. */
async function linearDiscriminant(
  x: View,
  labels: Int32Array,
  classes: number,
  random: Random,
): Promise<Float32Array> {
  return (await fitMixture(x, labels, classes, { form: "full tied", components: 1 }, random)).coefficients;
}

/** log of the mean of what log-probabilities stand for. */
function meanProbability(logs: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0)] = logs;
  if (logs.length === 1) return first;
  return first.map((_, i) =>
    Math.log(logs.reduce((sum, one) => sum + Math.exp(one[i] as number), 0) / logs.length),
  );
}

/** A family that has nothing to dispose of and learns in one go. */
function plainFamily(
  name: string,
  learn: (x: Evidence, labels: Int32Array, random: Random) => Promise<Classifier["read"]>,
): Family {
  return {
    name,
    async fit(x, labels, random) {
      return { fitted: { read: await learn(x, labels, random), dispose() {} } };
    },
  };
}

/** How often each class occurs, whatever x is: what a modality that tells nothing deserves. */
function frequencyFamily(classes: number): Family {
  return plainFamily("class frequencies", async (_x, labels) => {
    const logs = logFrequencies(labels, classes);
    return async ({ whole }) =>
      Float64Array.from({ length: rowsOf(whole) * classes }, (_, i) => logs[i % classes] as number);
  });
}

/** Bayes' rule over class-conditional Gaussians or mixtures of them: linear and quadratic discriminants and what lies beyond. */
function generativeFamily(name: string, part: Part, classes: number, options: MixtureOptions): Family {
  return plainFamily(name, async (x, labels, random) => {
    const mixture = await fitMixture(x[part], labels, classes, options, random);
    return async (evidence) => (await readMixture(mixture, evidence[part], classes)).joint;
  });
}

/** Latent classes over the components of the densities. */
function latentFamily(classes: number, latent: number): Family {
  return plainFamily(`${latent} latent classes`, async ({ components }, labels, random) => {
    const fitted = await fitLatentClasses(components, labels, classes, latent, random);
    return (evidence) => readLatentClasses(fitted, evidence.components, classes);
  });
}

/** From the simplest on. @param starts of mixtures, of which the best goes on */
function families(x: Evidence, classes: number, samples: number, starts: number): Family[] {
  const perClass = samples / classes;
  const parts: Part[] = x.leading === x.whole ? ["whole"] : ["leading", "whole"];
  const [narrow = "whole"] = parts;
  const width = x[narrow].width;
  const on = (part: Part) => (parts.length > 1 ? `, ${x[part].width} of ${x.whole.width} axes` : "");
  const generative = (part: Part, options: MixtureOptions) => {
    const shrunk = options.shrinkage ? ` (shrunk ${options.shrinkage})` : "";
    const count = options.components > 1 ? `, ${options.components} a class` : "";
    return generativeFamily(`Gaussian ${options.form}${shrunk}${count}${on(part)}`, part, classes, options);
  };
  const perceptron = (part: Part) =>
    networkFamily(`perceptron 64-64${on(part)}`, part, classes, {
      hidden: [64, 64],
      decay: 1,
      learningRate: 0.005,
      mostEpochs: 60,
    });
  const mixtures = [2, classes].filter(
    (components, i, all) => all.indexOf(components) === i && components <= 10 && perClass / components >= 16,
  );
  // One view: as many as classes, told or not. Two: as many as pairs of what they may carry.
  const latent = x.components.length === 1 ? [2 * classes] : [classes ** 2, 2 * classes ** 2];
  return [
    frequencyFamily(classes),
    ...parts.map((part) => generative(part, { form: "full tied", components: 1 })),
    generative("whole", { form: "full tied", components: 1, shrinkage: 0.2 }),
    ...(width <= widestFull && perClass > 2 * width
      ? [generative(narrow, { form: "full", components: 1 })]
      : []),
    ...mixtures.map((components) => generative(narrow, { form: "full tied", components, starts })),
    networkFamily(`logistic regression`, "whole", classes, {
      hidden: [],
      decay: 0.1,
      learningRate: 0.005,
      mostEpochs: 40,
    }),
    ...[...new Set(latent.map((count) => Math.min(count, 64)))].map((count) => latentFamily(classes, count)),
    // Two layers: the second can learn which pairs of what the first saw go together, as a sum modulo the classes needs.
    ...parts.map(perceptron),
  ];
}

/**
 * Chooses the kind of classifier under which held-out labels are most likely after calibration; ties go to the simpler one. Others are
 * mixed in, up to three in all, as long as that makes the labels clearly likelier.
 */
export async function chooseClassifier(
  inner: Evidence,
  innerLabels: Int32Array,
  outer: { x: Evidence; labels: Int32Array },
  classes: number,
  random: Random,
): Promise<ClassifierPlan> {
  const judge = async (family: Family, rows: { train: number; held: number }): Promise<Judged> => {
    const asked = { x: firstEvidence(outer.x, rows.held), labels: outer.labels.subarray(0, rows.held) };
    const known = innerLabels.subarray(0, rows.train);
    const stream = random.fork(family.name);
    const { fitted, epochs } = await family.fit(firstEvidence(inner, rows.train), known, stream, asked);
    const raw = await fitted.read(asked.x);
    fitted.dispose();
    const honest = calibrated(raw, classes, fitCalibration(raw, asked.labels, classes));
    const likelihoods = likelihoodsOf(honest, asked.labels, classes);
    await new Promise(setImmediate);
    return {
      family,
      ...(epochs !== undefined && { epochs }),
      likelihoods,
      logs: likelihoods.map(Math.log),
    };
  };
  let candidates = families(inner, classes, innerLabels.length, finalStarts);
  const screening = screeningPart(innerLabels.length, outer.labels.length);
  if (screening !== undefined) {
    const scores: number[] = [];
    for (const family of families(inner, classes, innerLabels.length, 1))
      scores.push(meanOf((await judge(family, screening)).logs));
    const least = [...scores].sort((a, b) => b - a)[shortlisted - 1] ?? -Infinity;
    candidates = candidates.filter((_, i) => i === 0 || (scores[i] as number) >= least);
  }
  const judged: Judged[] = [];
  for (const family of candidates)
    judged.push(await judge(family, { train: innerLabels.length, held: outer.labels.length }));
  let best = judged[0] as Judged;
  for (const one of judged) if (beats(one.logs, best.logs)) best = one;
  const members = [best];
  let logs = best.logs;
  while (members.length < mostMembers) {
    let found: { one: Judged; logs: Float64Array; mean: number } | undefined;
    for (const one of judged) {
      if (members.includes(one)) continue;
      const parts = [...members, one].map(({ likelihoods }) => likelihoods);
      const weights = mixingWeights(parts);
      const mixed = logs.map((_, i) =>
        Math.log(parts.reduce((sum, part, m) => sum + (weights[m] as number) * (part[i] as number), 0)),
      );
      const mean = meanOf(mixed);
      if (found === undefined || mean > found.mean) found = { one, logs: mixed, mean };
    }
    if (found === undefined || !beats(found.logs, logs)) break;
    members.push(found.one);
    logs = found.logs;
  }
  return {
    name: members.map(({ family }) => family.name).join(" + "),
    members: members.map(({ family: { name }, epochs }) => ({
      name,
      ...(epochs !== undefined && { epochs }),
    })),
    classes,
    samples: innerLabels.length,
  };
}

/** Fits each kind of classifier chosen. */
export async function fitClassifiers(
  { members, classes, samples }: ClassifierPlan,
  x: Evidence,
  labels: Int32Array,
  random: Random,
): Promise<Classifier[]> {
  const all = families(x, classes, samples, finalStarts);
  const fitted: Classifier[] = [];
  for (const { name, epochs } of members) {
    const family = all.find((one) => one.name === name);
    if (family === undefined) throw new Error(`There is no family of classifiers ${name}.`);
    fitted.push((await family.fit(x, labels, random.fork(family.name), undefined, epochs)).fitted);
  }
  return fitted;
}
