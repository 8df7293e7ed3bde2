import { takeAway } from "./missing.js";
import { ProblemList } from "./problems.js";
import { Random } from "./random.js";
import { takeSamples, type Samples, type Splits } from "./samples.js";
import { dealGroups } from "./split/by-group.js";
import { dealMoments } from "./split/by-time.js";
import { byNumber, deal } from "./split/deal.js";
import { partNames, type PartName, type SplitKeys } from "./split/keys.js";
import { checkLearnable } from "./targets.js";

/** How samples are divided. */
export interface SplitPlan {
  /** Shares of the samples; they add up to 1. Of a fold only that of the validation part is given, of a column none. */
  train?: number;
  validation?: number;
  test?: number;
  /** The test part is this one of so many folds, counted from 1. */
  fold?: { at: number; of: number };
  /**
   * The column that they are divided by: no group is in two parts, the earliest are learned from, or it names each sample's part; `validated`
   * where it must name some for validation.
   */
  by?: { kind: "group" | "time" | "column"; column: string; validated?: boolean };
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
  part: PartName;
  seed: number;
}

export interface SplitPositions {
  train: Int32Array;
  validation?: Int32Array;
  test: Int32Array;
}

/**
 * Divides positions 0 .. labels.length - 1; each is in exactly one part, and the same plan always gives the same parts.
 * @param keys what the column of `plan.by` says of each position
 */
export function splitPositions(labels: Int32Array, plan: SplitPlan, keys?: SplitKeys): SplitPositions {
  const [train = [], validation = [], test = []] = divide(labels, plan, keys);
  const sorted = (part: number[]) => Int32Array.from(part).sort();
  const { by } = plan;
  const validated =
    by?.kind === "column" ? by.validated === true || validation.length > 0 : plan.validation !== undefined;
  return {
    train: sorted(train),
    ...(validated && { validation: sorted(validation) }),
    test: sorted(test),
  };
}

/** Positions of the parts: to learn from, to validate by, to test. */
function divide(labels: Int32Array, plan: SplitPlan, keys: SplitKeys | undefined): number[][] {
  const { by, fold, train = 0, validation = 0, test = 0 } = plan;
  const all = [...labels.keys()];
  if (by !== undefined && keys === undefined)
    throw new RangeError(`Samples without columns are split by ${by.column}.`);
  if (by?.kind === "column") return partNames.map((_, p) => all.filter((i) => keys?.[i] === p));
  const random = new Random(plan.seed).fork("split");
  const into = (positions: readonly number[], shares: readonly number[], stream: Random): number[][] => {
    if (by === undefined) return deal(classesOf(positions, labels, plan), shares, stream);
    const used = shares.filter((share) => share > 0);
    const same = [...byNumber(positions, keys as SplitKeys).values()];
    const parts =
      by.kind === "time"
        ? dealMoments(same, used)
        : dealGroups(same, plan.stratified ? labels : new Int32Array(labels.length), used, stream);
    return shares.map((share) => (share > 0 ? (parts.shift() as number[]) : []));
  };
  if (fold === undefined) return into(all, [train, validation, test], random);
  const folds = into(all, new Array<number>(fold.of).fill(1 / fold.of), random);
  const rest = folds.flatMap((one, f) => (f === fold.at - 1 ? [] : one)).sort((a, b) => a - b);
  const share = validation / (1 - 1 / fold.of);
  const stream = new Random(plan.seed).fork(`validation of fold ${fold.at}`);
  return [...into(rest, [1 - share, share], stream), folds[fold.at - 1] as number[]];
}

/** The positions of each class, or all of them, where classes don't matter. */
function classesOf(
  positions: readonly number[],
  labels: Int32Array,
  { stratified }: SplitPlan,
): (readonly number[])[] {
  return stratified ? [...byNumber(positions, labels).values()] : [positions];
}

/**
 * Splits samples, sets classes aside and takes modalities away.
 * @param where the source, for messages
 * @param keys what the column of `plan.by` says of each sample
 * @throws DataError when a part is empty, or the training part never sees a class that the data has or the spec names, or a number or label that
 *   changes
 */
export function splitSamples(
  samples: Samples,
  plan: SplitPlan,
  where: string,
  target: string,
  keys?: SplitKeys,
): Splits {
  const heldOut = new Set(plan.holdOut?.classes);
  const isOutside = (_: number, i: number) => heldOut.has(samples.labels[i] as number);
  const all = Int32Array.from(samples.labels.keys());
  const inside = heldOut.size > 0 ? all.filter((i) => !isOutside(0, i)) : all;
  const outside = heldOut.size > 0 ? all.filter((i) => isOutside(0, i)) : undefined;
  const problems = new ProblemList();
  const inner = keys && Float64Array.from(inside, (i) => keys[i] as number);
  checkKeys(inner, plan, where, problems);
  problems.check();
  const positions = splitPositions(
    Int32Array.from(inside, (i) => samples.labels[i] as number),
    plan,
    inner,
  );
  const take = (part: Int32Array) =>
    takeSamples(
      samples,
      part.map((i) => inside[i] as number),
    );
  for (const part of partNames) {
    if (positions[part]?.length !== 0) continue;
    const name = part === "train" ? "training" : part;
    if (plan.by?.kind === "column")
      problems.add("emptyPart", where, { part: name, column: plan.by.column }, plan.line);
    else problems.add("emptySplit", where, { part: name, samples: inside.length }, plan.line);
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

/** Reports fewer groups, or times, than parts: none of them is in two parts. */
function checkKeys(
  keys: SplitKeys | undefined,
  { by, fold, train, validation, test, line }: SplitPlan,
  where: string,
  problems: ProblemList,
): void {
  if (keys === undefined || by === undefined || by.kind === "column") return;
  const found = new Set(Array.from(keys)).size;
  const parts = fold?.of ?? [train, validation, test].filter((share) => share !== undefined).length;
  if (found < parts)
    problems.add("tooFewKeys", where, { what: by.kind, column: by.column, found, parts }, line);
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
