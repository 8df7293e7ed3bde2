import { takeAway } from "./missing.js";
import { ProblemList } from "./problems.js";
import { Random } from "./random.js";
import { takeSamples, type Samples, type Splits } from "./samples.js";
import { checkLearnable } from "./targets.js";

/** Shares of the samples; they add up to 1. */
export interface SplitPlan {
  train: number;
  validation?: number;
  test: number;
  /** Keep each class's share in every part. */
  stratified?: boolean;
  seed: number;
  line?: number;
  /** Classes that are never learned nor tested: their samples are set aside as `outside`. */
  holdOut?: HeldOutClasses;
  /** Modalities taken away from samples. */
  missing?: readonly MissingPlan[];
}

/** Classes to hold out, as positions. */
export interface HeldOutClasses {
  classes: readonly number[];
  line?: number;
}

/** A modality that some samples of a part lack. */
export interface MissingPlan {
  modality: string;
  /** Of the samples that have it. */
  share: number;
  part: "train" | "validation" | "test";
  seed: number;
}

export interface SplitPositions {
  train: Int32Array;
  validation?: Int32Array;
  test: Int32Array;
}

/** Divides positions 0 .. labels.length - 1; each is in exactly one part, and the same plan always gives the same parts. */
export function splitPositions(labels: Int32Array, plan: SplitPlan): SplitPositions {
  const random = new Random(plan.seed).fork("split");
  const shares = [plan.train, plan.validation ?? 0, plan.test];
  const groups = plan.stratified ? byLabel(labels) : [Array.from(labels.keys())];
  const parts: number[][] = [[], [], []];
  // What rounding took from or gave to each part so far, so that the groups' roundings don't add up.
  const owed = [0, 0, 0];
  for (const group of groups) {
    random.shuffle(group);
    const wanted = shares.map((share, p) => share * group.length + (owed[p] as number));
    const sizes = roundTo(group.length, wanted);
    let at = 0;
    sizes.forEach((size, p) => {
      owed[p] = (wanted[p] as number) - size;
      // Not spread: a call takes some ten thousand arguments at most.
      for (let i = at; i < at + size; i++) parts[p]?.push(group[i] as number);
      at += size;
    });
  }
  const [train, validation, test] = parts.map((part) => Int32Array.from(part).sort());
  return {
    train: train as Int32Array,
    ...(plan.validation !== undefined && { validation: validation as Int32Array }),
    test: test as Int32Array,
  };
}

/** Whole numbers that add up to n, as near as can be to what is wanted (largest remainders first). */
function roundTo(n: number, wanted: readonly number[]): number[] {
  const sizes = wanted.map((size) => Math.max(0, Math.floor(size + 1e-9)));
  let left = n - sizes.reduce((a, b) => a + b, 0);
  const order = wanted
    .map((size, p) => ({ p, rest: size - (sizes[p] as number) }))
    .filter(({ p }) => (wanted[p] as number) > 0)
    .sort((a, b) => b.rest - a.rest || a.p - b.p);
  for (let k = 0; left > 0; k++, left--) {
    const { p } = order[k % order.length] as { p: number };
    sizes[p] = (sizes[p] as number) + 1;
  }
  for (; left < 0; left++) {
    const largest = sizes.indexOf(Math.max(...sizes));
    sizes[largest] = (sizes[largest] as number) - 1;
  }
  return sizes;
}

function byLabel(labels: Int32Array): number[][] {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => {
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [i]);
    else group.push(i);
  });
  return [...groups.keys()].sort((a, b) => a - b).map((label) => groups.get(label) as number[]);
}

/**
 * Splits samples, sets classes aside and takes modalities away.
 * @param where the source, for messages
 * @throws DataError when a part is empty, or the training part never sees a class that the data has or the spec names, or a number or label that
 *   changes
 */
export function splitSamples(samples: Samples, plan: SplitPlan, where: string, target: string): Splits {
  const heldOut = new Set(plan.holdOut?.classes);
  const isOutside = (_: number, i: number) => heldOut.has(samples.labels[i] as number);
  const all = Int32Array.from(samples.labels.keys());
  const inside = heldOut.size > 0 ? all.filter((i) => !isOutside(0, i)) : all;
  const outside = heldOut.size > 0 ? all.filter((i) => isOutside(0, i)) : undefined;
  const positions = splitPositions(
    Int32Array.from(inside, (i) => samples.labels[i] as number),
    plan,
  );
  const take = (part: Int32Array) =>
    takeSamples(
      samples,
      part.map((i) => inside[i] as number),
    );
  const problems = new ProblemList();
  for (const part of ["train", "validation", "test"] as const) {
    if (positions[part]?.length === 0) {
      const name = part === "train" ? "training" : part;
      problems.add("emptySplit", where, { part: name, samples: inside.length }, plan.line);
    }
  }
  if (outside?.length === 0) {
    const classes = [...heldOut].map((label) => samples.classes[label] as string);
    problems.add("nothingHeldOut", where, { name: target, classes }, plan.holdOut?.line);
  }
  problems.check();
  const train = take(positions.train);
  const seen = new Set(train.labels);
  const unseen =
    samples.targets === undefined
      ? samples.classes.filter((_, label) => !seen.has(label) && !heldOut.has(label))
      : [];
  if (unseen.length > 0) problems.add("unseenClass", where, { name: target, classes: unseen }, plan.line);
  checkLearnable(train, target, where, plan.line, problems);
  problems.check();
  const splits: Splits = {
    train,
    ...(positions.validation && { validation: take(positions.validation) }),
    test: take(positions.test),
    ...(outside && { outside: takeSamples(samples, outside) }),
  };
  takeAwayAll(splits, plan.missing);
  return splits;
}

/** Takes modalities away from the samples of the parts that `missing` names, in place. */
export function takeAwayAll(splits: Splits, missing: SplitPlan["missing"] = []): void {
  for (const { part, ...taken } of missing) {
    // What was held out stands beside the test samples: neither is told by what it lacks.
    for (const of of part === "test" ? [splits.test, splits.outside] : [splits[part]]) {
      if (of !== undefined) takeAway(of, taken);
    }
  }
}
