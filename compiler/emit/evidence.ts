import type { ClassDeclaration } from "ts-morph";
import type { BlockFusionIr, ComponentIr, EvidenceIr } from "../ir.js";
import { mergeField } from "./block.js";
import { access, presentList, record } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { key, numeral } from "./text.js";
import { emitEncode, presentParameter } from "./two-steps.js";
import type { RivalLoss } from "./rivals.js";

/** Whether each modality's view has an opinion of its own, which the others' are multiplied with. */
function hasOpinions({ interaction, merge }: ComponentIr): boolean {
  return interaction === "redundant" && merge?.call.name === "align";
}

/** What a component tells of each class: `evidence(this.uniqueTop.apply(encodings.top, context))`. */
function toldText(module: Module, plan: Plan, component: ComponentIr): string {
  const { id, modalities } = component;
  const presence = presentList(plan, modalities);
  const [only = ""] = modalities;
  if (hasOpinions(component)) {
    const views = `this.${mergeField(component)}.views(${record(modalities, (name) => access("encodings", name))}, context)`;
    const args = [`this.${id}`, views, "context", ...(presence === undefined ? [] : ["present"])];
    return `${module.use("opinions")}(${args.join(", ")})`;
  }
  if (component.merge === undefined) {
    const present = presence === undefined ? "" : `, ${access("present", only)}`;
    return `${module.use("evidence")}(this.${id}.apply(${access("encodings", only)}, context)${present})`;
  }
  const list = `[${modalities.map((name) => access("encodings", name)).join(", ")}]`;
  const merged = `this.${mergeField(component)}.apply(${[list, "context", presence].filter(Boolean).join(", ")})`;
  const usable = component.interaction === "redundant" ? "anyPresent" : "allPresent";
  const present = presence === undefined ? "" : `, ${module.use(usable)}(${presence})`;
  return `${module.use("evidence")}(this.${id}.apply(${merged}, context)${present})`;
}

/** The methods of a model under `evidence`: what each interaction tells, and what follows from it. */
export function emitEvidence(
  model: ClassDeclaration,
  module: Module,
  plan: Plan,
  { components }: BlockFusionIr,
): void {
  const { target } = plan.ir;
  const context = { name: "context", type: module.useType("Context") };
  const encodings = { name: "encodings", type: "Encodings" };
  const present = presentParameter(module, plan);
  const pass = (from: string) => (plan.optional ? `, ${from}` : "");
  const ids = components.map(({ id }) => id);
  const component = (id: string) => components.find((one) => one.id === id) as ComponentIr;
  emitEncode(model, module, plan);
  model.addMethod({
    name: "opinions",
    docs: docs(
      `What each interaction tells of each class of ${target.name} beyond chance, in nats: [batch, ${target.outputs.length}]. Redundant views each have an opinion.`,
    ),
    parameters: [encodings, ...present, context],
    statements: [`return ${record(ids, (id) => toldText(module, plan, component(id)))};`],
  });
  const told = record(ids, (id) =>
    hasOpinions(component(id)) ? `${module.use("productOfExperts")}(opinions.${id})` : `opinions.${id}`,
  );
  const all = plan.encoded.map((name) => access("encodings", name)).join(", ");
  model.addMethod({
    name: "fuse",
    docs: docs("Infers the interaction and the class together, and lets the rules choose."),
    parameters: [encodings, { name: "opinions", type: "Opinions" }, ...present, context],
    statements: [
      `const told = ${told};`,
      `const scores = this.gate.apply(${module.use("tf")}.concat([${all}], 1), context);`,
      `const { logits, shares } = ${module.use("inferInteraction")}(told, scores);`,
      `const decision = ${module.use("decide")}(rules, told, { shares: ${module.use("shareColumns")}(components, shares), ${plan.optional ? "present" : "present: {}"} }, context, logits);`,
      `return { logits: decision.logits, encodings, shares, rules: decision.weights, scores };`,
    ],
  });
  model.addMethod({
    name: "predict",
    parameters: [{ name: "batch", type: `${module.useType("TensorBatch")}<Inputs>` }, context],
    returnType: module.useType("Answer"),
    statements: [
      `const encodings = this.encode(batch, context);`,
      `const opinions = this.opinions(encodings${pass("batch.present")}, context);`,
      `return this.fuse(encodings, opinions${pass("batch.present")}, context);`,
    ],
  });
  module.file.addTypeAlias({
    name: "Opinions",
    isExported: true,
    docs: docs("What `opinions` gives."),
    type: `ReturnType<${plan.className}["opinions"]>`,
  });
}

/** The terms that keep what is unique to one modality from what the others' views tell. */
function unrelatedLines(module: Module, plan: Plan, { unrelated }: EvidenceIr): string[] {
  const components = plan.block?.components ?? [];
  const shared = components.filter(hasOpinions);
  const uniques = components.filter(({ interaction }) => interaction === "unique");
  const pairs = uniques.flatMap((a, i) =>
    uniques.slice(i + 1).map((b) => {
      const words = ["unrelated", a.modalities[0] ?? "", "unique", b.modalities[0] ?? ""];
      const covariance = `${module.use("crossCovariance")}(opinions.${a.id}, opinions.${b.id})`;
      return `${key(words.join("."))}: ${module.use("tf")}.mul(${numeral(unrelated)}, ${covariance}),`;
    }),
  );
  return uniques
    .flatMap(({ id, modalities: [own = ""] }) =>
      shared.flatMap((redundant) => {
        if (!redundant.modalities.includes(own)) return [];
        const others = redundant.modalities.filter((name) => name !== own);
        return others.map((other) => {
          const words = [own, other, ...(shared.length > 1 ? [redundant.id] : [])];
          const covariance = `${module.use("crossCovariance")}(opinions.${id}, ${access(`opinions.${redundant.id}`, other)})`;
          return `${key(`unrelated.${words.join(".")}`)}: ${module.use("tf")}.mul(${numeral(unrelated)}, ${covariance}),`;
        });
      }),
    )
    .concat(pairs);
}

/** The loss of `evidence`. */
export function evidenceLoss(module: Module, plan: Plan, paradigm: EvidenceIr): RivalLoss {
  const { parsimony, restraint, unrelated } = paradigm;
  const others = (plan.block?.components ?? []).map(({ modalities }) => modalities.length - 1);
  const taken = ["logits", ...(restraint === 0 ? [] : ["scores"]), ...(parsimony === 0 ? [] : ["shares"])];
  const pass = plan.optional ? "batch.present, " : "";
  const lines = [
    `answer: crossEntropy(logits, batch.labels),`,
    ...(unrelated === 0 ? [] : unrelatedLines(module, plan, paradigm)),
    ...(parsimony === 0
      ? []
      : [
          `parsimony: ${module.use("tf")}.mul(${numeral(parsimony)}, ${module.use("parsimony")}(shares, [${others.join(", ")}])),`,
        ]),
    ...(restraint === 0
      ? []
      : [`gate: ${module.use("tf")}.mul(${numeral(restraint)}, tf.mean(tf.square(scores))),`]),
  ];
  return {
    doc: `The cross-entropy of the inferred ${plan.ir.target.name}, in nats; what is unique to a modality is kept from what the others tell, and the gate's scores small.`,
    statements: [
      `const encodings = model.encode(batch, context);`,
      `const opinions = model.opinions(encodings, ${pass}context);`,
      `const { ${taken.join(", ")} } = model.fuse(encodings, opinions, ${pass}context);`,
      `return {\n${lines.join("\n")}\n};`,
    ],
  };
}
