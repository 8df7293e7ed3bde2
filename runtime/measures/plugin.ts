import { Random } from "../data/random.js";
import { meanEstimates, type Estimate } from "./bootstrap.js";
import { cellsOf, countOf, pairCodes, spread, weightsOf, type Cells, type Symbols } from "./cells.js";
import type { Columns, Decomposition, PluginInformation } from "./decomposition.js";

export interface PluginOptions {
  /** How much each sample counts, so that a distribution can be given whole; all the same when they are left out. */
  weights?: ArrayLike<number>;
  /** Times that the labels are shuffled, to see what chance alone gives. @default 10; 0 when there are weights */
  shuffles?: number;
  /** @default 0 */
  seed?: number;
}

/** A decomposition whose probabilities are frequencies, exact for the distribution of the samples that are given. */
export interface PluginPid extends Decomposition {
  atoms: Columns;
  informations: Record<string, PluginInformation>;
}

/** Means over the cells, by their weights. */
export function cellMeans(columns: Columns, { weights, total }: Cells): Record<string, number> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [
      name,
      values.reduce((sum, value, cell) => sum + (value * (weights[cell] as number)) / total, 0),
    ]),
  );
}

/** What is exact has no error. */
export function exactly(means: Record<string, number>): Record<string, Estimate> {
  return Object.fromEntries(Object.entries(means).map(([name, mean]) => [name, { mean, error: 0 }]));
}

/**
 * The decomposition of samples whose atoms one function gives for each cell, with what the same samples give by chance.
 * @param atomsOfCells one value a cell, in nats
 * @param meansOf their means over the cells, where there is a shorter way to them
 */
export function pluginPid(
  sources: readonly Symbols[],
  labels: Symbols,
  options: PluginOptions,
  atomsOfCells: (cells: Cells) => Columns,
  meansOf: (cells: Cells) => Record<string, number> = (cells) => cellMeans(atomsOfCells(cells), cells),
): PluginPid & { cells: Cells } {
  const cells = cellsOf(sources, labels, options.weights);
  const ofCells = atomsOfCells(cells);
  const names = Object.entries(ofCells);
  const atoms = Object.fromEntries(names.map(([name, values]) => [name, spread(values, cells)]));
  const shuffled = shuffledMeans(sources, labels, options, meansOf);
  return {
    cells,
    atoms,
    means: options.weights === undefined ? meanEstimates(atoms) : exactly(cellMeans(ofCells, cells)),
    informations: informationsOf(cells, options.weights === undefined),
    ...(shuffled && { shuffled }),
  };
}

/** Means over several shuffles of the labels; nothing where none are wanted. */
export function shuffledMeans(
  sources: readonly Symbols[],
  labels: Symbols,
  { weights, shuffles = weights === undefined ? 10 : 0, seed = 0 }: PluginOptions,
  meansOf: (cells: Cells) => Record<string, number>,
): Record<string, number> | undefined {
  if (shuffles === 0) return undefined;
  const random = new Random(seed).fork("shuffled labels");
  const sums: Record<string, number> = {};
  for (let k = 0; k < shuffles; k++) {
    const drawn = random.shuffle(Float64Array.from(labels));
    for (const [name, mean] of Object.entries(meansOf(cellsOf(sources, drawn, weights))))
      sums[name] = (sums[name] ?? 0) + mean / shuffles;
  }
  return sums;
}

/**
 * I(A; Y) for each set A of sources, plug-in and by Miller and Madow: each entropy is too small by (states - 1) / 2n to first order.
 * @param sampled false where the cells are the distribution itself, which has no bias
 */
export function informationsOf(cells: Cells, sampled = true): Record<string, PluginInformation> {
  const { sources, target, weights, total } = cells;
  const entropy = (coded: Int32Array) =>
    weightsOf(coded, weights).reduce((sum, w) => sum - (w / total) * Math.log(w / total), 0);
  const known: Record<string, PluginInformation> = {};
  for (let set = 1; set < 1 << sources.length; set++) {
    const members = [...sources.keys()].filter((k) => set & (1 << k));
    const source = members.map((k) => sources[k] as Int32Array).reduce(pairCodes);
    const joint = pairCodes(source, target);
    const plugin = Math.max(0, entropy(source) + entropy(target) - entropy(joint));
    const bias = sampled ? (countOf(joint) - countOf(source) - countOf(target) + 1) / (2 * total) : 0;
    known[`i${members.map((k) => k + 1).join("")}`] = { plugin, millerMadow: plugin - bias };
  }
  return known;
}
