import type {
  Comparison,
  ComponentReference,
  Condition,
  FusionBlock,
  ShareReference,
  Span,
} from "../../grammar/syntax.js";
import type { ComponentIr, ConditionIr, RuleIr } from "../ir.js";
import { interactions } from "../tables/interactions.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";
import { keysOf } from "./names.js";
import { alwaysHolds, canHold, implies, type Facts } from "./reachable.js";

/** What a condition may speak of. */
interface Scope {
  components: readonly ComponentIr[];
  /** False when an interaction is wrong: then unknown components may be its fault, and aren't reported. */
  complete: boolean;
  modalities: ReadonlyMap<string, CheckedModality>;
}

/** The rules of a block; one that only says `otherwise use gate` when it has none. */
export function checkRules(
  block: FusionBlock,
  components: readonly ComponentIr[],
  complete: boolean,
  modalities: ReadonlyMap<string, CheckedModality>,
  checker: Checker,
): RuleIr[] | undefined {
  const scope: Scope = { components, complete, modalities };
  const rules: RuleIr[] = [];
  let otherwise = false;
  const reached: Reached[] = [];
  const optional = new Set([...modalities].filter(([, { optional }]) => optional).map(([name]) => name));
  const facts: Facts = { components, optional };
  for (const rule of block.rules) {
    if (otherwise) checker.report("afterOtherwise", rule.span, undefined);
    const condition = rule.condition && checkCondition(rule.condition, scope, checker);
    const use = checkUse(rule.use, scope, checker);
    if (rule.condition === undefined) otherwise = true;
    else if (condition !== undefined && complete && !otherwise) {
      checkReached(rule.condition.span, condition, reached, facts, checker);
    }
    if (use === undefined || (rule.condition !== undefined && condition === undefined)) continue;
    if (rule.condition?.kind === "missing")
      checkUsable(rule.condition.modality.text, use, rule.use, scope, checker);
    rules.push({
      text: ruleText(rule, checker),
      ...(condition !== undefined && { condition }),
      use,
      line: checker.line(rule.span),
    });
  }
  if (block.rules.length === 0) {
    rules.push({ text: "otherwise use gate", use: "gate", line: checker.line(block.span) });
  } else if (!otherwise) {
    checker.report("noOtherwise", block.rules.at(-1)?.span ?? block.span, undefined);
  }
  const spoken = new Set(block.rules.flatMap(({ condition }) => (condition ? missingIn(condition) : [])));
  for (const [name, { optional }] of modalities) {
    if (optional && !spoken.has(name)) checker.report("missingUnspoken", block.span, { modality: name });
  }
  return rules.length === Math.max(1, block.rules.length) ? rules : undefined;
}

/** A rule as the spec writes it, with the number behind each parameter: `when synergy > enough (0.6) use gate`. */
function ruleText({ span, condition }: FusionBlock["rules"][number], checker: Checker): string {
  const named = (condition ? comparisonsIn(condition) : []).filter(({ value }) =>
    /^[\p{ID_Start}_]/u.test(checker.text(value.span)),
  );
  const ends = [span.start, ...named.map(({ value }) => value.span.end), span.end];
  const parts = ends.slice(1).map((end, i) => checker.text({ start: ends[i] as number, end }));
  return parts
    .map((part, i) => (named[i] === undefined ? part : `${part} (${named[i].value.value})`))
    .join(" ")
    .replaceAll(" )", ")");
}

/** In the order of the text. */
function comparisonsIn(condition: Condition): Comparison[] {
  if (condition.kind === "comparison") return [condition];
  if (condition.kind === "not") return comparisonsIn(condition.operand);
  if (condition.kind === "and" || condition.kind === "or")
    return [...comparisonsIn(condition.left), ...comparisonsIn(condition.right)];
  return [];
}

/** A rule with a condition, which those after it may say again. */
interface Reached {
  condition: ConditionIr;
  line: number;
  /** Nothing comes after it. */
  always: boolean;
}

/** So many rules before a rule are held against it, that long lists of rules take no longer for each. */
const mostCompared = 50;

/** A condition must be able to hold, and to hold where no rule before it decides. */
function checkReached(
  span: Span,
  condition: ConditionIr,
  before: Reached[],
  facts: Facts,
  checker: Checker,
): void {
  // What comes after a rule that always holds was told there.
  if (before.at(-1)?.always === true) return;
  if (!canHold(condition, facts)) {
    // That a modality is never missing was told where the condition asks for it.
    if (!canHold(condition, { components: facts.components })) checker.report("neverHolds", span, undefined);
    return;
  }
  const line = checker.line(span);
  const first = before.slice(-mostCompared).find((earlier) => implies(condition, earlier.condition, facts));
  if (first !== undefined) {
    checker.report("ruleCovered", span, { line: first.line });
    return;
  }
  const always = alwaysHolds(condition, facts);
  if (always) checker.report("alwaysHolds", span, undefined);
  before.push({ condition, line, always });
}

