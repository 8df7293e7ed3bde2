import { CholeskyDecomposition, Matrix } from "ml-matrix";

/** A joint distribution of x, z and a target t as its cells; codes are numbered from 0. */
export interface Joint {
  x: Int32Array;
  z: Int32Array;
  t: Int32Array;
  /** Of each cell; they add up to 1. */
  p: Float64Array;
}

export interface SmallestInformation {
  /** min over Q of I_Q(T; X, Z), in nats. */
  information: number;
  /** How far above the minimum it is at most: the distance to a feasible point of the dual. */
  gap: number;
}

/** The most constraints that are solved for: each Newton step factorises a matrix of this size. */
export const mostConstraints = 400;

interface Problem {
  /** Which constraints each q(x, z, t) that may be above 0 counts in. */
  variables: readonly (readonly number[])[];
  /** The variables of each pair (x, z). */
  pairs: readonly (readonly number[])[];
  /** What the variables of each constraint add up to: p(x, t) or p(z, t). */
  sums: Float64Array;
  /** p(t) p(x|t) p(z|t), which satisfies the constraints. */
  start: Float64Array;
  targetEntropy: number;
}

/**
 * The optimisation that defines BROJA (Bertschinger, Rauh, Olbrich, Jost and Ay 2014, Entropy 16(4):2161): the smallest I_Q(T; X, Z) of all
 * Q that have P's marginals of (X, T) and of (Z, T). It is convex, f(q) = H(T) + sum q log(q / q_xz), and is solved by a barrier method:
 * Newton steps on f - sum log(q) / tau from an interior point, tau growing. The dual is max l.b so that log sum_t exp(l_xt + l_zt) <= 0
 * for each (x, z) (Makkeh, Theis and Vicente 2017, Entropy 19(10):530); Newton's multipliers, shifted until they satisfy it, certify the gap.
 * @param tolerance the gap that ends it, in nats
 * @throws RangeError when there are more than `mostConstraints` constraints, or rounding lets no step be taken
 */
export function smallestInformation(joint: Joint, tolerance = 1e-8): SmallestInformation {
  const problem = problemOf(joint);
  const q = problem.start.slice();
  let best = { value: NaN, gap: Infinity };
  let bound = -Infinity;
  let tau = q.length;
  // A step that rounding makes useless doesn't narrow the gap any more.
  for (let useless = 0; useless < 20 && best.gap > tolerance; useless++) {
    const newton = newtonStep(problem, q, tau);
    if (newton === undefined) break;
    bound = Math.max(bound, dualValue(problem, newton.multipliers));
    const value = conditional(problem, q);
    const gap = Math.abs(value - bound) + newton.drift;
    if (gap < 0.99 * best.gap) useless = 0;
    if (gap < best.gap) best = { value, gap };
    if (newton.decrement * tau < 0.1) tau *= 6;
    else advance(problem, q, tau, newton);
  }
  if (best.gap === Infinity)
    throw new RangeError("broja's optimisation can't be solved: some symbols are too rare to compute with.");
  return { information: problem.targetEntropy + best.value, gap: best.gap };
}

function problemOf({ x, z, t, p }: Joint): Problem {
  const marginal = (source: Int32Array) => {
    const rows = new Map<number, Map<number, number>>();
    p.forEach((mass, cell) => {
      const row = rows.get(t[cell] as number) ?? new Map<number, number>();
      row.set(source[cell] as number, (row.get(source[cell] as number) ?? 0) + mass);
      rows.set(t[cell] as number, row);
    });
    return rows;
  };
  const [ofX, ofZ] = [marginal(x), marginal(z)];
  const sums: number[] = [];
  const constraint = (mass: number) => sums.push(mass) - 1;
  const variables: Problem["variables"][number][] = [];
  const start: number[] = [];
  const pairs = new Map<string, number[]>();
  let targetEntropy = 0;
  for (const [target, row] of ofX) {
    const mass = [...row.values()].reduce((a, b) => a + b, 0);
    targetEntropy -= mass * Math.log(mass);
    const inX = new Map([...row].map(([symbol, sum]) => [symbol, constraint(sum)]));
    // The last one follows from the others.
    const column = [...(ofZ.get(target) ?? [])];
    const inZ = new Map(column.slice(1).map(([symbol, sum]) => [symbol, constraint(sum)]));
    if (sums.length > mostConstraints) {
      throw new RangeError(
        `broja would have to satisfy more than ${mostConstraints} constraints: one for each symbol of a modality in each class.`,
      );
    }
    for (const [a, massX] of row)
      for (const [b, massZ] of column) {
        const members = pairs.get(`${a},${b}`) ?? [];
        pairs.set(`${a},${b}`, members);
        members.push(variables.length);
        variables.push([inX.get(a), inZ.get(b)].filter((c) => c !== undefined));
        start.push((massX * massZ) / mass);
      }
  }
  return {
    variables,
    pairs: [...pairs.values()],
    sums: Float64Array.from(sums),
    start: Float64Array.from(start),
    targetEntropy,
  };
}

/** Sum q log(q / q_xz): minus the conditional entropy of the target. */
function conditional({ pairs }: Problem, q: Float64Array): number {
  let value = 0;
  for (const members of pairs) {
    const mass = massOf(members, q);
    for (const v of members) value += (q[v] as number) * Math.log((q[v] as number) / mass);
  }
  return value;
}

function massOf(members: readonly number[], q: Float64Array): number {
  return members.reduce((sum, v) => sum + (q[v] as number), 0);
}

