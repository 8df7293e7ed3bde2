import { atomsOf, type Atoms } from "../../measures/atoms.js";
import type { ModalityCode, SyntheticData } from "./sample.js";

/** The exact values of each sample, in nats. */
export interface ExactInteractions extends Atoms {
  i1: Float64Array;
  i2: Float64Array;
  i12: Float64Array;
  h1: Float64Array;
  h2: Float64Array;
}

/** log p(x of one modality's block | symbol), for each symbol and for a distractor. */
interface BlockLogs {
  symbols: Float64Array;
  idle: number;
}

type ModalityLogs = Record<"redundant" | "unique" | "synergistic", BlockLogs> & { rest: number };

function logSumExp(values: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] as number);
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] as number) - largest);
  return largest + Math.log(sum);
}

/** Undoes the rotation and reads every block of one sample. */
function readBlocks(data: SyntheticData, code: ModalityCode, sample: number): ModalityLogs {
  const { classes, noise, distractors } = data.options;
  const { width, rotation } = code;
  const shown = (data.inputs[code.name] as Float32Array).subarray(sample * width, (sample + 1) * width);
  const features = new Float64Array(width);
  for (let k = 0; k < width; k++) {
    for (let j = 0; j < width; j++)
      features[k] = (features[k] as number) + (shown[j] as number) * rotation.get(k, j);
  }
  const logNormal = (squares: number, size: number) =>
    -squares / (2 * noise * noise) - size * Math.log(noise * Math.sqrt(2 * Math.PI));
  const block = ({ start, size, codewords }: ModalityCode["blocks"]["unique"]): BlockLogs => {
    const logs = Float64Array.from({ length: classes + 1 }, (_, c) => {
      let squares = 0;
      for (let j = 0; j < size; j++)
        squares += ((features[start + j] as number) - (codewords[c * size + j] as number)) ** 2;
      return logNormal(squares, size);
    });
    const symbols = logs.subarray(0, classes);
    const idle =
      distractors === "silent" ? (logs[classes] as number) : logSumExp(symbols) - Math.log(classes);
    return { symbols, idle };
  };
  let squares = 0;
  for (let j = width - code.rest; j < width; j++) squares += (features[j] as number) ** 2;
  return {
    redundant: block(code.blocks.redundant),
    unique: block(code.blocks.unique),
    synergistic: block(code.blocks.synergistic),
    rest: logNormal(squares, code.rest),
  };
}

/**
 * log p(x of the modalities read, type, y): [types, classes]. The modalities that aren't read are marginalised.
 * @param of the modalities that are read, as positions
 */
function logJoint(data: SyntheticData, read: readonly ModalityLogs[], of: readonly number[]): Float64Array[] {
  const { classes } = data.options;
  const modalities = data.codes.length;
  const idle = read.reduce(
    (sum, logs) => sum + logs.redundant.idle + logs.unique.idle + logs.synergistic.idle + logs.rest,
    0,
  );
  const logClass = -Math.log(classes);
  return data.types.map(({ share }, type) => {
    const prior = Math.log(share) + logClass + idle;
    return Float64Array.from({ length: classes }, (_, y) => {
      if (share === 0) return -Infinity;
      if (type === 0) {
        return read.reduce(
          (sum, { redundant }) => sum + (redundant.symbols[y] as number) - redundant.idle,
          prior,
        );
      }
      if (type <= modalities) {
        const logs = read[of.indexOf(type - 1)];
        return logs === undefined ? prior : prior + (logs.unique.symbols[y] as number) - logs.unique.idle;
      }
      if (type === modalities + 1) {
        const own = read.reduce((sum, { synergistic }) => sum - synergistic.idle, prior);
        return own + logSynergy(read, y, classes, of.length === modalities);
      }
      return prior;
    });
  });
}

