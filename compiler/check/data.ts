import type { DataBinding, DataDeclaration, SplitDeclaration, StringLiteral } from "../../grammar/syntax.js";
import type { BindingIr, DataIr, SplitIr, TargetIr } from "../ir.js";
import { articled } from "../diagnostics.js";
import { formats } from "../tables/data.js";
import { targetRow } from "../tables/targets.js";
import type { Checker } from "./checker.js";
import { checkDrawn } from "./drawn.js";
import { checkHoldOut, checkMissing } from "./held-out.js";
import type { CheckedModality } from "./modalities.js";
import { leavesFolder } from "./paths.js";
import { checkSeed } from "./seed.js";
import { checkStreaming } from "./streaming.js";
import { checkTransforms } from "./transforms.js";

/** What the data must feed. */
export interface DataWants {
  modalities: ReadonlyMap<string, CheckedModality>;
  target: TargetIr | undefined;
  targetName: string | undefined;
}

export function checkData(
  declaration: DataDeclaration,
  wants: DataWants,
  checker: Checker,
): DataIr | undefined {
  const split = checkSplit(declaration, wants, checker);
  const source = checker.single(declaration.sources, "a source", (node) => checker.text(node.value.span));
  const line = checker.line(declaration.span);
  if (source === undefined) {
    checker.report("noSource", declaration.model.span, { model: declaration.model.text });
    checkBindings(declaration.bindings, wants, checker);
    return undefined;
  }
  const streamed = checkStreaming(declaration.streamings, source.value.kind === "call", checker);
  if (source.value.kind === "call") {
    const drawn = checkDrawn(source.value, declaration, wants, checker);
    return drawn && split && { kind: "drawn", ...drawn, split, line };
  }
  const path = checkPath(source.value, checker);
  const bindings = checkBindings(declaration.bindings, wants, checker);
  for (const name of [
    ...wants.modalities.keys(),
    ...(wants.targetName === undefined ? [] : [wants.targetName]),
  ]) {
    const columns = wants.modalities.get(name)?.columns;
    if (bindings.has(name)) continue;
    if (columns === undefined) checker.report("unbound", declaration.model.span, { name });
    // A table that nothing is said of reads the columns of its own columns' names.
    else bindings.set(name, { name, columns: columns.map((column) => column.name), transforms: [], line });
  }
  const target = wants.target && bindings.get(wants.target.name);
  if (path === undefined || split === undefined || target === undefined) return undefined;
  const modalities = [...wants.modalities.keys()].flatMap((name) => bindings.get(name) ?? []);
  return { kind: "file", path, modalities, target, split, ...(streamed && { streamed }), line };
}

/** A path that stays in the spec's folder and that something can read. */
function checkPath({ value, span }: StringLiteral, checker: Checker): string | undefined {
  if (leavesFolder(value)) {
    checker.report("outsideFolder", span, { path: value });
    return undefined;
  }
  if (![...formats.keys()].some((ending) => value.toLowerCase().endsWith(ending))) {
    const known = [...formats.keys()].filter((ending) => ending !== "/" && !ending.endsWith(".gz"));
    checker.report("unknownFormat", span, { path: value, known });
    return undefined;
  }
  return value;
}

function checkBindings(
  bindings: readonly DataBinding[],
  wants: DataWants,
  checker: Checker,
): Map<string, BindingIr> {
  const known = [...wants.modalities.keys(), ...(wants.targetName === undefined ? [] : [wants.targetName])];
  const found = new Map<string, BindingIr>();
  for (const { name, columns, transforms, span } of bindings) {
    const other = found.get(name.text);
    if (!known.includes(name.text)) {
      checker.report("unknownBinding", name.span, { name: name.text, known });
      continue;
    }
    if (other !== undefined) {
      checker.report("boundTwice", name.span, { name: name.text, line: other.line });
      continue;
    }
    const modality = wants.modalities.get(name.text);
    if (name.text === wants.targetName)
      checkTargetBinding({ columns, transforms, span }, wants.target, checker);
    else if (modality?.columns !== undefined && columns.length !== modality.columns.length) {
      const names = modality.columns.map((column) => column.name);
      checker.report("columnCount", span, { name: name.text, columns: names, found: columns.length });
    } else if (
      columns.length > 1 &&
      modality !== undefined &&
      modality.kind !== "vector" &&
      modality.kind !== "table"
    ) {
      const kind = articled(modality.kind);
      checker.report("severalColumns", columns[1]?.span ?? span, { name: name.text, kind });
    }
    found.set(name.text, {
      name: name.text,
      columns: columns.map(({ value }) => value),
      transforms:
        name.text === wants.targetName
          ? transforms.flatMap((each) =>
              each.kind === "scaled" ? { kind: "scaled", by: each.by.value } : [],
            )
          : checkTransforms(transforms, { name: name.text, modality }, checker),
      line: checker.line(span),
    });
  }
  return found;
}

