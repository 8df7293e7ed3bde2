import type { Module } from "./module.js";
import type { Plan } from "./plan.js";
import { literal } from "./text.js";

function sessionText(module: Module, plan: Plan): string {
  const { ir } = plan;
  return `await ${module.use("openSession")}({ model: ${literal(ir.name)}, seed: ${ir.training.seed}, spec: ${literal(ir.file)}, script: import.meta.url })`;
}

function dataText({ ir }: Plan): string {
  return ir.data?.kind === "file" ? "loadSamples(session.dataFolder)" : "loadSamples()";
}

/** `train.ts`: the whole run. */
export function emitTrain(module: Module, plan: Plan): void {
  module.use("loadSamples", "./data.ts");
  module.use("evaluate", "./evaluation.ts");
  module.use("stages", "./learning.ts");
  module.use(plan.className, "./model.ts");
  module.file.addStatements([
    `const session = ${sessionText(module, plan)};`,
    `await session.run(async () => {
      const data = await ${dataText(plan)};
      const model = new ${plan.className}();
      for (const stage of stages(model)) await session.fit(model, data, stage);
      await evaluate(session, model, data);
    });`,
  ]);
}

/** `evaluate.ts`: measures a model that is already trained. */
export function emitEvaluate(module: Module, plan: Plan): void {
  module.use("loadSamples", "./data.ts");
  module.use("evaluate", "./evaluation.ts");
  module.use(plan.className, "./model.ts");
  module.file.addStatements([
    `const session = ${sessionText(module, plan)};`,
    `await session.run(async () => {
      const data = await ${dataText(plan)};
      const model = new ${plan.className}();
      await session.restore(model);
      await evaluate(session, model, data);
    });`,
  ]);
}
