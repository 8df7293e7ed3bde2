import type { Call, DataDeclaration, Span } from "../../grammar/syntax.js";
import type { OptionValue, TargetIr } from "../ir.js";
import { drawn } from "../tables/data.js";
import type { Arguments } from "../tables/parameters.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import type { DataWants } from "./data.js";

/** What a source that draws its samples is checked against. */
interface Drawing {
  source: string;
  args: Arguments;
  /** Features of each modality, as far as they are known. */
  widths: ReadonlyMap<string, number>;
  target: TargetIr | undefined;
  /** How many classes the target has, where its kind is `class`. */
  classes: number | undefined;
  span: Span;
  checker: Checker;
}

/** `from synthetic(...)` and the other sources that draw. */
export function checkDrawn(
  call: Call,
  declaration: DataDeclaration,
  wants: DataWants,
  checker: Checker,
): { load: string; options: Record<string, OptionValue> } | undefined {
  const row = drawn.get(call.name.text);
  if (row === undefined) {
    const known = [...drawn.keys()];
    checker.report("unknownWord", call.name.span, { what: "a source of data", name: call.name.text, known });
    return undefined;
  }
  const source = row.name;
  for (const { name } of declaration.bindings)
    checker.report("syntheticBinding", name.span, { name: name.text, source });
  const args = bindArguments(call, row, checker, [...wants.modalities.keys()]);
  let valid = args !== undefined;
  const widths = new Map<string, number>();
  for (const { name, kind, shape } of wants.modalities.values()) {
    if (kind !== "vector") {
      checker.report("syntheticVectors", call.span, { modality: name, kind, source });
      valid = false;
    } else if (shape?.[0] !== undefined) widths.set(name, shape[0]);
  }
  if (wants.modalities.size < 2) {
    checker.report("needsTwo", call.span, { what: `\`${source}\``, count: wants.modalities.size });
    valid = false;
  }
  const { target } = wants;
  const load = row.load[target?.kind ?? "class"];
  if (target !== undefined && load === undefined) {
    const gives = Object.keys(row.load).map((kind) => `\`${kind}\``);
    const reason = `it gives ${gives.join(" or ")}`;
    checker.report("drawnTarget", call.span, { source, target: target.name, kind: target.kind, reason });
  }
  if (args === undefined || load === undefined) return undefined;
  const classes = target?.kind === "class" ? target.outputs.length : undefined;
  const fits = checks[source]?.({ source, args, widths, target, classes, span: call.span, checker }) ?? true;
  return valid && fits ? { load, options: { ...args } } : undefined;
}

/** What each source asks besides its arguments. @returns whether it is so */
const checks: Record<string, (drawing: Drawing) => boolean> = {
  synthetic: checkSynthetic,
  gaussian_pair: checkGaussianPair,
  feature_sum: checkFeatureSum,
  logic_gate: checkLogicGate,
};

function checkSynthetic({ source, args, widths, span, checker }: Drawing): boolean {
  let valid = true;
  for (const [modality, width] of widths) {
    const block = valueOf(args.block, modality) ?? 1;
    const wanted = 3 * block;
    if (width >= wanted) continue;
    const why = `${block} for each kind of interaction`;
    checker.report("drawnWidth", span, { source, modality, width, wanted, exactly: false, why });
    valid = false;
  }
  const mix = sum(args.redundancy, 1) + sum(args.unique, widths.size) + sum(args.synergy, 1);
  if (mix > 1 + 1e-9) {
    const each = typeof args.unique === "number" ? " (once for each modality)" : "";
    const reason = `The shares of redundancy, unique${each} and synergy add up to ${+mix.toFixed(6)}, more than 1.`;
    checker.report("syntheticMix", span, { reason });
    return false;
  }
  if (mix === 0) {
    const reason = "No sample would tell its class: give `redundancy`, `unique` or `synergy` a share.";
    checker.report("syntheticMix", span, { reason });
    return false;
  }
  return valid;
}

function checkGaussianPair({ source, widths, classes, span, checker }: Drawing): boolean {
  let valid = true;
  if (widths.size > 2) {
    checker.report("drawnPair", span, { source, count: widths.size });
    valid = false;
  }
  if (classes === undefined) return valid;
  for (const [modality, width] of widths) {
    if (width === classes) continue;
    const why = "one for each class";
    checker.report("drawnWidth", span, { source, modality, width, wanted: classes, exactly: true, why });
    valid = false;
  }
  return valid;
}

function checkFeatureSum({ source, args, widths, target, span, checker }: Drawing): boolean {
  const latent = args.latent as number;
  let valid = true;
  if (target?.kind === "regression" && target.outputs.length > 1) {
    const reason = "it draws one number";
    checker.report("drawnTarget", span, { source, target: target.name, kind: target.kind, reason });
    valid = false;
  }
  for (const [modality, width] of widths) {
    if (Math.floor(width / 2) >= latent) continue;
    const why = `${latent} of its own and ${latent} common latent features`;
    checker.report("drawnWidth", span, { source, modality, width, wanted: 2 * latent, exactly: false, why });
    valid = false;
  }
  const shares = [args.shared as number, ...[...widths.keys()].map((name) => valueOf(args.own, name) ?? 0)];
  if (shares.every((share) => Math.round(share * latent) === 0)) {
    const reason = "The class would sum no feature: give `shared` or `own` a share.";
    checker.report("syntheticMix", span, { reason });
    valid = false;
  }
  return valid;
}

function checkLogicGate({ source, args, widths, target, classes, span, checker }: Drawing): boolean {
  const gates = args.gate as readonly string[];
  let valid = true;
  for (const [modality, width] of widths) {
    if (width >= gates.length) continue;
    const wanted = gates.length;
    checker.report("drawnWidth", span, {
      source,
      modality,
      width,
      wanted,
      exactly: false,
      why: "one for each gate",
    });
    valid = false;
  }
  const outputs = (gate: string) =>
    gate === "copy" ? 2 ** widths.size : gate === "sum" ? widths.size + 1 : 2;
  const gives = gates.reduce((product, gate) => product * outputs(gate), 1);
  if (target?.kind === "multilabel") {
    const several = gates.find((gate) => outputs(gate) !== 2);
    const reason =
      several !== undefined
        ? `\`${several}\` gives more than true or false`
        : `a label is one gate, and ${gates.length} ${gates.length === 1 ? "is" : "are"} given for ${target.outputs.length} labels`;
    if (several !== undefined || gates.length !== target.outputs.length) {
      checker.report("drawnTarget", span, { source, target: target.name, kind: target.kind, reason });
      valid = false;
    }
  }
  if (classes !== undefined && classes !== gives) {
    checker.report("drawnClasses", span, { gates, gives, classes });
    valid = false;
  }
  return valid;
}

function valueOf(argument: Arguments[string] | undefined, modality: string): number | undefined {
  if (typeof argument === "number") return argument;
  return (argument as Readonly<Record<string, number>> | undefined)?.[modality];
}

/** The sum of all shares; one that is given for all counts `times`. */
function sum(argument: Arguments[string] | undefined, times: number): number {
  if (typeof argument === "number") return times * argument;
  return Object.values((argument ?? {}) as Readonly<Record<string, number>>).reduce((a, b) => a + b, 0);
}
