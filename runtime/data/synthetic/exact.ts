import { CarrierReader } from "./carrier.js";
import {
  classPosterior,
  interactionsOf,
  logSumExp,
  restrict,
  type ExactInteractions,
  type KnownDensity,
  type Seen,
} from "./known.js";
import { kinds, type SampleType, type SyntheticData } from "./sample.js";

/** The density of synthetic data: a finite Gaussian mixture over type and symbols. */
export class SyntheticDensity implements KnownDensity {
  readonly names: readonly string[];
  readonly classes: number;
  readonly labels: Int32Array;
  readonly logPrior: Float64Array;
  /** How many types there are. */
  readonly types: number;
  private readonly readers: CarrierReader[];
  /** Of each modality and block, log p(block | it tells nothing). */
  private readonly idle: Float64Array[];
  /** Of each modality, log p(x | it tells nothing). */
  private readonly idleWhole: Float64Array;
  /** Of each synergistic type, the log likelihood that the symbols add up to y, [classes]. */
  private readonly sums: (Float64Array | undefined)[];
  private readonly byType: Float64Array[];
  private readonly byClass: Float64Array;
  private readonly column: Float64Array;
  private readSample = -1;

  constructor(private readonly data: SyntheticData) {
    const { codes, options, types, inputs } = data;
    this.names = codes.map(({ name }) => name);
    this.classes = options.classes;
    this.labels = data.labels;
    this.types = types.length;
    this.logPrior = new Float64Array(this.classes).fill(-Math.log(this.classes));
    this.readers = codes.map((code) => new CarrierReader(code, inputs[code.name] as Float32Array));
    this.idle = codes.map(() => new Float64Array(kinds.length));
    this.idleWhole = new Float64Array(codes.length);
    this.sums = types.map(() => undefined);
    this.byType = types.map(() => new Float64Array(this.classes));
    this.byClass = new Float64Array(this.classes);
    this.column = new Float64Array(Math.max(types.length, this.classes));
  }

  logJoint(sample: number, read: number): Float64Array {
    const joint = this.logTypes(sample, read);
    for (let y = 0; y < this.classes; y++) {
      for (let t = 0; t < joint.length; t++) this.column[t] = (joint[t] as Float64Array)[y] as number;
      this.byClass[y] = logSumExp(this.column, joint.length);
    }
    return this.byClass;
  }

  /** log p(x of the modalities read, type, y): of each type, [classes]; overwritten by the next call. */
  logTypes(sample: number, read: number): readonly Float64Array[] {
    this.take(sample);
    let idle = -Math.log(this.classes);
    for (let m = 0; m < this.readers.length; m++) if (read & (1 << m)) idle += this.idleWhole[m] as number;
    for (let t = 0; t < this.byType.length; t++) {
      const type = this.data.types[t] as SampleType;
      this.addType(type, t, read, idle + Math.log(type.share));
    }
    return this.byType;
  }

  /** Fills byType[t]; the blocks of `members` that are read carry symbols, all others distractors. */
  private addType({ kind, members, share }: SampleType, t: number, read: number, prior: number): void {
    const row = (this.byType[t] as Float64Array).fill(share === 0 ? -Infinity : prior);
    if (share === 0 || kind === "none") return;
    const block = kinds.indexOf(kind);
    const seen = members.filter((m) => read & (1 << m));
    // What the symbols of a set that isn't read as a whole add up to is anything.
    const sums =
      kind === "synergistic" && seen.length === members.length ? this.sumsOf(members, t) : undefined;
    for (const m of seen) {
      const logs = this.readers[m]?.logs[block] as Float64Array;
      const idle = this.idle[m]?.[block] as number;
      const free = kind === "synergistic" ? logSumExp(logs, this.classes) - Math.log(this.classes) : 0;
      for (let y = 0; y < this.classes; y++) {
        const told = kind !== "synergistic" ? (logs[y] as number) : sums ? 0 : free;
        row[y] = (row[y] as number) + told - idle;
      }
    }
    const choices = (members.length - 1) * Math.log(this.classes);
    if (sums)
      for (let y = 0; y < this.classes; y++) row[y] = (row[y] as number) + (sums[y] as number) - choices;
  }

