import { Random } from "../data/random.js";
import { cellsOf, type Cells, type Symbols } from "./cells.js";
import type { Decomposition, PluginInformation } from "./decomposition.js";
import { informationsOf, type PluginOptions } from "./plugin.js";
import { smallestInformation } from "./unique-information.js";

export interface BrojaOptions extends PluginOptions {
  /** Resamples (Efron 1979) by which the error of the means is found. @default 20; 0 when there are weights */
  resamples?: number;
  /** Called with the share that is done, in [0, 1]. */
  onProgress?: (fraction: number) => void | Promise<void>;
}

/** Interactions of a data set as a whole, in nats; they are never negative. */
export interface BrojaPid extends Decomposition {
  informations: Record<string, PluginInformation>;
  gap: number;
}

const atoms = ["r", "u1", "u2", "s"] as const;

/** Enough for what is compared with errors of sampling. */
const rough = 1e-4;

/**
 * BROJA (Bertschinger, Rauh, Olbrich, Jost and Ay 2014, Entropy 16(4):2161) with plug-in probabilities: what is unique is the least that the marginals
 * allow, u1 = min over Q of I_Q(T; X1 | X2), and r = I1 - u1, u2 = I2 - r, s = I12 - min I_Q(T; X1, X2). Of the whole data set: it says nothing of
 * single samples. All four are off by at most `gap`.
 * @param sources two of them, as symbols
 * @throws RangeError when there are not two sources, their lengths differ, there are no samples, or there are too many symbols to solve for
 */
export async function broja(
  sources: readonly Symbols[],
  labels: Symbols,
  options: BrojaOptions = {},
): Promise<BrojaPid> {
  if (sources.length !== 2) throw new RangeError(`broja measures two modalities, not ${sources.length}.`);
  const { weights, seed = 0, onProgress } = options;
  const { shuffles = weights ? 0 : 10, resamples = weights ? 0 : 20 } = options;
  const cells = cellsOf(sources, labels, weights);
  const informations = informationsOf(cells, weights === undefined);
  const { gap, means } = solve(cells);
  let done = 1;
  const advance = () => onProgress?.(done++ / (1 + shuffles + resamples));
  await advance();

  const random = new Random(seed);
  const shuffling = random.fork("shuffled labels");
  const shuffled = { r: 0, u1: 0, u2: 0, s: 0 };
  for (let k = 0; k < shuffles; k++) {
    const drawn = shuffling.shuffle(Float64Array.from(labels));
    const { means: byChance } = solve(cellsOf(sources, drawn, weights), rough);
    for (const atom of atoms) shuffled[atom] += byChance[atom] / shuffles;
    await advance();
  }
  const resampling = random.fork("bootstrap");
  const drawn: Record<(typeof atoms)[number], number>[] = [];
  for (let k = 0; k < resamples; k++) {
    const rows = Int32Array.from({ length: labels.length }, () => resampling.integer(labels.length));
    const take = (symbols: Symbols) => Float64Array.from(rows, (row) => symbols[row] as number);
    drawn.push(solve(cellsOf(sources.map(take), take(labels)), rough).means);
    await advance();
  }
  const error = (atom: (typeof atoms)[number]) =>
    weights === undefined ? deviation(drawn.map((draw) => draw[atom])) : 0;
  return {
    means: Object.fromEntries(atoms.map((atom) => [atom, { mean: means[atom], error: error(atom) }])),
    informations,
    gap,
    ...(shuffles > 0 && { shuffled }),
  };
}

function solve(cells: Cells, tolerance?: number) {
  const { sources, target, weights, total } = cells;
  const [x, z] = sources as [Int32Array, Int32Array];
  const p = weights.map((weight) => weight / total);
  const { information, gap } = smallestInformation({ x, z, t: target, p }, tolerance);
  const { i1, i2, i12 } = informationsOf(cells, false) as Record<"i1" | "i2" | "i12", PluginInformation>;
  const r = i1.plugin + i2.plugin - information;
  const means = { r, u1: i1.plugin - r, u2: i2.plugin - r, s: i12.plugin - information };
  return { means, gap };
}

/** Standard deviation; NaN of fewer than two values. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
