import { Matrix, pseudoInverse } from "ml-matrix";
import { Random } from "../../runtime/data/random.js";

/** How much of the variance between variants one varied choice explains by itself. */
export interface Importance {
  path: string;
  /** Share of the variance, in [0, 1]. */
  share: number;
  /** The share that it would have by chance alone: the mean over permutations. */
  chance: number;
  /** How often chance alone gives as large a share: small where it is certain that the choice matters. */
  p: number;
  /** The metric of each value, the other choices being equal: the mean of all plus the value's effect. */
  values: { value: string; metric: number; variants: number }[];
}

export interface ImportanceSummary {
  /** The most important first. */
  paths: Importance[];
  /** What main effects don't explain: choices that act together, and chance. */
  rest: number;
  variants: number;
}

export interface Observation {
  choices: Readonly<Record<string, string>>;
  value: number;
}

/** Multiplications that the permutations may take. */
const effort = 2e8;

/**
 * Main effects by functional analysis of variance (Hooker 2007; Hutter, Hoos and Leyton-Brown, ICML 2014), of an additive model that is fitted by least squares:
 *
 *     y = mean + sum over paths p of f_p(choice of p),  sum over the values v of p of f_p(v) = 0
 *     V_p = mean over the values v of p of f_p(v)^2,  share of p = V_p / (sum of all V + mean squared residual)
 *
 * Each value of a path counts alike, however many variants have it. On a full grid it is the classical analysis of variance. How sure it is, tells a
 * permutation test: the metrics are dealt anew to the variants, and the shares computed again.
 * @returns undefined when there are too few variants to tell a residual from an effect
 */
export function importance(
  observations: readonly Observation[],
  paths: readonly string[],
  { permutations = 999, seed = 1 }: { permutations?: number; seed?: number } = {},
): ImportanceSummary | undefined {
  const axes = paths
    .map((path) => ({
      path,
      values: [...new Set(observations.map(({ choices }) => choices[path] as string))],
    }))
    .filter(({ values }) => values.length > 1);
  const width = 1 + axes.reduce((sum, { values }) => sum + values.length - 1, 0);
  const n = observations.length;
  if (axes.length === 0 || n <= width) return undefined;
  const design = new Matrix(observations.map(({ choices }) => rowOf(choices, axes)));
  const transposed = design.transpose();
  const solve = pseudoInverse(transposed.mmul(design));

  const shares = (y: readonly number[]) => {
    const right = transposed.mmul(Matrix.columnVector(y as number[]));
    const beta = solve.mmul(right).to1DArray();
    const fitted = design.mmul(Matrix.columnVector(beta)).to1DArray();
    const residual = y.reduce((sum, value, i) => sum + (value - (fitted[i] as number)) ** 2, 0) / n;
    const effects = effectsOf(beta, axes);
    const variances = effects.map((own) => own.reduce((sum, effect) => sum + effect ** 2, 0) / own.length);
    const total = variances.reduce((a, b) => a + b, 0) + residual;
    const share = (variance: number) => (total > 0 ? variance / total : 0);
    return { mean: beta[0] as number, effects, shares: variances.map(share), rest: share(residual) };
  };

  const metric = observations.map(({ value }) => value);
  const found = shares(metric);
  const count = Math.max(99, Math.min(permutations, Math.floor(effort / (n * width))));
  const random = new Random(seed).fork("importance");
  const dealt = Array.from({ length: count }, () => shares(random.shuffle([...metric])).shares);
  const summary = axes.map(({ path, values }, a): Importance => {
    const own = found.shares[a] as number;
    const others = dealt.map((one) => one[a] as number);
    return {
      path,
      share: own,
      chance: others.reduce((sum, one) => sum + one, 0) / count,
      // Equal up to rounding counts as equal.
      p: (1 + others.filter((one) => one >= own * (1 - 1e-9)).length) / (1 + count),
      values: values.map((value, v) => ({
        value,
        metric: found.mean + (found.effects[a]?.[v] as number),
        variants: observations.filter(({ choices }) => choices[path] === value).length,
      })),
    };
  });
  return { paths: summary.sort((a, b) => b.share - a.share), rest: found.rest, variants: n };
}

interface Axis {
  path: string;
  values: readonly string[];
}

/** Effect coding: a column a value but the last of each path, whose effect is minus the sum of the others. */
function rowOf(choices: Observation["choices"], axes: readonly Axis[]): number[] {
  const columns = axes.flatMap(({ path, values }) =>
    values.slice(0, -1).map((value) => {
      const own = choices[path];
      return own === value ? 1 : own === values.at(-1) ? -1 : 0;
    }),
  );
  return [1, ...columns];
}

function effectsOf(beta: readonly number[], axes: readonly Axis[]): number[][] {
  let at = 1;
  return axes.map(({ values }) => {
    const own = beta.slice(at, at + values.length - 1);
    at += own.length;
    return [...own, -own.reduce((a, b) => a + b, 0)];
  });
}
