import type { ClassDeclaration } from "ts-morph";
import { access, chainText, encodingText, presentList, record } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { call, literal } from "./text.js";

/** `fusion = concat -> mlp(64)` and `fusion = ensemble`: fields and `predict`. */
export function emitWholeFusion(model: ClassDeclaration, module: Module, plan: Plan): void {
  const { fusion } = plan.ir;
  if (fusion.kind === "merge") emitMerge(model, module, plan);
  else emitHeads(model, module, plan);
}

/** The first lines of every `predict`: the encodings of all modalities. */
export function encodeLines(module: Module, plan: Plan): string[] {
  const names = plan.modalities.map(({ name }) => name);
  return [`const encodings = ${record(names, (name) => encodingText(module, plan, name))};`];
}

/** The parameters of `predict`. */
export function predictParameters(module: Module, plan: Plan) {
  const taken = plan.optional ? "{ inputs, present }" : "{ inputs }";
  return [
    { name: taken, type: `${module.useType("TensorBatch")}<Inputs>` },
    { name: "context", type: module.useType("Context") },
  ];
}

function emitMerge(model: ClassDeclaration, module: Module, plan: Plan): void {
  const { fusion, target } = plan.ir;
  if (fusion.kind !== "merge") return;
  const names = plan.modalities.map(({ name }) => name);
  module.use(fusion.merge.call.name);
  model.addProperty({
    name: "merge",
    isReadonly: true,
    docs: docs(
      fusion.doc,
      `Fusion ${fusion.merge.text}: [batch, ${fusion.merge.output}] (${plan.place(fusion.line)}).`,
    ),
    initializer: `${call(fusion.merge.call)}(this.parameters.scope("merge"))`,
  });
  const linear = `${module.use("linear")}({ inputs: ${fusion.width}, units: ${target.classes.length} })`;
  model.addProperty({
    name: "head",
    isReadonly: true,
    docs: docs(`The prediction of ${target.name}: [batch, ${target.classes.length}].`),
    initializer: `${chainText(module, fusion.layers, linear)}(this.parameters.scope("head"))`,
  });
  const list = `[${names.map((name) => access("encodings", name)).join(", ")}]`;
  const args = [list, "context", presentList(plan, names)].filter((arg) => arg !== undefined);
  model.addMethod({
    name: "predict",
    parameters: predictParameters(module, plan),
    returnType: module.useType("Answer"),
    statements: [
      ...encodeLines(module, plan),
      `const fused = this.merge.apply(${args.join(", ")});`,
      `return { logits: this.head.apply(fused, context), encodings };`,
    ],
  });
}

/** A prediction of each modality, averaged. */
export function emitHeads(model: ClassDeclaration, module: Module, plan: Plan): void {
  const { fusion, target, encoders } = plan.ir;
  const names = plan.modalities.map(({ name }) => name);
  for (const name of names) {
    const component =
      fusion.kind === "block"
        ? fusion.components.find((c) => c.interaction === "unique" && c.modalities.includes(name))
        : undefined;
    const width =
      component?.width ?? encoders.find(({ modalities }) => modalities.includes(name))?.width ?? 0;
    const linear = `${module.use("linear")}({ inputs: ${width}, units: ${target.classes.length} })`;
    model.addProperty({
      name: plan.headOf(name),
      isReadonly: true,
      docs: docs(
        component?.doc,
        `What ${name} alone says of ${target.name}: [batch, ${target.classes.length}].`,
      ),
      initializer: `${chainText(module, component?.layers ?? [], linear)}(this.parameters.scope(${literal(`head.${name}`)}))`,
    });
  }
  const present = presentList(plan, names);
  const logits = `[${names.map((name) => access("unimodal", name)).join(", ")}]`;
  model.addMethod({
    name: "predict",
    parameters: predictParameters(module, plan),
    statements: [
      ...encodeLines(module, plan),
      `const unimodal = ${record(names, (name) => `this.${plan.headOf(name)}.apply(${access("encodings", name)}, context)`)};`,
      `return { logits: ${module.use("ensemble")}(${[logits, present].filter(Boolean).join(", ")}), encodings, unimodal };`,
    ],
  });
}
