import { frozenPaths } from "../files.js";
import type { Module } from "./module.js";
import type { Plan } from "./plan.js";
import { literal } from "./text.js";

/**
 * A script: opens the session, loads the data, makes the model, and then does `steps`.
 * @param trained true when the run has a model already
 */
function emitScript(module: Module, plan: Plan, steps: readonly string[], trained: boolean): void {
  module.use("loadSamples", "./data.ts");
  module.use("evaluate", "./evaluation.ts");
  module.use(plan.className, "./model.ts");
  const { ir, className, named, standardised } = plan;
  const imports = ir.imports ? ` imports: [${ir.imports.map(literal).join(", ")}],` : "";
  const about = `{ model: ${literal(ir.name)}, seed: ${ir.training.seed}, spec: ${literal(ir.file)},${imports} script: import.meta.url }`;
  const folder = ir.data?.kind === "file" ? "session.dataFolder" : "";
  // A model that is trained keeps the names of its categories and what it was standardised by; one that learns finds them.
  const loaded = [
    ...(folder === "" ? [] : [folder]),
    ...(named && trained ? ["await session.names()"] : []),
    ...(standardised && trained ? ["await session.statistics()"] : []),
  ].join(", ");
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
  emitScript(module, plan, ["await session.restore(model);"], true);
}
