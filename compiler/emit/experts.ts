import { capitalise, Namer } from "../check/names.js";
import type { I2moeIr } from "../ir.js";
import type { ClassDeclaration } from "./declarations.js";
import { access, record } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { key, numeral } from "./text.js";
import { emitEncode, presentParameter } from "./two-steps.js";
import { emitMergeFields, mergeArguments } from "./whole.js";

/** One expert of I2MoE: a copy of the fusion for one kind of interaction. */
export interface Expert {
  /** The model's field, and the gate's component. */
  id: string;
  interaction: "unique" | "synergistic" | "redundant";
  /** Of `unique`: whose. */
  modality?: string;
}

/** The experts of a model, in the order of the gate's shares. */
export function expertsOf(plan: Plan): readonly Expert[] {
  const namer = new Namer();
  const name = (wanted: string) => {
    const id = namer.make(wanted);
    namer.make(`${id}Merge`);
    return id;
  };
  return [
    ...plan.encoded.map((modality) => ({
      id: name(`unique${capitalise(modality)}`),
      interaction: "unique" as const,
      modality,
    })),
    { id: name("synergistic"), interaction: "synergistic" },
    { id: name("redundant"), interaction: "redundant" },
  ];
}

function about({ interaction, modality }: Expert): string {
  if (interaction === "unique") return `Expert of what only ${modality} tells:`;
  return interaction === "redundant"
    ? "Expert of what any modality tells:"
    : "Expert of what only all modalities together tell:";
}

/** The model of I2MoE: experts that are copies of the fusion, and a gate. */
export function emitExperts(
  model: ClassDeclaration,
  module: Module,
  plan: Plan,
  { gate, temperature }: I2moeIr,
): void {
  const { fusion, target, encoders } = plan.ir;
  if (fusion.kind !== "merge") return;
  const experts = expertsOf(plan);
  for (const expert of experts) {
    emitMergeFields(model, module, plan, fusion, {
      merge: `${expert.id}Merge`,
      head: expert.id,
      what: about(expert),
    });
  }
  const width = plan.encoded.reduce(
    (total, name) => total + (encoders.find(({ modalities }) => modalities.includes(name))?.width ?? 0),
    0,
  );
  const layers = [
    `${module.use("mlp")}({ inputs: ${width}, units: [${gate}] }),`,
    `${module.use("linear")}({ inputs: ${gate}, units: ${experts.length} }),`,
  ];
  model.addProperty({
    name: "gate",
    isReadonly: true,
    docs: docs(`Scores of the experts for each sample.`),
    initializer: `${module.use("chain")}(\n${layers.join("\n")}\n)(this.parameters.scope("gate"))`,
  });

  const context = { name: "context", type: module.useType("Context") };
  const encodings = { name: "encodings", type: "Encodings" };
  const present = presentParameter(module, plan);
  const pass = plan.optional ? ", batch.present" : "";
  emitEncode(model, module, plan);
  const predictions = record(
    experts.map(({ id }) => id),
    (id) => `this.${id}.apply(this.${id}Merge.apply(${mergeArguments(plan, plan.encoded)}), context)`,
  );
  model.addMethod({
    name: "experts",
    docs: docs(`What each expert says of ${target.name}: logits [batch, ${target.outputs.length}].`),
    parameters: [encodings, ...present, context],
    statements: [`return ${predictions};`],
  });
  const all = `${module.use("tf")}.concat([${plan.encoded.map((name) => access("encodings", name)).join(", ")}], 1)`;
  const scores = `this.gate.apply(${all}, context)`;
  const softened = temperature === 1 ? scores : `tf.div(${scores}, ${numeral(temperature)})`;
  model.addMethod({
    name: "fuse",
    docs: docs("Mixes what the experts say by the gate's shares."),
    parameters: [encodings, { name: "logits", type: "Experts" }, context],
    returnType: module.useType("Answer"),
    statements: [
      `const shares = ${module.use("gateShares")}(${softened});`,
      `const mixed = ${module.use("mixture")}(${module.use("shareColumns")}(components, shares), logits);`,
      `return { logits: mixed, encodings, shares };`,
    ],
  });
  model.addMethod({
    name: "predict",
    parameters: [{ name: "batch", type: `${module.useType("TensorBatch")}<Inputs>` }, context],
    returnType: module.useType("Answer"),
    statements: [
      `const encodings = this.encode(batch, context);`,
      `return this.fuse(encodings, this.experts(encodings${pass}, context), context);`,
    ],
  });
  module.file.addTypeAlias({
    name: "Experts",
    isExported: true,
    docs: docs("What `experts` gives."),
    type: `ReturnType<${plan.className}["experts"]>`,
  });
}

/** The interaction losses of I2MoE, as the properties of a record. */
export function expertLosses(module: Module, plan: Plan): string[] {
  const experts = expertsOf(plan);
  return experts.map(({ id, interaction, modality }) => {
    const without = (name: string) => `${access("without", name)}.${id}`;
    if (interaction === "unique" && modality !== undefined) {
      const others = plan.encoded.filter((name) => name !== modality).map(without);
      return `${key(`expert.${id}`)}: ${module.use("uniquenessLoss")}(full.${id}, ${without(modality)}, [${others.join(", ")}]),`;
    }
    const loss = module.use(interaction === "redundant" ? "redundancyLoss" : "synergyLoss");
    return `${key(`expert.${id}`)}: ${loss}(full.${id}, [${plan.encoded.map(without).join(", ")}]),`;
  });
}
