import type { EvaluateDeclaration, PidItem, Span } from "../../grammar/syntax.js";
import type { ComponentIr, EvaluationIr, FusionIr, MetricIr, PidIr, TargetIr, TrainingIr } from "../ir.js";
import { decompositions, sharedOf } from "../dmil.js";
import { measures, metrics, metricsOf, type MeasureRow } from "../tables/evaluation.js";
import type { Arguments } from "../tables/parameters.js";
import { pointNamed, points } from "../tables/points.js";
import { argumentFor, bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";

/** Inputs narrower than this together are measured as they are, when all modalities are vectors. */
const widestInputs = 128;

/** What an evaluation can refer to. */
export interface Evaluated {
  modalities: ReadonlyMap<string, CheckedModality>;
  target: TargetIr | undefined;
  /** True when there is a fusion block. */
  block: boolean;
  /** Absent when it has errors. */
  fusion: FusionIr | undefined;
  training: TrainingIr;
}

export function checkEvaluation(
  declaration: EvaluateDeclaration,
  model: Evaluated,
  checker: Checker,
): EvaluationIr {
  const checkedMetrics: MetricIr[] = [];
  const pid: PidIr[] = [];
  for (const item of declaration.items) {
    if (item.kind === "pid") {
      const checked = checkPid(item, model, checker);
      if (checked !== undefined) pid.push(checked);
      continue;
    }
    const name = item.call.name.text;
    const row = metrics.get(name);
    if (row === undefined) {
      const known = [...metrics.keys(), "pid"];
      checker.report("unknownWord", item.call.name.span, { what: "a metric", name, known });
      continue;
    }
    const args = bindArguments(item.call, row, checker);
    const kind = model.target?.kind ?? "class";
    const runtime = row.runtime[kind];
    if (runtime === undefined && model.target !== undefined) {
      const parameters = { metric: name, target: model.target.name, kind, known: metricsOf(kind) };
      checker.report("wrongMetric", item.call.name.span, parameters);
    }
    if (args === undefined || runtime === undefined) continue;
    if (checkedMetrics.some((metric) => metric.name === name)) {
      checker.report("settingTwice", item.span, { name, line: checker.line(declaration.span) });
      continue;
    }
    const options = Object.keys(args).length > 0 ? { options: args } : {};
    checkedMetrics.push({ name, call: { name: runtime, ...options }, unimodal: row.unimodal ?? false });
  }
  return { metrics: checkedMetrics, pid };
}

function checkPid(item: PidItem, model: Evaluated, checker: Checker): PidIr | undefined {
  const name = item.measure.name.text;
  const row = measures.get(name);
  if (row === undefined) {
    checker.report("unknownWord", item.measure.name.span, {
      what: "a measure",
      name,
      known: [...measures.keys()],
    });
    return undefined;
  }
  const args = bindArguments(item.measure, row, checker);
  if (item.perSample && !row.perSample) checker.report("notPerSample", item.span, { measure: name });
  if (row.reads === "gate") return args && checkGate(item, row, model, checker);
  const { modalities, target, training } = model;
  if (target !== undefined && target.kind !== "class") {
    const parameters = { measure: name, target: target.name, kind: target.kind };
    checker.report("measureNeedsClasses", item.span, parameters);
    return undefined;
  }
  const place = checkPlace(item, row, args, model, checker);
  if (args === undefined || place === undefined) return undefined;
  const { names } = place;
  const { paradigm } = training;
  if (place.on === "encodings" && paradigm.kind === "unimodal")
    checker.report("notEncoded", item.span, { measure: name, modality: paradigm.modality });
  const distinct = new Set(names).size;
  const { least, most } = row.modalities;
  if (names.length < least || names.length > most || distinct < names.length) {
    const example = `pid ${name} of ${[...modalities.keys()].slice(0, most).join(", ")}${row.perSample ? " per sample" : ""}`;
    checker.report("pidModalities", item.span, { measure: name, least, most, count: distinct, example });
    return undefined;
  }
  const given = (word: string) => argumentFor(item.measure, row, word) !== undefined;
  const seed = given("seed") ? (args.seed as number) : training.seed;
  const options = Object.fromEntries(
    row.options.map((option) => [option, option === "seed" ? seed : (args[option] as number)]),
  );
  const { quantiser, bins } = args;
  if (quantiser === "none" && given("bins"))
    checker.report("binsUnused", item.measure.span, { measure: name });
  const inputs = quantiser === "none" || paradigm.kind === "unimodal" || narrow(names, modalities);
  return {
    measure: name,
    call: { name: row.runtime, options },
    ...(row.reads === "symbols" && {
      quantiser: {
        quantiser: quantiser as string,
        ...(quantiser !== "none" && { bins: bins as number }),
        ...(quantiser === "kmeans" && { seed }),
      },
    }),
    modalities: names,
    on: place.on ?? (inputs ? "inputs" : "encodings"),
    unit: args.unit === "bits" ? "bits" : "nats",
    line: checker.line(item.span),
  };
}

/** Vectors that are narrow together. */
function narrow(names: readonly string[], modalities: Evaluated["modalities"]): boolean {
  const of = names.map((name) => modalities.get(name));
  const width = of.reduce((total, modality) => total + (modality?.shape?.[0] ?? 0), 0);
  return of.every((modality) => modality?.kind === "vector") && width <= widestInputs;
}

/** Which modalities, and at which point, if the spec says one: `on: main`, `of main`, `of top, bottom`. */
function checkPlace(
  { measure, modalities: of }: PidItem,
  row: MeasureRow,
  args: Arguments | undefined,
  model: Evaluated,
  checker: Checker,
): { names: string[]; on?: string } | undefined {
  const { modalities } = model;
  const known = pointsOf(model);
  const point = (word: string, span: Span): string | undefined => {
    const found = pointNamed(word);
    if (found !== undefined && known.includes(found.name)) return found.name;
    checker.report("unknownPoint", span, { name: word, known, paradigm: found && "dmil" });
    return undefined;
  };
  const value = argumentFor(measure, row, "on")?.value;
  const word = value && args?.on !== "auto" ? (args?.on as string | undefined) : undefined;
  const on = value && word !== undefined ? point(word, value.span) : undefined;
  if (word !== undefined && on === undefined) return undefined;
  const [only] = of;
  if (of.length === 1 && only !== undefined && !modalities.has(only.text) && pointNamed(only.text)) {
    if (word !== undefined) {
      checker.report("pointTwice", only.span, { of: only.text, on: word });
      return undefined;
    }
    const found = point(only.text, only.span);
    return found === undefined ? undefined : { names: [...modalities.keys()], on: found };
  }
  const unknown = of.filter(({ text }) => !modalities.has(text));
  for (const { text, span } of unknown)
    checker.report("unknownModality", span, { name: text, modalities: [...modalities.keys()] });
  if (unknown.length > 0) return undefined;
  const names = of.length > 0 ? of.map(({ text }) => text) : [...modalities.keys()];
  return { names, ...(on !== undefined && { on }) };
}

/** The points that the model has: those of dmil as far as it makes them. */
function pointsOf({ modalities, block, fusion, training: { paradigm } }: Evaluated): string[] {
  const made =
    block && paradigm.kind === "dmil" ? decompositions(paradigm) : { intra: false, consistency: false };
  const viewed = [...modalities.keys()].every(
    (name) => fusion === undefined || sharedOf(fusion, name).length > 0,
  );
  return [...points.values()]
    .filter(({ name, needs }) => (needs === undefined || made[needs]) && (name !== "shared" || viewed))
    .map(({ name }) => name);
}

/** `pid gate`: each component's share counts for the atom of its interaction. */
function checkGate(
  item: PidItem,
  row: MeasureRow,
  { modalities, block, fusion, training }: Evaluated,
  checker: Checker,
): PidIr | undefined {
  if (item.modalities.length > 0) checker.report("gateModalities", item.span, undefined);
  const { kind } = training.paradigm;
  if (!block || kind === "ensemble" || kind === "unimodal") {
    checker.report("noGateToMeasure", item.span, undefined);
    return undefined;
  }
  if (fusion?.kind !== "block") return undefined;
  const names = [...modalities.keys()];
  return {
    measure: row.name,
    call: { name: row.runtime },
    modalities: names,
    on: "gate",
    unit: "nats",
    atoms: Object.fromEntries(fusion.components.map((component) => [component.id, atomOf(component, names)])),
    line: checker.line(item.span),
  };
}

/** The atom that an interaction is: `r`, `u1`, `u2` and `s` of two modalities, an antichain of their numbers of more. */
function atomOf({ interaction, modalities }: ComponentIr, names: readonly string[]): string {
  const numbers = modalities.map((name) => names.indexOf(name) + 1).sort((a, b) => a - b);
  if (names.length === 2)
    return interaction === "unique" ? `u${numbers[0]}` : interaction === "redundant" ? "r" : "s";
  return interaction === "redundant" ? numbers.map((k) => `{${k}}`).join("") : `{${numbers.join("")}}`;
}
