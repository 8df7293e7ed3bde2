import { atomsOf, type Atoms } from "../../measures/atoms.js";
import type { Truth } from "../samples.js";

/** Data whose density is known, whichever modalities are read. */
export interface KnownDensity {
  names: readonly string[];
  classes: number;
  labels: Int32Array;
  /**
   * log p(x of the modalities read, y), [classes]; overwritten by the next call.
   * @param read bit m stands for modality m
   */
  logJoint(sample: number, read: number): Float64Array;
  /** log p(y), [classes]. */
  logPrior: Float64Array;
}

/** Which samples are meant, and what of them can be seen; everything when it is left out. */
export interface Seen {
  rows?: Int32Array;
  /** The classes that occur among these samples, 1 or 0 each: the others are ruled out. */
  occurs?: Uint8Array;
  /** Of each row, the modalities that it has; bit m stands for modality m. */
  present?: Int32Array;
}

/** The exact values of each sample of two modalities, in nats. */
export interface ExactInteractions extends Atoms {
  i1: Float64Array;
  i2: Float64Array;
  i12: Float64Array;
  h1: Float64Array;
  h2: Float64Array;
}

export function logSumExp(values: ArrayLike<number>, count = values.length): number {
  let largest = -Infinity;
  for (let i = 0; i < count; i++) if ((values[i] as number) > largest) largest = values[i] as number;
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp((values[i] as number) - largest);
  return largest + Math.log(sum);
}

/** Rules classes out of [classes], in place. */
export function restrict(logs: Float64Array, occurs: Uint8Array | undefined): Float64Array {
  if (occurs !== undefined) for (let y = 0; y < logs.length; y++) if (occurs[y] === 0) logs[y] = -Infinity;
  return logs;
}

/** Positions of all samples. */
function everyRow({ labels }: KnownDensity): Int32Array {
  return Int32Array.from(labels.keys());
}

interface Informed {
  /** Pointwise mutual information with the class, in nats, of each row. */
  information: Float64Array;
  /** -log p(x), in nats, of each row. */
  entropy: Float64Array;
}

/** What sets of modalities tell; each sample is read once. */
function inform(
  density: KnownDensity,
  reads: readonly number[],
  { rows = everyRow(density), occurs }: Seen,
): Informed[] {
  const informed = reads.map(() => ({
    information: new Float64Array(rows.length),
    entropy: new Float64Array(rows.length),
  }));
  const prior = restrict(Float64Array.from(density.logPrior), occurs);
  const logOccurring = logSumExp(prior);
  for (let i = 0; i < rows.length; i++) {
    const sample = rows[i] as number;
    const y = density.labels[sample] as number;
    for (let k = 0; k < reads.length; k++) {
      const joint = restrict(density.logJoint(sample, reads[k] as number), occurs);
      const total = logSumExp(joint) - logOccurring;
      const { information, entropy } = informed[k] as Informed;
      information[i] = (joint[y] as number) - total - (prior[y] as number);
      entropy[i] = -total;
    }
  }
  return informed;
}

/**
 * The exact interactions of two modalities.
 * @param logDeterminants of the maps that an estimate applied to x1 and x2 before it measured their entropies; the exact h are
 *   those of the mapped modalities
 * @throws RangeError when there are not two modalities
 */
export function interactionsOf(
  density: KnownDensity,
  logDeterminants: readonly [number, number] = [0, 0],
  seen: Seen = {},
): ExactInteractions {
  if (density.names.length !== 2) throw new RangeError("Exact interactions are known for two modalities.");
  const [first, second, both] = inform(density, [1, 2, 3], seen) as [Informed, Informed, Informed];
  const [i1, i2, i12] = [first.information, second.information, both.information];
  const h1 = first.entropy.map((h) => h + logDeterminants[0]);
  const h2 = second.entropy.map((h) => h + logDeterminants[1]);
  return { ...atomsOf(i1, i2, i12, h1, h2), i1, i2, i12, h1, h2 };
}

/**
 * The exact pointwise mutual information of every set of modalities with the class, in nats.
 * @returns by the modalities' names, "a", "b", "a, b"; one value a row
 */
export function informationOf(density: KnownDensity, seen: Seen = {}): Record<string, Float64Array> {
  const sets = Array.from({ length: 2 ** density.names.length - 1 }, (_, k) => k + 1);
  const informed = inform(density, sets, seen);
  return Object.fromEntries(
    sets.map((read, k) => {
      const names = density.names.filter((_, m) => read & (1 << m));
      return [names.join(", "), (informed[k] as Informed).information];
    }),
  );
}

/** What the best possible model says of the class, given the modalities that a sample has. */
export interface ClassPosterior {
  /** p(y | x), [rows, classes]. */
  classes: Float64Array;
  /** Share of the rows whose most probable class is theirs. */
  accuracy: number;
}

export function classPosterior(
  density: KnownDensity,
  { rows = everyRow(density), occurs, present }: Seen = {},
): ClassPosterior {
  const { classes, labels, names } = density;
  const posterior = new Float64Array(rows.length * classes);
  let right = 0;
  for (let i = 0; i < rows.length; i++) {
    const sample = rows[i] as number;
    const joint = restrict(density.logJoint(sample, present?.[i] ?? 2 ** names.length - 1), occurs);
    const total = logSumExp(joint);
    let best = 0;
    for (let y = 0; y < classes; y++) {
      posterior[i * classes + y] = Math.exp((joint[y] as number) - total);
      if ((joint[y] as number) > (joint[best] as number)) best = y;
    }
    if (best === labels[sample]) right++;
  }
  return { classes: posterior, accuracy: right / rows.length };
}

/** Most modalities whose sets are all listed: there are 2^n - 1 of them. */
const mostListed = 5;

/** What an evaluation may know of some samples: the best possible accuracy, information and interactions. */
export function knowledgeOf(
  density: KnownDensity,
  seen: Seen,
): Pick<Truth, "bayesAccuracy" | "information" | "exact"> {
  const count = density.names.length;
  // A sample that lacks a modality has no interactions.
  const whole = (values: Float64Array) =>
    values.map((value, i) => (seen.present && seen.present[i] !== 2 ** count - 1 ? NaN : value));
  const { accuracy } = classPosterior(density, seen);
  if (count === 2) {
    const { r, u1, u2, s, i1, i2, i12 } = interactionsOf(density, [0, 0], seen);
    const [a, b] = density.names as [string, string];
    return {
      bayesAccuracy: accuracy,
      information: { [a]: whole(i1), [b]: whole(i2), [`${a}, ${b}`]: whole(i12) },
      exact: { r: whole(r), u1: whole(u1), u2: whole(u2), s: whole(s) },
    };
  }
  if (count > mostListed) return { bayesAccuracy: accuracy };
  const information = Object.entries(informationOf(density, seen));
  return {
    bayesAccuracy: accuracy,
    information: Object.fromEntries(information.map(([name, values]) => [name, whole(values)])),
  };
}
