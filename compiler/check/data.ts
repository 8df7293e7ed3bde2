import type {
  Call,
  DataBinding,
  DataDeclaration,
  SplitDeclaration,
  StringLiteral,
} from "../../grammar/syntax.js";
import type { BindingIr, DataIr, OptionValue, SplitIr, TargetIr } from "../ir.js";
import { formats, synthetic } from "../tables/data.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";

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
  const split = checkSplit(declaration, checker);
  const source = checker.single(declaration.sources, "a source", (node) => checker.text(node.value.span));
  const line = checker.line(declaration.span);
  if (source === undefined) {
    checker.report("noSource", declaration.model.span, { model: declaration.model.text });
    checkBindings(declaration.bindings, wants, checker);
    return undefined;
  }
  if (source.value.kind === "call") {
    const options = checkSynthetic(source.value, declaration, wants, checker);
    return options && split && { kind: "synthetic", options, split, line };
  }
  const path = checkPath(source.value, checker);
  const bindings = checkBindings(declaration.bindings, wants, checker);
  for (const name of [
    ...wants.modalities.keys(),
    ...(wants.targetName === undefined ? [] : [wants.targetName]),
  ]) {
    if (!bindings.has(name)) checker.report("unbound", declaration.model.span, { name });
  }
  const target = wants.target && bindings.get(wants.target.name);
  if (path === undefined || split === undefined || target === undefined) return undefined;
  const modalities = [...wants.modalities.keys()].flatMap((name) => bindings.get(name) ?? []);
  return { kind: "file", path, modalities, target, split, line };
}

/** A path that stays in the spec's folder and that something can read. */
function checkPath({ value, span }: StringLiteral, checker: Checker): string | undefined {
  const parts = value.split(/[\\/]/);
  if (/^([\\/]|[A-Za-z]:)/.test(value) || parts.includes("..") || value.includes("\0")) {
    checker.report("outsideFolder", span, { path: value });
    return undefined;
  }
  if (![...formats.keys()].some((ending) => value.toLowerCase().endsWith(ending))) {
    checker.report("unknownFormat", span, { path: value, known: [...formats.keys()] });
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
  for (const { name, columns, scale, span } of bindings) {
    const other = found.get(name.text);
    if (!known.includes(name.text)) {
      checker.report("unknownBinding", name.span, { name: name.text, known });
      continue;
    }
    if (other !== undefined) {
      checker.report("boundTwice", name.span, { name: name.text, line: other.line });
      continue;
    }
    const isTarget = name.text === wants.targetName;
    const kind = isTarget ? "the target" : `an ${wants.modalities.get(name.text)?.kind}`;
    if (isTarget && scale !== undefined) checker.report("scaledTarget", scale.span, { name: name.text });
    if (columns.length > 1 && wants.modalities.get(name.text)?.kind !== "vector") {
      checker.report("severalColumns", columns[1]?.span ?? span, { name: name.text, kind });
    }
    found.set(name.text, {
      name: name.text,
      columns: columns.map(({ value }) => value),
      ...(scale !== undefined && { scale: scale.value }),
      line: checker.line(span),
    });
  }
  return found;
}

function checkSynthetic(
  call: Call,
  declaration: DataDeclaration,
  wants: DataWants,
  checker: Checker,
): Record<string, OptionValue> | undefined {
  if (call.name.text !== synthetic.name) {
    checker.report("unknownWord", call.name.span, {
      what: "a source of data",
      name: call.name.text,
      known: [synthetic.name],
    });
    return undefined;
  }
  for (const { name } of declaration.bindings)
    checker.report("syntheticBinding", name.span, { name: name.text });
  const args = bindArguments(call, synthetic, checker);
  let valid = args !== undefined;
  for (const { name, kind } of wants.modalities.values()) {
    if (kind === "vector") continue;
    checker.report("syntheticVectors", call.span, { modality: name, kind });
    valid = false;
  }
  if (wants.modalities.size < 2) {
    checker.report("needsTwo", call.span, { what: "Synthetic data", count: wants.modalities.size });
    valid = false;
  }
  for (const { name, shape } of wants.modalities.values()) {
    if (shape?.[0] !== undefined && shape[0] < 3) {
      const reason = `Synthetic data needs 3 features or more in \`${name}\`, one for each kind of interaction.`;
      checker.report("syntheticMix", call.span, { reason });
      valid = false;
    }
  }
  if (args === undefined) return undefined;
  const mix =
    (args.redundancy as number) + (args.unique as number) * wants.modalities.size + (args.synergy as number);
  if (mix > 1 + 1e-9) {
    const reason = `The shares of redundancy, unique (once for each modality) and synergy add up to ${+mix.toFixed(6)}, more than 1.`;
    checker.report("syntheticMix", call.span, { reason });
    valid = false;
  } else if (mix === 0) {
    checker.report("syntheticMix", call.span, {
      reason: "No sample would tell its class: give `redundancy`, `unique` or `synergy` a share.",
    });
    valid = false;
  }
  return valid ? { ...args } : undefined;
}

function checkSplit(declaration: DataDeclaration, checker: Checker): SplitIr | undefined {
  const split = checker.single(declaration.splits, "a", () => "split");
  if (split === undefined) {
    checker.report("noSplit", declaration.model.span, undefined);
    return undefined;
  }
  const parts = checkParts(split, checker);
  if (parts === undefined) return undefined;
  let seed = 1;
  if (split.seed !== undefined) {
    if (Number.isSafeInteger(split.seed.value) && split.seed.value >= 0) seed = split.seed.value;
    else {
      checker.report("wrongValue", split.seed.span, {
        call: "split",
        name: "seed",
        wanted: "a whole number from 0 up",
        found: checker.text(split.seed.span),
      });
    }
  }
  const { train, validation, test } = parts;
  return {
    train,
    ...(validation !== undefined && { validation }),
    test,
    stratified: split.stratified,
    seed,
    line: checker.line(split.span),
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