  /** log sum over symbols that add up to y, modulo the classes, of the S blocks' likelihoods, [classes]. */
  private sumsOf(members: readonly number[], t: number): Float64Array {
    const known = this.sums[t];
    if (known !== undefined) return known;
    const { classes, column } = this;
    let sums = new Float64Array(classes).fill(-Infinity);
    sums[0] = 0;
    for (const m of members) {
      const logs = this.readers[m]?.logs[kinds.indexOf("synergistic")] as Float64Array;
      const next = new Float64Array(classes);
      for (let y = 0; y < classes; y++) {
        for (let a = 0; a < classes; a++)
          column[a] = (sums[(y - a + classes) % classes] as number) + (logs[a] as number);
        next[y] = logSumExp(column, classes);
      }
      sums = next;
    }
    this.sums[t] = sums;
    return sums;
  }

  /** Reads a sample's blocks, unless they are the last ones read. */
  private take(sample: number): void {
    if (sample === this.readSample) return;
    this.readSample = sample;
    this.sums.fill(undefined);
    const silent = this.data.options.distractors === "silent";
    this.readers.forEach((reader, m) => {
      reader.read(sample);
      let whole = reader.rest;
      reader.logs.forEach((logs, k) => {
        const log = silent
          ? (logs[this.classes] as number)
          : logSumExp(logs, this.classes) - Math.log(this.classes);
        (this.idle[m] as Float64Array)[k] = log;
        whole += log;
      });
      this.idleWhole[m] = whole;
    });
  }
}

/**
 * The exact interactions of two modalities' data, in nats.
 * @param logDeterminants of the maps that an estimate applied to x1 and x2 before it measured their entropies; the exact h are
 *   those of the mapped modalities
 * @param rows the samples wanted; all when it is left out
 * @throws RangeError when there are not two modalities
 */
export function exactInteractions(
  data: SyntheticData,
  logDeterminants: readonly [number, number] = [0, 0],
  rows?: Int32Array,
): ExactInteractions {
  return interactionsOf(new SyntheticDensity(data), logDeterminants, { ...(rows && { rows }) });
}

/** What the best possible model says. */
export interface BayesPosterior {
  /** p(y | all modalities), [rows, classes]. */
  classes: Float64Array;
  /** p(type | all modalities), [rows, types]. */
  types: Float64Array;
  /** Share of the rows whose most probable class is theirs. */
  accuracy: number;
}

/**
 * The exact posteriors of class and type, given all modalities.
 * @param rows the samples wanted; all when it is left out
 */
export function bayesPosterior(data: SyntheticData, rows?: Int32Array): BayesPosterior {
  const density = new SyntheticDensity(data);
  const seen = { ...(rows && { rows }) };
  return { ...classPosterior(density, seen), types: typePosterior(density, seen) };
}

/** p(type | the modalities that a sample has), [rows, types]. */
export function typePosterior(density: SyntheticDensity, { rows, occurs, present }: Seen): Float64Array {
  const samples = rows ?? Int32Array.from(density.labels.keys());
  const all = 2 ** density.names.length - 1;
  const logs = new Float64Array(density.types);
  const posterior = new Float64Array(samples.length * logs.length);
  for (let i = 0; i < samples.length; i++) {
    const joint = density.logTypes(samples[i] as number, present?.[i] ?? all);
    for (let t = 0; t < logs.length; t++) logs[t] = logSumExp(restrict(joint[t] as Float64Array, occurs));
    const total = logSumExp(logs);
    for (let t = 0; t < logs.length; t++)
      posterior[i * logs.length + t] = Math.exp((logs[t] as number) - total);
  }
  return posterior;
}
