import { frozenPaths } from "../files.js";
import type { Module } from "./module.js";
import type { Plan } from "./plan.js";
import { literal, options } from "./text.js";

/**
 * A script: opens the session, loads the data, makes the model, and then does `steps`.
 * @param trained true when the run has a model already
 */
function emitScript(module: Module, plan: Plan, steps: readonly string[], trained: boolean): void {
  module.use("loadSamples", "./data.ts");
  module.use("evaluate", "./evaluation.ts");
  module.use(plan.className, "./model.ts");
  const { ir, className } = plan;
  const imports = ir.imports ? ` imports: [${ir.imports.map(literal).join(", ")}],` : "";
  const about = `{ model: ${literal(ir.name)}, seed: ${ir.training.seed}, spec: ${literal(ir.file)},${imports} script: import.meta.url }`;
  const folder = ir.data?.kind === "file" ? "session.dataFolder" : "";
  // A model that is trained keeps the names of its categories and what it was standardised by; one that learns finds them.
  const loaded = [...(folder === "" ? [] : [folder]), ...(trained ? keptTexts(plan, "session") : [])].join(
    ", ",
  );
  const frozen = frozenPaths(ir);
  const load =
    frozen.length === 0
      ? []
      : [`await ${module.use("loadFrozen")}(session.dataFolder, [${frozen.map(literal).join(", ")}]);`];
  module.file.addStatements([
    `const session = await ${module.use("openSession")}(${about});`,
    `await session.run(async () => {
      const data = await loadSamples(${loaded});
      ${[...load, `const model = new ${className}();`, ...steps].join("\n")}
      await evaluate(session, model, data);
    });`,
  ]);
}

/** What a run kept of its data, as arguments of `loadSamples`. */
function keptTexts({ named, standardised, tokenised }: Plan, from: "session" | "prediction"): string[] {
  return [
    ...(named ? [`await ${from}.names()`] : []),
    ...(standardised || tokenised ? [`await ${from}.statistics()`] : []),
    ...(tokenised ? [`await ${from}.tokenizers()`] : []),
  ];
}

/** `train.ts`: the whole run. */
export function emitTrain(module: Module, plan: Plan): void {
  module.use("stages", "./learning.ts");
  emitScript(
    module,
    plan,
    ["for (const stage of stages(model)) await session.fit(model, data, stage);"],
    false,
  );
}

/** `evaluate.ts`: measures a model that is already trained. */
export function emitEvaluate(module: Module, plan: Plan): void {
  emitScript(module, plan, ["await session.restore(model, data);"], true);
}

/** `predict.ts`: what a trained model says of other samples. */
export function emitPredict(module: Module, plan: Plan): void {
  const { ir, className, target } = plan;
  module.use("columns", "./data.ts");
  module.use(className, "./model.ts");
  const frozen = frozenPaths(ir);
  const load =
    frozen.length === 0
      ? []
      : [`await ${module.use("loadFrozen")}(prediction.dataFolder, [${frozen.map(literal).join(", ")}]);`];
  const parts = ["columns", "model", `predict: (samples) => ${module.use(target.predict)}(model, samples)`];
  if (plan.block !== undefined || ir.training.paradigm.kind === "i2moe")
    parts.push(module.use("components", "./model.ts"));
  if (plan.block !== undefined) parts.push(module.use("rules", "./model.ts"));
  const pid = pidText(module, plan);
  if (pid !== undefined) parts.push(`pid: ${pid}`);
  const about = `{ model: ${literal(ir.name)}, script: import.meta.url }`;
  module.file.addStatements([
    `const prediction = await ${module.use("openPrediction")}(${about});`,
    `await prediction.run(async () => {
      ${[...load, `const model = new ${className}();`, "await prediction.restore(model);"].join("\n")}
      await prediction.answer({\n${parts.join(",\n")},\n});
    });`,
  ]);
}

/** What measures interactions of other samples: the spec's first `lsmi`, or that of two encodings. */
function pidText(module: Module, plan: Plan): string | undefined {
  const { ir, encoded } = plan;
  if (ir.target.kind !== "class") return undefined;
  const asked = ir.evaluation.pid.find(({ measure }) => measure === "lsmi");
  if (asked === undefined && encoded.length !== 2) return undefined;
  const { modalities = encoded, on = "encodings" } = asked ?? {};
  const { folds = 5, seed = ir.training.seed } = asked?.call.options ?? {};
  module.use("loadSamples", "./data.ts");
  const from = [
    ...(ir.data?.kind === "file" ? ["prediction.dataFolder"] : []),
    ...keptTexts(plan, "prediction"),
  ];
  return `{
      ${options({ modalities, on, folds, seed }).slice(2, -2)},
      learnFrom: async () => (await loadSamples(${from.join(", ")})).test,
    }`;
}