/** What the multipliers certify: b.l, less what the most violated dual constraint is above 0. */
function dualValue({ variables, pairs, sums }: Problem, multipliers: Float64Array): number {
  const of = (v: number) =>
    (variables[v] as readonly number[]).reduce((sum, c) => sum + (multipliers[c] as number), 0);
  let worst = -Infinity;
  for (const members of pairs) {
    const values = members.map(of);
    const most = Math.max(...values);
    worst = Math.max(worst, most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0)));
  }
  return sums.reduce((sum, b, c) => sum + b * (multipliers[c] as number), 0) - worst;
}

interface Newton {
  direction: Float64Array;
  multipliers: Float64Array;
  /** Twice what the step is expected to gain. */
  decrement: number;
  /** What it is worth, by the multipliers, that rounding has left q a little beside the constraints. */
  drift: number;
}

/**
 * Newton's direction for f - sum log(q) / tau under the constraints. The Hessian is made of one block a pair, diag(1 / v) - 1 1' / q_xz with
 * v = tau q^2 / (1 + tau q), whose inverse is diag(v) + v v' / c, c = sum q / (1 + tau q).
 * @returns nothing when rounding leaves no direction to find
 */
function newtonStep(problem: Problem, q: Float64Array, tau: number): Newton | undefined {
  const { variables, pairs, sums } = problem;
  const size = sums.length;
  const gradient = new Float64Array(q.length);
  const inverse = { diagonal: new Float64Array(q.length), scale: new Float64Array(pairs.length) };
  const schur = Array.from({ length: size }, () => new Float64Array(size));
  const residual = sums.slice();
  pairs.forEach((members, k) => {
    const mass = massOf(members, q);
    let c = 0;
    for (const v of members) {
      const x = q[v] as number;
      gradient[v] = Math.log(x / mass) - 1 / (tau * x);
      inverse.diagonal[v] = (tau * x * x) / (1 + tau * x);
      c += x / (1 + tau * x);
      for (const at of variables[v] as readonly number[]) residual[at] = (residual[at] as number) - x;
    }
    inverse.scale[k] = 1 / c;
    for (const v of members)
      for (const w of members) {
        const [a, b] = [inverse.diagonal[v] as number, inverse.diagonal[w] as number];
        const value = (a * b) / c + (v === w ? a : 0);
        for (const i of variables[v] as readonly number[]) {
          const row = schur[i] as Float64Array;
          for (const j of variables[w] as readonly number[]) row[j] = (row[j] as number) + value;
        }
      }
  });
  const applied = applyInverse(pairs, inverse, gradient);
  const right = residual.slice();
  variables.forEach((at, v) => {
    for (const c of at) right[c] = (right[c] as number) + (applied[v] as number);
  });
  const multipliers = solve(schur, right);
  if (multipliers === undefined) return undefined;
  const slope = gradient.map(
    (g, v) => (variables[v] as readonly number[]).reduce((sum, c) => sum + (multipliers[c] as number), 0) - g,
  );
  const direction = applyInverse(pairs, inverse, slope);
  const decrement = direction.reduce((sum, d, v) => sum + d * (slope[v] as number), 0);
  const drift = residual.reduce((sum, r, c) => sum + Math.abs(r * (multipliers[c] as number)), 0);
  return { direction, multipliers, decrement, drift };
}

function applyInverse(
  pairs: Problem["pairs"],
  { diagonal, scale }: { diagonal: Float64Array; scale: Float64Array },
  values: Float64Array,
): Float64Array {
  const result = values.map((value, v) => value * (diagonal[v] as number));
  pairs.forEach((members, k) => {
    const shared = massOf(members, result) * (scale[k] as number);
    for (const v of members) result[v] = (result[v] as number) + shared * (diagonal[v] as number);
  });
  return result;
}

/** Solves a positive definite system, its diagonal made ones first. */
function solve(rows: readonly Float64Array[], right: Float64Array): Float64Array | undefined {
  const scale = rows.map((row, i) => 1 / Math.sqrt(row[i] as number));
  const scaled = new Matrix(
    rows.map((row, i) => row.map((value, j) => value * (scale[i] as number) * (scale[j] as number))),
  );
  // Both halves were added up in another order.
  for (let i = 0; i < rows.length; i++) for (let j = 0; j < i; j++) scaled.set(i, j, scaled.get(j, i));
  const decomposition = new CholeskyDecomposition(scaled);
  if (!decomposition.isPositiveDefinite()) return undefined;
  const solved = decomposition.solve(
    Matrix.columnVector(right.map((value, i) => value * (scale[i] as number))),
  );
  const solution = Float64Array.from(scale, (factor, i) => factor * solved.get(i, 0));
  return solution.every(Number.isFinite) ? solution : undefined;
}

/** Goes along the direction as far as q stays above 0 and the barrier function falls. */
function advance(problem: Problem, q: Float64Array, tau: number, { direction, decrement }: Newton): void {
  const barrier = (values: Float64Array) =>
    conditional(problem, values) - values.reduce((sum, value) => sum + Math.log(value), 0) / tau;
  let length = 1;
  direction.forEach((d, v) => {
    if (d < 0) length = Math.min(length, (-0.99 * (q[v] as number)) / d);
  });
  const before = barrier(q);
  for (let halvings = 0; halvings < 40; halvings++, length /= 2) {
    const candidate = q.map((value, v) => value + length * (direction[v] as number));
    if (barrier(candidate) <= before - 0.1 * length * decrement) {
      q.set(candidate);
      return;
    }
  }
}