/** The modalities that a condition asks after. */
function missingIn(condition: Condition): string[] {
  if (condition.kind === "missing") return [condition.modality.text];
  if (condition.kind === "not") return missingIn(condition.operand);
  if (condition.kind === "and" || condition.kind === "or") {
    return [...missingIn(condition.left), ...missingIn(condition.right)];
  }
  return [];
}

/** A rule for a missing modality must not use what needs it. */
function checkUsable(
  modality: string,
  use: string,
  reference: ComponentReference,
  { components }: Scope,
  checker: Checker,
): void {
  const component = components.find(({ id }) => id === use);
  if (component === undefined || !component.modalities.includes(modality)) return;
  if (component.interaction === "redundant") return;
  checker.report("usesMissing", reference.span, { modality, component: component.text });
}

/** A reference's modalities name the same component in any order. */
function sameModalities(component: ComponentIr, names: readonly string[]): boolean {
  return (
    component.modalities.length === names.length && names.every((name) => component.modalities.includes(name))
  );
}

function checkUse(
  reference: ComponentReference,
  { components, complete }: Scope,
  checker: Checker,
): string | undefined {
  const { name, modalities } = reference;
  if (name.text === "gate" && modalities.length === 0) return "gate";
  const ofKind = components.filter(({ interaction }) => interaction === name.text);
  const names = modalities.map(({ text }) => text);
  const found =
    names.length === 0 && ofKind.length === 1 ? ofKind[0] : ofKind.find((c) => sameModalities(c, names));
  if (found !== undefined) return found.id;
  if (complete) {
    const known = [...components.map(({ text }) => text), "gate"];
    checker.report("unknownComponent", reference.span, { text: checker.text(reference.span), known });
  }
  return undefined;
}

function checkCondition(condition: Condition, scope: Scope, checker: Checker): ConditionIr | undefined {
  switch (condition.kind) {
    case "comparison":
      return checkComparison(condition, scope, checker);
    case "dominates": {
      const components = checkShare(condition.share, scope, checker);
      return components && { kind: "dominates", components };
    }
    case "missing": {
      const { text } = condition.modality;
      const modality = scope.modalities.get(text);
      if (modality === undefined) {
        const modalities = keysOf(scope.modalities);
        checker.report("unknownModality", condition.modality.span, { name: text, modalities });
        return undefined;
      }
      if (!modality.optional) checker.report("neverMissing", condition.span, { modality: text });
      return { kind: "missing", modality: text };
    }
    case "and":
    case "or": {
      const left = checkCondition(condition.left, scope, checker);
      const right = checkCondition(condition.right, scope, checker);
      return left && right && { kind: condition.kind, left, right };
    }
    case "not": {
      const operand = checkCondition(condition.operand, scope, checker);
      return operand && { kind: "not", operand };
    }
  }
}

function checkComparison(condition: Comparison, scope: Scope, checker: Checker): ConditionIr | undefined {
  const components = checkShare(condition.share, scope, checker);
  const threshold = condition.value.value;
  if (threshold < 0 || threshold > 1) {
    checker.report("shareOutOfRange", condition.value.span, { value: threshold });
    return undefined;
  }
  return (
    components && {
      kind: condition.operator.startsWith(">") ? "above" : "below",
      components,
      threshold,
      orEqual: condition.operator.endsWith("="),
    }
  );
}

/** The components whose shares a share adds up: `uniqueness` of all modalities, `uniqueness(top)` of one. */
function checkShare(share: ShareReference, scope: Scope, checker: Checker): string[] | undefined {
  const { components, complete, modalities } = scope;
  const row = [...interactions.values()].find((candidate) => candidate.share === share.name.text);
  const unknown = share.modalities.filter(({ text }) => !modalities.has(text));
  for (const name of unknown) {
    checker.report("unknownModality", name.span, { name: name.text, modalities: keysOf(modalities) });
  }
  if (unknown.length > 0) return undefined;
  const names = share.modalities.map(({ text }) => text);
  const found = components
    .filter(({ interaction }) => interaction === row?.name)
    .filter((component) => names.length === 0 || sameModalities(component, names));
  if (row !== undefined && found.length > 0) return found.map(({ id }) => id);
  if (row === undefined || complete) {
    const known = components.map(({ interaction, modalities: of }) => {
      const word = interactions.get(interaction)?.share ?? interaction;
      const several = components.filter((other) => other.interaction === interaction).length > 1;
      return interaction === "unique" || several ? `${word}(${of.join(", ")})` : word;
    });
    checker.report("unknownShare", share.span, {
      text: checker.text(share.span),
      known: [...new Set(known)],
    });
  }
  return undefined;
}