/** log of the mean over symbols, those of all modalities adding up to y when all are read, of the S blocks' likelihoods. */
function logSynergy(read: readonly ModalityLogs[], y: number, classes: number, all: boolean): number {
  if (!all) {
    return read.reduce((sum, { synergistic }) => sum + logSumExp(synergistic.symbols) - Math.log(classes), 0);
  }
  // sums[t] = log of the likelihood that the symbols so far add up to t.
  let sums = new Float64Array(classes).fill(-Infinity);
  sums[0] = 0;
  for (const { synergistic } of read) {
    sums = Float64Array.from({ length: classes }, (_, t) =>
      logSumExp(
        Float64Array.from(
          { length: classes },
          (_, a) => (sums[(t - a + classes) % classes] as number) + (synergistic.symbols[a] as number),
        ),
      ),
    );
  }
  return (sums[y] as number) - (read.length - 1) * Math.log(classes);
}

/** All exact values of one sample at once. */
function readSample(data: SyntheticData, sample: number): ModalityLogs[] {
  return data.codes.map((code) => readBlocks(data, code, sample));
}

/**
 * The exact interactions of two modalities' data, in nats. The densities are finite Gaussian mixtures over type and symbols.
 * @param logDeterminants of the maps that an estimate applied to x1 and x2 before it measured their entropies; the exact h are
 *   those of the mapped modalities
 * @param rows the samples wanted; all when it is left out
 * @throws RangeError when there are not two modalities
 */
export function exactInteractions(
  data: SyntheticData,
  logDeterminants: readonly [number, number] = [0, 0],
  rows: Int32Array = everyRow(data),
): ExactInteractions {
  if (data.codes.length !== 2) throw new RangeError("Exact interactions are known for two modalities.");
  const { classes } = data.options;
  const arrays = Array.from({ length: 5 }, () => new Float64Array(rows.length));
  const [i1, i2, i12, h1, h2] = arrays as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < rows.length; i++) {
    const sample = rows[i] as number;
    const read = readSample(data, sample) as [ModalityLogs, ModalityLogs];
    const y = data.labels[sample] as number;
    const inform = (joint: Float64Array[]) => {
      const byClass = Float64Array.from({ length: classes }, (_, c) =>
        logSumExp(joint.map((row) => row[c] as number)),
      );
      const total = logSumExp(byClass);
      return { information: (byClass[y] as number) - total + Math.log(classes), entropy: -total };
    };
    const first = inform(logJoint(data, [read[0]], [0]));
    const second = inform(logJoint(data, [read[1]], [1]));
    i1[i] = first.information;
    i2[i] = second.information;
    i12[i] = inform(logJoint(data, read, [0, 1])).information;
    h1[i] = first.entropy + logDeterminants[0];
    h2[i] = second.entropy + logDeterminants[1];
  }
  return { ...atomsOf(i1, i2, i12, h1, h2), i1, i2, i12, h1, h2 };
}

function everyRow({ labels }: SyntheticData): Int32Array {
  return Int32Array.from(labels.keys());
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
export function bayesPosterior(data: SyntheticData, rows: Int32Array = everyRow(data)): BayesPosterior {
  const { classes } = data.options;
  const all = data.codes.map((_, m) => m);
  const byClass = new Float64Array(rows.length * classes);
  const byType = new Float64Array(rows.length * data.types.length);
  let right = 0;
  rows.forEach((row, i) => {
    const joint = logJoint(data, readSample(data, row), all);
    const total = logSumExp(joint.map((logs) => logSumExp(logs)));
    joint.forEach((logs, t) => (byType[i * data.types.length + t] = Math.exp(logSumExp(logs) - total)));
    let best = 0;
    for (let c = 0; c < classes; c++) {
      byClass[i * classes + c] = Math.exp(logSumExp(joint.map((logs) => logs[c] as number)) - total);
      if ((byClass[i * classes + c] as number) > (byClass[i * classes + best] as number)) best = c;
    }
    if (best === data.labels[row]) right++;
  });
  return { classes: byClass, types: byType, accuracy: right / rows.length };
}
