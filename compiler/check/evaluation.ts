import type { EvaluateDeclaration, PidItem } from "../../grammar/syntax.js";
import type { EvaluationIr, MetricIr, ParadigmIr, PidIr } from "../ir.js";
import { measures, metrics } from "../tables/evaluation.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";

/** Inputs narrower than this together are measured as they are, when all modalities are vectors. */
const widestInputs = 128;

export function checkEvaluation(
  declaration: EvaluateDeclaration,
  modalities: ReadonlyMap<string, CheckedModality>,
  { seed, paradigm }: { seed: number; paradigm: ParadigmIr },
  checker: Checker,
): EvaluationIr {
  const checkedMetrics: MetricIr[] = [];
  const pid: PidIr[] = [];
  for (const item of declaration.items) {
    if (item.kind === "pid") {
      const checked = checkPid(item, modalities, { seed, paradigm }, checker);
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
    if (args === undefined) continue;
    if (checkedMetrics.some((metric) => metric.name === name)) {
      checker.report("settingTwice", item.span, { name, line: checker.line(declaration.span) });
      continue;
    }
    const options = Object.keys(args).length > 0 ? { options: args } : {};
    checkedMetrics.push({ name, call: { name: row.runtime, ...options }, unimodal: row.unimodal ?? false });
  }
  return { metrics: checkedMetrics, pid };
}

function checkPid(
  item: PidItem,
  modalities: ReadonlyMap<string, CheckedModality>,
  { seed, paradigm }: { seed: number; paradigm: ParadigmIr },
  checker: Checker,
): PidIr | undefined {
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
  const unknown = item.modalities.filter(({ text }) => !modalities.has(text));
  for (const { text, span } of unknown) {
    checker.report("unknownModality", span, { name: text, modalities: [...modalities.keys()] });
  }
  if (args === undefined || unknown.length > 0) return undefined;
  const named = item.modalities.map(({ text }) => text);
  const names = named.length > 0 ? named : [...modalities.keys()];
  const [first, second] = names;
  if (names.length !== row.modalities || first === undefined || second === undefined || first === second) {
    const [a = "a", b = "b"] = modalities.keys();
    const example = `pid ${name} of ${a}, ${b} per sample`;
    checker.report("pidModalities", item.span, { measure: name, count: new Set(names).size, example });
    return undefined;
  }
  const of = [first, second].map((modality) => modalities.get(modality));
  const narrow =
    of.every((modality) => modality?.kind === "vector") &&
    of.reduce((total, modality) => total + (modality?.shape?.[0] ?? 0), 0) <= widestInputs;
  const encoded = paradigm.kind !== "unimodal";
  if (args.on === "encodings" && paradigm.kind === "unimodal") {
    checker.report("notEncoded", item.span, { measure: name, modality: paradigm.modality });
  }
  const on = args.on === "inputs" || (args.on === "auto" && (narrow || !encoded)) ? "inputs" : "encodings";
  const seeded = item.measure.args.some((argument) => argument.name?.text === "seed");
  return {
    measure: name,
    call: {
      name: row.runtime,
      options: { folds: args.folds as number, seed: seeded ? (args.seed as number) : seed },
    },
    modalities: [first, second],
    on,
    line: checker.line(item.span),
  };
}
