import type { MergeFusionIr } from "../ir.js";
import type { ClassDeclaration } from "./declarations.js";
import { access, chainText, encodingText, presentList, record } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { call, literal } from "./text.js";
import { emitMemory, emitTwoSteps, twoSteps } from "./two-steps.js";

/** `fusion = concat -> mlp(64)`, `fusion = ensemble`, and single predictors of a block: fields and `predict`. */
export function emitWholeFusion(model: ClassDeclaration, module: Module, plan: Plan): void {
  const { fusion } = plan.ir;
  if (fusion.kind === "merge") emitMerge(model, module, plan, fusion);
  else emitHeads(model, module, plan);
}

/** The first lines of every `predict`: the encodings of all modalities. */
export function encodeLines(module: Module, plan: Plan): string[] {
  return [`const encodings = ${record(plan.encoded, (name) => encodingText(module, plan, name))};`];
}

/** The parameters of `predict`. */
export function predictParameters(module: Module, plan: Plan) {
  const taken = plan.optional ? "{ inputs, present }" : "{ inputs }";
  return [
    { name: taken, type: `${module.useType("TensorBatch")}<Inputs>` },
    { name: "context", type: module.useType("Context") },
  ];
}

/** Fields of a fusion of all modalities: what joins them, and what predicts from that. */
export function emitMergeFields(
  model: ClassDeclaration,
  module: Module,
  plan: Plan,
  fusion: MergeFusionIr,
  { merge, head, what }: { merge: string; head: string; what: string },
): void {
  const { target } = plan.ir;
  module.use(fusion.merge.call.name);
  model.addProperty({
    name: merge,
    isReadonly: true,
    docs: docs(
      fusion.doc,
      `${what} ${fusion.merge.text}: [batch, ${fusion.merge.output}] (${plan.place(fusion.line, fusion.file)}).`,
    ),
    initializer: `${call(fusion.merge.call)}(this.parameters.scope(${literal(merge)}))`,
  });
  const linear = `${module.use("linear")}({ inputs: ${fusion.width}, units: ${target.outputs.length} })`;
  model.addProperty({
    name: head,
    isReadonly: true,
    docs: docs(`The prediction of ${target.name}: [batch, ${target.outputs.length}].`),
    initializer: `${chainText(module, plan, fusion.layers, linear)}(this.parameters.scope(${literal(head)}))`,
  });
}

/** What a merge is applied to: `[encodings.a, encodings.b], context`. */
export function mergeArguments(plan: Plan, names: readonly string[]): string {
  const list = `[${names.map((name) => access("encodings", name)).join(", ")}]`;
  return [list, "context", presentList(plan, names)].filter((arg) => arg !== undefined).join(", ");
}

function emitMerge(model: ClassDeclaration, module: Module, plan: Plan, fusion: MergeFusionIr): void {
  emitMergeFields(model, module, plan, fusion, { merge: "merge", head: "head", what: "Fusion" });
  emitMemory(model, module, plan);
  const fused = `const fused = this.merge.apply(${mergeArguments(plan, plan.encoded)});`;
  const { paradigm } = plan.ir.training;
  const answer =
    paradigm.kind === "unimodal"
      ? [
          `const logits = this.head.apply(fused, context);`,
          `return { logits, encodings, unimodal: ${record(plan.encoded, () => "logits")} };`,
        ]
      : [`return { logits: this.head.apply(fused, context), encodings };`];
  if (twoSteps(plan)) {
    emitTwoSteps(model, module, plan, [fused, ...answer]);
    return;
  }
  model.addMethod({
    name: "predict",
    parameters: predictParameters(module, plan),
    returnType: module.useType("Answer"),
    statements: [...encodeLines(module, plan), fused, ...answer],
  });
}

/** A prediction of each modality, averaged. */
export function emitHeads(model: ClassDeclaration, module: Module, plan: Plan): void {
  const { fusion, target, encoders } = plan.ir;
  const names = plan.encoded;
  for (const name of names) {
    const component =
      fusion.kind === "block"
        ? fusion.components.find((c) => c.interaction === "unique" && c.modalities.includes(name))
        : undefined;
    const width =
      component?.width ?? encoders.find(({ modalities }) => modalities.includes(name))?.width ?? 0;
    const linear = `${module.use("linear")}({ inputs: ${width}, units: ${target.outputs.length} })`;
    model.addProperty({
      name: plan.headOf(name),
      isReadonly: true,
      docs: docs(
        component?.doc,
        `What ${name} alone says of ${target.name}: [batch, ${target.outputs.length}].`,
      ),
      initializer: `${chainText(module, plan, component?.layers ?? [], linear)}(this.parameters.scope(${literal(`head.${name}`)}))`,
    });
  }
  const [only] = names;
  const alone = plan.ir.training.paradigm.kind === "unimodal" && only !== undefined;
  const learned = fusion.kind === "ensemble" && fusion.weights === "learned" && !alone;
  if (learned) {
    model.addProperty({
      name: "weights",
      isReadonly: true,
      docs: docs(`How much each modality counts (${plan.place(fusion.line, fusion.file)}).`),
      initializer: `${module.use("modalityWeights")}({ modalities: ${names.length} })(this.parameters.scope("weights"))`,
    });
  }
  const present = presentList(plan, names);
  const counts = learned ? `this.weights.apply(${present ?? ""})` : present;
  const logits = `[${names.map((name) => access("unimodal", name)).join(", ")}]`;
  model.addMethod({
    name: "predict",
    parameters: predictParameters(module, plan),
    statements: [
      ...encodeLines(module, plan),
      `const unimodal = ${record(names, (name) => `this.${plan.headOf(name)}.apply(${access("encodings", name)}, context)`)};`,
      alone
        ? `return { logits: ${access("unimodal", only)}, encodings, unimodal };`
        : `return { logits: ${module.use(plan.target.ensemble)}(${[logits, counts].filter(Boolean).join(", ")}), encodings, unimodal };`,
    ],
  });
}
