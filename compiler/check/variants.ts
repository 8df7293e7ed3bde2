import type {
  Call,
  Choice as ChoiceSyntax,
  Demand,
  NumberLiteral,
  Path,
  Range,
  Span,
  SpecFile,
  Value,
  VariantsDeclaration,
  VaryDeclaration,
} from "../../grammar/syntax.js";
import { inline } from "../../grammar/format.js";
import { describeType } from "../tables/parameters.js";
import { roles, type Role } from "../tables/roles.js";
import { Axis, type Choice, type Choices } from "../variants/axes.js";
import { costs, type Cost, type Quantity, type Requirement } from "../variants/demands.js";
import { lastStep, pathText, placeAt, stepText } from "../variants/paths.js";
import { placesOf, rolesIn, type Place, type Slot } from "../variants/places.js";
import type { VariantsPlan } from "../variants/plan.js";
import { rangeNumber, rangeSize } from "../variants/ranges.js";
import { argumentValue, bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import { checkSeed } from "./seed.js";

interface Varied {
  syntax: VaryDeclaration;
  place: Place & { slot: Slot };
  axis: Axis;
}

/**
 * Checks a `variants` block: that its paths name something in the model, that its choices can stand there, and that its conditions speak of what is varied.
 * Whether the shapes of a variant fit is asked of each by itself.
 */
export function checkVariants(
  declaration: VariantsDeclaration,
  tree: SpecFile,
  checker: Checker,
): VariantsPlan | undefined {
  const { model, varies, wheres, limits, samples, span } = declaration;
  const subject = tree.models.find(({ name }) => name.text === model.text);
  if (subject === undefined) return undefined;
  if (varies.length === 0) checker.report("nothingVaried", model.span, { model: model.text });
  const places = placesOf(subject, tree);
  const checked = varies.map((vary) => checkVary(vary, model.text, places, checker));
  const varied = checked.filter((one) => one !== undefined);
  checkApart(varied, checker);
  const axes = varied.map(({ axis }) => axis);
  // What a wrong path would have varied isn't missed once more.
  const complete = varied.length === varies.length;
  const requirements = wheres.map(({ demand }) => ({
    text: textOf(demand, checker),
    requirement: complete ? checkDemand(demand, axes, checker) : undefined,
  }));

  const limit = checker.only(limits, "limit");
  const sample = checker.only(samples, "sample");
  const most = limit && positive(limit.count, "limit", checker);
  const drawn = sample && positive(sample.count, "sample", checker);
  const seed = checkSeed(sample?.seed, "sample", checker);
  if (!complete || varies.length === 0) return undefined;
  const wanted = requirements.flatMap(({ text, requirement }) =>
    requirement === undefined ? [] : [{ text, requirement }],
  );
  return {
    model: model.text,
    axes,
    wheres: wanted,
    ...(most !== undefined && { limit: most }),
    ...(drawn !== undefined && { sample: { count: drawn, seed } }),
    span,
  };
}

function positive(count: NumberLiteral, name: string, checker: Checker): number | undefined {
  if (Number.isSafeInteger(count.value) && count.value >= 1) return count.value;
  const wanted = "a whole number from 1 up";
  checker.report("wrongValue", count.span, {
    call: "variants",
    name,
    wanted,
    found: checker.text(count.span),
  });
  return undefined;
}

function checkVary(
  syntax: VaryDeclaration,
  model: string,
  places: readonly Place[],
  checker: Checker,
): Varied | undefined {
  const place = checkPath(syntax.path, model, places, checker);
  // Choices are checked against a place; without one there is nothing to hold them against.
  if (place === undefined) return undefined;
  const choices = syntax.choices.map((choice) => checkChoice(choice, place, checker));
  if (choices.some((choice) => choice === undefined)) return undefined;
  const found = choices as Choices[];
  const seen = new Set<string>();
  found.forEach((choice, i) => {
    if ("range" in choice) return;
    if (seen.has(choice.text) && syntax.choices[i])
      checker.report("choiceTwice", syntax.choices[i].span, { choice: choice.text });
    seen.add(choice.text);
  });
  const { merge, ...slot } = place.slot;
  const whole = found.some((choice) => !("range" in choice) && endsInLinear(choice.text));
  const span = merge !== undefined && !whole ? merge : slot.span;
  const axis = new Axis(pathText(syntax.path), { ...slot, span }, found);
  return { syntax, place, axis };
}

/** An interaction that is written out to its end, and not what joins its modalities alone. */
function endsInLinear(text: string): boolean {
  return /(^|-> )linear$/.test(text);
}

/** What stands in a span, on one line. */
function textOf({ span }: { span: Span }, { source }: Checker): string {
  return inline(source.text.slice(span.start, span.end));
}

/** The place that a path names, and that can be varied as a whole. */
function checkPath(
  path: Path,
  model: string,
  places: readonly Place[],
  checker: Checker,
): (Place & { slot: Slot }) | undefined {
  const found = placeAt(path, places);
  const text = pathText(path);
  if ("step" in found) {
    const { step, within, parts } = found;
    const known = [...new Set(parts.map(lastStep))];
    const names = parts.map(({ name }) => name);
    checker.report("unknownPath", step.span, { step: stepText(step), within, model, known, names });
    return undefined;
  }
  if ("several" in found) {
    checker.report("ambiguousPath", path.span, { path: text, candidates: found.several });
    return undefined;
  }
  const { place } = found;
  if (place.slot === undefined) {
    const parts = place.parts.map((part) => part.path);
    checker.report("partsOnly", path.span, { path: text, parts });
    return undefined;
  }
  return place as Place & { slot: Slot };
}

/** No two lists write to the same place, or one into what another replaces. */
function checkApart(varied: readonly Varied[], checker: Checker): void {
  varied.forEach(({ syntax, place, axis }, i) => {
    for (const other of varied.slice(0, i)) {
      const line = checker.line(other.syntax.span);
      if (other.place === place) {
        checker.report("variedTwice", syntax.path.span, { path: axis.path, line });
        return;
      }
      const [a, b] = [axis, other.axis];
      const within = (inner: Axis, outer: Axis) =>
        outer.slot.around === undefined &&
        spanIn(inner).start >= outer.slot.span.start &&
        spanIn(inner).end <= outer.slot.span.end;
      if (within(a, b)) {
        checker.report("variedWithin", syntax.path.span, { inner: a.path, outer: b.path, line });
      } else if (within(b, a)) {
        const here = checker.line(syntax.span);
        checker.report("variedWithin", other.syntax.path.span, { inner: b.path, outer: a.path, line: here });
      }
    }
  });
}

/** Where an axis writes; of an argument that is left out, the call that it completes. */
function spanIn({ slot: { span, takes, around } }: Axis) {
  return around !== undefined && takes.kind === "argument" ? takes.call.span : span;
}

function checkChoice(
  choice: ChoiceSyntax,
  { path, slot: { takes } }: Place & { slot: Slot },
  checker: Checker,
): Choices | undefined {
  const text = textOf(choice, checker);
  const wrong = (wanted: string) => {
    checker.report("wrongChoice", choice.span, { path, wanted, found: text });
    return undefined;
  };
  if (takes.kind === "argument") {
    const { call, row, parameter } = takes;
    const accepts = (value: Value) =>
      argumentValue(value, parameter, { ...call, name: { ...call.name, text: row.name } }, checker) !==
      undefined;
    if (choice.kind === "range") {
      if (parameter.type.kind !== "integer" && parameter.type.kind !== "number")
        return wrong(describeType(parameter.type));
      const range = checkRange(choice, text, checker);
      if (range === undefined) return undefined;
      const last = rangeNumber(choice, (rangeSize(choice) as number) - 1);
      const whole = parameter.type.kind === "number" || Number.isInteger(choice.step?.value ?? 1);
      if (!whole) return wrong(describeType(parameter.type));
      return accepts(choice.from) && accepts({ ...choice.to, value: last }) ? range : undefined;
    }
    const value = choice.kind === "chain" ? choice.items[0] : choice;
    if (value === undefined || (choice.kind === "chain" && choice.items.length > 1))
      return wrong(describeType(parameter.type));
    return accepts(value) ? read(choice, text, checker) : undefined;
  }
  if (takes.kind === "number") {
    if (choice.kind === "range") return checkRange(choice, text, checker);
    return choice.kind === "number" ? read(choice, text, checker) : wrong("a number");
  }
  if (takes.kind === "word") {
    const only = choice.kind === "chain" && choice.items.length === 1 && choice.items[0]?.parens === false;
    return only && text === takes.word ? read(choice, text, checker) : wrong(`\`${takes.word}\``);
  }
  const [first, rest] = rolesIn(takes) ?? ["layer", "layer"];
  if (choice.kind !== "chain")
    return wrong(
      takes.kind === "chain" ? `${articled(first)}, or several with \`->\` between` : articled(first),
    );
  if (takes.kind === "call" && choice.items.length > 1) return wrong(`one ${first}`);
  const calls = choice.items.map((call, i) => checkCall(call, i === 0 ? first : rest, checker));
  return calls.every((fits) => fits) ? read(choice, text, checker) : undefined;
}

/** "a layer", "an optimizer" */
function articled(role: Role): string {
  const word = role === "merge" ? "fusion" : role.replace(" of an interaction", "");
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
}

function checkCall(call: Call, role: Role, checker: Checker): boolean {
  const name = call.name.text;
  const row = roles[role].get(name);
  if (row === undefined) {
    checker.report("unknownWord", call.name.span, {
      what: articled(role),
      name,
      known: [...roles[role].keys()],
    });
    return false;
  }
  return bindArguments(call, row, checker) !== undefined;
}

function checkRange(range: Range, text: string, checker: Checker): Choices | undefined {
  const size = rangeSize(range);
  if (size === "empty") checker.report("emptyRange", range.span, { range: text });
  else if (size === "long") checker.report("rangeTooLong", range.span, { range: text });
  else if (typeof size === "string")
    checker.report("wrongStep", range.span, { range: text, multiplies: range.multiplies });
  return typeof size === "number" ? { range } : undefined;
}

/** A choice as it is written, with what it says. */
function read(choice: Exclude<ChoiceSyntax, Range>, text: string, checker: Checker): Choice {
  if (choice.kind === "number") {
    const named = /^[\p{L}_]/u.test(text);
    return { text, number: choice.value, ...(named && { param: text }) };
  }
  if (choice.kind !== "chain") return { text };
  const [first] = choice.items;
  const values = choice.items.flatMap(({ args }) => args.map(({ value }) => textOf(value, checker)));
  return { text, ...(first && { word: first.name.text }), details: values.join("_") };
}

// --- conditions

function checkDemand(demand: Demand, axes: readonly Axis[], checker: Checker): Requirement | undefined {
  if (demand.kind === "not") {
    const operand = checkDemand(demand.operand, axes, checker);
    return operand && { kind: "not", operand };
  }
  if (demand.kind !== "comparison") {
    const left = checkDemand(demand.left, axes, checker);
    const right = checkDemand(demand.right, axes, checker);
    return left && right && { kind: demand.kind, left, right };
  }
  const { operator } = demand;
  const left = quantityOf(demand.left, axes, checker);
  const right = quantityOf(demand.right, axes, checker);
  if (operator === "=" || operator === "!=") {
    if (left?.kind === "axis" && right === undefined) return choiceIs(left.axis, demand, axes, checker);
    if (left === undefined || right === undefined) {
      for (const [side, quantity] of [
        [demand.left, left],
        [demand.right, right],
      ] as const)
        if (quantity === undefined) unknown(side, axes, checker);
      return undefined;
    }
    return { kind: "comparison", left, operator, right };
  }
  let valid = true;
  for (const [side, quantity] of [
    [demand.left, left],
    [demand.right, right],
  ] as const) {
    if (quantity === undefined) {
      unknown(side, axes, checker);
      valid = false;
    } else if (quantity.kind === "axis" && axes[quantity.axis]?.numeric === false) {
      checker.report("noOrder", side.span, { path: textOf(side, checker), operator });
      valid = false;
    }
  }
  return valid && left && right ? { kind: "comparison", left, operator, right } : undefined;
}

/** `train.paradigm = joint`: the word must be that of a choice. */
function choiceIs(
  index: number,
  demand: Extract<Demand, { kind: "comparison" }>,
  axes: readonly Axis[],
  checker: Checker,
): Requirement | undefined {
  const axis = axes[index] as Axis;
  const word = textOf(demand.right, checker);
  const known = [...new Set(axis.named.flatMap((choice) => choice.word ?? []))];
  if (!known.includes(word)) {
    checker.report("neverChosen", demand.right.span, { word, path: axis.path, known });
    return undefined;
  }
  const { operator } = demand;
  return {
    kind: "comparison",
    left: { kind: "axis", axis: index },
    operator,
    right: { kind: "word", text: word },
  };
}

function quantityOf(
  operand: NumberLiteral | Path,
  axes: readonly Axis[],
  checker: Checker,
): Quantity | undefined {
  if (operand.kind === "number") return { kind: "number", value: operand.value };
  const text = textOf(operand, checker);
  const axis = axes.findIndex(({ path }) => path === text);
  if (axis >= 0) return { kind: "axis", axis };
  return Object.hasOwn(costs, text) ? { kind: "cost", cost: text as Cost } : undefined;
}

function unknown(operand: NumberLiteral | Path, axes: readonly Axis[], checker: Checker): void {
  const known = [...axes.map(({ path }) => path), ...Object.keys(costs)];
  checker.report("notVaried", operand.span, { path: textOf(operand, checker), known });
}
