import type { MetricIr, PidIr } from "../ir.js";
import { paradigms } from "../tables/training.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { literal, numeral, options } from "./text.js";

/** `evaluation.ts`: the metrics and measures of the held-out samples. */
export function emitEvaluation(module: Module, plan: Plan): void {
  const { evaluation, fusion, training } = plan.ir;
  module.useType(plan.className, "./model.ts");
  const { kind } = training.paradigm;
  // Models whose own heads predict from one modality need no probes.
  const heads = paradigms.get(kind)?.unimodal === true || fusion.kind === "ensemble";
  const probes = evaluation.metrics.some(({ unimodal }) => unimodal) && !heads;
  const statements = [
    `const predictions = await ${module.use(plan.target.predict)}(model, data.test);`,
    ...(probes ? [`const unimodal = await ${module.use("linearProbes")}(model, data);`] : []),
    `const metrics = {\n${evaluation.metrics.map((metric) => metricLine(module, metric, probes)).join("\n")}\n};`,
  ];
  for (const [i, pid] of evaluation.pid.entries())
    statements.push(`const ${pidName(i)} = ${pidText(module, pid)};`);
  const pids = evaluation.pid.map((_, i) => pidName(i));
  const parts = ["predictions", "metrics", `pid: [${pids.join(", ")}]`];
  if (plan.block !== undefined || kind === "i2moe") parts.push(module.use("components", "./model.ts"));
  if (plan.block !== undefined) parts.push(module.use("rules", "./model.ts"));
  if (plan.ir.data?.split.holdOut) {
    statements.push(`const outside = data.outside && (await predict(model, data.outside));`);
    parts.push("outside");
  }
  statements.push(`await session.report({ ${parts.join(", ")} });`);
  module.file.addFunction({
    name: "evaluate",
    isExported: true,
    isAsync: true,
    docs: docs("Measures the model on the held-out samples, and writes and prints what it found."),
    parameters: [
      { name: "session", type: module.useType("Session") },
      { name: "model", type: plan.className },
      { name: "data", type: module.useType("Splits") },
    ],
    returnType: "Promise<void>",
    statements,
  });
}

function metricLine(module: Module, { name, call, unimodal }: MetricIr, probes: boolean): string {
  const args = ["predictions"];
  if (unimodal) args.push(probes ? "unimodal" : "predictions.unimodal");
  const bins = call.options?.bins;
  if (typeof bins === "number") args.push(`{ bins: ${numeral(bins)} }`);
  return `${name}: ${module.use(call.name)}(${args.join(", ")}),`;
}

function pidName(i: number): string {
  return i === 0 ? "pid" : `pid${i + 1}`;
}

/** What measures: `await session.measure(predictions, { ... })`. */
function pidText(module: Module, { measure, call, quantiser, modalities, on, unit, atoms }: PidIr): string {
  const list = `[${modalities.map(literal).join(", ")}]`;
  module.use(call.name);
  if (atoms !== undefined)
    return `${call.name}(predictions, components, {\nmodalities: ${list},\natoms: ${options(atoms)},\n})`;
  const given = options(call.options ?? {}).slice(2, -2);
  const progress = quantiser === undefined || measure === "broja";
  const estimate =
    quantiser === undefined
      ? `([x1, x2], labels, progress) =>
          ${call.name}(x1, x2, labels, predictions.classes.length, { ${given}, onProgress: progress })`
      : `(symbols, labels${progress ? ", progress" : ""}) =>
          ${call.name}(symbols, labels, { ${given}${progress ? ", onProgress: progress" : ""} })`;
  const more = [
    ...(unit === "nats" ? [] : [`unit: ${literal(unit)}`]),
    ...(quantiser === undefined ? [] : [options(quantiser).slice(2, -2)]),
  ].map((line) => `${line},\n`);
  return `await session.measure(predictions, {
      measure: ${literal(measure)},
      modalities: ${list},
      on: ${literal(on)},
      ${more.join("")}estimate: ${estimate},
    })`;
}
