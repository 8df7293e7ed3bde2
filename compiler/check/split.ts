import type { DataDeclaration, SplitDeclaration } from "../../grammar/syntax.js";
import type { SplitIr } from "../ir.js";
import type { Checker } from "./checker.js";
import type { DataWants } from "./data.js";
import { checkHoldOut, checkMissing } from "./held-out.js";
import { checkSeed } from "./seed.js";

const partNames = ["train", "validation", "test"] as const;

type Shares = Pick<SplitIr, "train" | "validation" | "test" | "fold">;

/** `split ...`, and what `missing` and `hold out classes` take away from its parts. */
export function checkSplit(
  declaration: DataDeclaration,
  wants: DataWants,
  checker: Checker,
): SplitIr | undefined {
  const split = checker.single(declaration.splits, "a", () => "split");
  if (split === undefined) {
    checker.report("noSplit", declaration.model.span, undefined);
    return undefined;
  }
  const { by, fold, stratified } = split;
  const shares = checkShares(split, checker);
  const missing = checkMissing(declaration.lacks, namesOf(split), wants.modalities, checker);
  const holdOut = checkHoldOut(declaration.heldOut, wants.target, checker);
  if (stratified && wants.target !== undefined && wants.target.kind !== "class") {
    const { name, kind } = wants.target;
    checker.report("needsClasses", split.span, { what: "stratified", target: name, kind });
  }
  checkWords(split, checker);
  const [source] = declaration.sources;
  if (by !== undefined && source?.value.kind === "call")
    checker.report("drawnSplit", by.column.span, { source: source.value.name.text, by: by.kind });
  if (shares === undefined || (by?.kind === "time" && fold !== undefined)) return undefined;
  return {
    ...shares,
    ...(by && { by: { kind: by.kind, column: by.column.value } }),
    stratified,
    seed: checkSeed(split.seed, "split", checker),
    line: checker.line(split.span),
    missing,
    ...(holdOut && { holdOut }),
  };
}

/** Whether there is, or may be, a validation part: what a column names nobody knows before it is read. */
export function mayValidate({ validation, by }: Pick<SplitIr, "validation" | "by">): boolean {
  return validation !== undefined || by?.kind === "column";
}

/** The parts that the samples are divided into; a column may name any of them. */
function namesOf({ by, fold, parts }: SplitDeclaration): Set<string> {
  if (by?.kind === "column") return new Set(partNames);
  const named = parts.map(({ name }) => name.text);
  return new Set(fold === undefined ? named : ["train", ...named, "test"]);
}

/** Reports words that nothing follows from: time and a column say for each sample where it belongs. */
function checkWords({ by, fold, stratified, seed, span }: SplitDeclaration, checker: Checker): void {
  if (by === undefined || by.kind === "group") return;
  const how = by.kind === "time" ? "by time" : "from column";
  const idle = [
    ...(fold !== undefined ? [{ word: "fold", at: fold.span }] : []),
    ...(stratified ? [{ word: "stratified", at: span }] : []),
    ...(seed ? [{ word: "seed", at: seed.span }] : []),
  ];
  for (const { word, at } of idle) checker.report("splitSettled", at, { how, word });
}

function checkShares(split: SplitDeclaration, checker: Checker): Shares | undefined {
  if (split.by?.kind === "column") return {};
  return split.fold === undefined ? checkParts(split, checker) : checkFold(split, split.fold, checker);
}

/** The shares of the parts by name; undefined when one is wrong. */
function sharesOf({ parts }: SplitDeclaration, checker: Checker): Map<string, number> | undefined {
  const shares = new Map<string, number>();
  let valid = true;
  for (const { name, fraction, span } of parts) {
    if (!partNames.some((part) => part === name.text)) {
      checker.report("unknownWord", name.span, {
        what: "a part of a split",
        name: name.text,
        known: [...partNames],
      });
      valid = false;
    } else if (shares.has(name.text) || fraction.value <= 0) {
      checker.report("splitPart", span, { name: name.text });
      valid = false;
    } else shares.set(name.text, fraction.value);
  }
  return valid ? shares : undefined;
}

function checkParts(split: SplitDeclaration, checker: Checker): Shares | undefined {
  const shares = sharesOf(split, checker);
  if (shares === undefined) return undefined;
  const [train, validation, test] = partNames.map((part) => shares.get(part));
  if (train === undefined || test === undefined) {
    checker.report("splitPart", split.span, { name: train === undefined ? "train" : "test" });
    return undefined;
  }
  const sum = [...shares.values()].reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > 1e-6) {
    checker.report("splitSum", split.span, { sum: +sum.toFixed(6) });
    return undefined;
  }
  return { train, ...(validation !== undefined && { validation }), test };
}

/** `fold 2 of 5, 0.1 validation`: the fold is the test part, what is left of the others is learned from. */
function checkFold(
  split: SplitDeclaration,
  { at, of, span }: NonNullable<SplitDeclaration["fold"]>,
  checker: Checker,
): Shares | undefined {
  const [k, n] = [at.value, of.value];
  const whole = Number.isSafeInteger(k) && Number.isSafeInteger(n);
  const valid = whole && n >= 2 && k >= 1 && k <= n;
  if (!valid)
    checker.report("noSuchFold", span, { fold: checker.text(span), folds: whole && n >= 2 ? n : undefined });
  for (const { name, span } of split.parts)
    if (name.text === "train" || name.text === "test") checker.report("foldPart", span, { name: name.text });
  const shares = sharesOf(split, checker);
  if (!valid || shares === undefined || shares.has("train") || shares.has("test")) return undefined;
  const validation = shares.get("validation");
  if (validation !== undefined && validation + 1 / n >= 1) {
    checker.report("foldSum", split.span, { validation, folds: n });
    return undefined;
  }
  return { fold: { at: k, of: n }, ...(validation !== undefined && { validation }) };
}
