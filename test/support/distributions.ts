import fc from "fast-check";

/** A distribution of discrete sources and a target, state by state. */
export interface Distribution {
  sources: number[][];
  target: number[];
  weights: number[];
}

/** All combinations of so many bits, equally likely, with the target that a function makes of them. */
export function gate(inputs: number, f: (bits: number[]) => number): Distribution {
  const states = Array.from({ length: 2 ** inputs }, (_, state) =>
    Array.from({ length: inputs }, (_, k) => (state >> k) & 1),
  );
  return {
    sources: Array.from({ length: inputs }, (_, k) => states.map((bits) => bits[k] as number)),
    target: states.map(f),
    weights: states.map(() => 1),
  };
}

export const gates = {
  xor: gate(2, ([a = 0, b = 0]) => a ^ b),
  and: gate(2, ([a = 0, b = 0]) => a & b),
  copy: gate(2, ([a = 0, b = 0]) => 2 * a + b),
  unique: gate(2, ([a = 0]) => a),
  redundant: {
    sources: [
      [0, 1],
      [0, 1],
    ],
    target: [0, 1],
    weights: [1, 1],
  },
} satisfies Record<string, Distribution>;

export const states = ({ target }: Distribution): number[] => [...target.keys()];

/** Probability of what a condition on states holds in. */
export function chance(distribution: Distribution, holds: (state: number) => boolean): number {
  const total = distribution.weights.reduce((a, b) => a + b, 0);
  const sum = states(distribution).reduce(
    (at, i) => at + (holds(i) ? (distribution.weights[i] as number) : 0),
    0,
  );
  return sum / total;
}

/** log p(y | the sources of `set` have their values) / p(y) at a state, from the definition. */
export function information(distribution: Distribution, set: readonly number[], at: number): number {
  const { sources, target } = distribution;
  const agrees = (i: number) => set.every((k) => sources[k]?.[i] === sources[k]?.[at]);
  const same = (i: number) => target[i] === target[at];
  const joint = chance(distribution, (i) => agrees(i) && same(i));
  return Math.log(joint / chance(distribution, agrees) / chance(distribution, same));
}

/** The mean over the states. */
export function expectation(distribution: Distribution, value: (state: number) => number): number {
  const total = distribution.weights.reduce((a, b) => a + b, 0);
  return states(distribution).reduce(
    (sum, i) => sum + ((distribution.weights[i] as number) / total) * value(i),
    0,
  );
}

/** Random distributions over a few states of sources with up to `symbols` symbols. */
export function distributions(sources: number, symbols = 2, most = 10): fc.Arbitrary<Distribution> {
  const state = fc.record({
    values: fc.array(fc.nat(symbols - 1), { minLength: sources, maxLength: sources }),
    y: fc.nat(symbols - 1),
    weight: fc.integer({ min: 1, max: 20 }),
  });
  return fc.array(state, { minLength: 1, maxLength: most }).map((list) => ({
    sources: Array.from({ length: sources }, (_, k) => list.map(({ values }) => values[k] as number)),
    target: list.map(({ y }) => y),
    weights: list.map(({ weight }) => weight),
  }));
}