/** One column of classes; of labels or numbers one column for each, or one with all of them. */
function checkTargetBinding(
  { columns, transforms, span }: Pick<DataBinding, "columns" | "transforms" | "span">,
  target: TargetIr | undefined,
  checker: Checker,
): void {
  if (target === undefined) return;
  const { name, kind, outputs } = target;
  const row = targetRow(kind);
  transforms.forEach((transform, i) => {
    if (transform.kind !== "scaled" || i > 0)
      checker.report("targetTransformed", transform.span, { name, transform: transform.kind });
    else if (kind !== "regression")
      checker.report("scaledTarget", transform.by.span, { name, outputs: row.outputs });
  });
  if (columns.length === 1 || (kind !== "class" && columns.length === outputs.length)) return;
  const at = columns[1]?.span ?? span;
  if (kind === "class") checker.report("severalColumns", at, { name, kind: "the target" });
  else {
    const found = columns.length;
    checker.report("targetColumns", at, {
      target: name,
      outputs: row.outputs,
      wanted: outputs.length,
      found,
    });
  }
}

function checkSplit(declaration: DataDeclaration, wants: DataWants, checker: Checker): SplitIr | undefined {
  const split = checker.single(declaration.splits, "a", () => "split");
  if (split === undefined) {
    checker.report("noSplit", declaration.model.span, undefined);
    return undefined;
  }
  const parts = checkParts(split, checker);
  const names = new Set(split.parts.map(({ name }) => name.text));
  const missing = checkMissing(declaration.lacks, names, wants.modalities, checker);
  const holdOut = checkHoldOut(declaration.heldOut, wants.target, checker);
  if (split.stratified && wants.target !== undefined && wants.target.kind !== "class") {
    const { name, kind } = wants.target;
    checker.report("needsClasses", split.span, { what: "stratified", target: name, kind });
  }
  if (parts === undefined) return undefined;
  const seed = checkSeed(split.seed, "split", checker);
  const { train, validation, test } = parts;
  return {
    train,
    ...(validation !== undefined && { validation }),
    test,
    stratified: split.stratified,
    seed,
    line: checker.line(split.span),
    missing,
    ...(holdOut && { holdOut }),
  };
}

function checkParts(
  split: SplitDeclaration,
  checker: Checker,
): { train: number; validation: number | undefined; test: number } | undefined {
  const parts = new Map<string, number>();
  let valid = true;
  for (const { name, fraction, span } of split.parts) {
    if (!["train", "validation", "test"].includes(name.text)) {
      const known = ["train", "validation", "test"];
      checker.report("unknownWord", name.span, { what: "a part of a split", name: name.text, known });
      valid = false;
    } else if (parts.has(name.text) || fraction.value <= 0) {
      checker.report("splitPart", span, { name: name.text });
      valid = false;
    } else parts.set(name.text, fraction.value);
  }
  if (!valid) return undefined;
  const train = parts.get("train");
  const test = parts.get("test");
  if (train === undefined || test === undefined) {
    checker.report("splitPart", split.span, { name: train === undefined ? "train" : "test" });
    return undefined;
  }
  const sum = [...parts.values()].reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > 1e-6) {
    checker.report("splitSum", split.span, { sum: +sum.toFixed(6) });
    return undefined;
  }
  return { train, validation: parts.get("validation"), test };
}
