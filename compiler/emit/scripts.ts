import type { Module } from "./module.js";
import type { Plan } from "./plan.js";
import { literal } from "./text.js";

/** A script: opens the session, loads the data, makes the model, and then does `steps`. */
function emitScript(module: Module, { ir, className }: Plan, steps: readonly string[]): void {
  module.use("loadSamples", "./data.ts");
  module.use("evaluate", "./evaluation.ts");
  module.use(className, "./model.ts");
  const about = `{ model: ${literal(ir.name)}, seed: ${ir.training.seed}, spec: ${literal(ir.file)}, script: import.meta.url }`;
  const folder = ir.data?.kind === "file" ? "session.dataFolder" : "";
  module.file.addStatements([
    `const session = await ${module.use("openSession")}(${about});`,
    `await session.run(async () => {
      const data = await loadSamples(${folder});
      const model = new ${className}();
      ${steps.join("\n")}
      await evaluate(session, model, data);
    });`,
  ]);
}

/** `train.ts`: the whole run. */
export function emitTrain(module: Module, plan: Plan): void {
  module.use("stages", "./learning.ts");
  emitScript(module, plan, ["for (const stage of stages(model)) await session.fit(model, data, stage);"]);
}

/** `evaluate.ts`: measures a model that is already trained. */
export function emitEvaluate(module: Module, plan: Plan): void {
  emitScript(module, plan, ["await session.restore(model);"]);
}
