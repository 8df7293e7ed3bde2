import type { BlockFusionIr, ComponentIr, EvidenceIr } from "../ir.js";
import { mergeField } from "./block.js";
import type { ClassDeclaration } from "./declarations.js";
import { presence } from "./learning.js";
import { access, presentList, record } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { addedText, termLines } from "./terms.js";
import { key, literal, numeral } from "./text.js";
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
  const { supervise } = plan.ir.training;
  emitEncode(model, module, plan);
  if (supervise) emitAlone(model, module, plan);
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
      `return { logits: decision.logits, encodings, shares, rules: decision.weights, scores${supervise ? ", told" : ""} };`,
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

/** What each modality says by itself, which the gate's lessons are measured by: heads, and the method that asks them. */
function emitAlone(model: ClassDeclaration, module: Module, plan: Plan): void {
  const { target, encoders } = plan.ir;
  for (const name of plan.encoded) {
    const width = encoders.find(({ modalities }) => modalities.includes(name))?.width ?? 0;
    model.addProperty({
      name: plan.headOf(name),
      isReadonly: true,
      docs: docs(`What ${name} alone says of ${target.name}.`),
      initializer: `${module.use("linear")}({ inputs: ${width}, units: ${target.outputs.length} })(this.parameters.scope(${literal(`alone.${name}`)}))`,
    });
  }
  const told = record(plan.encoded, (name) => {
    const present = plan.modalities.some((modality) => modality.name === name && modality.optional)
      ? `, ${access("present", name)}`
      : "";
    return `${module.use("evidence")}(this.${plan.headOf(name)}.apply(${access("encodings", name)}, context)${present})`;
  });
  model.addMethod({
    name: "alone",
    docs: docs(`What each modality tells of each class of ${target.name} by itself, beyond chance, in nats.`),
    parameters: [
      { name: "encodings", type: "Encodings" },
      ...presentParameter(module, plan),
      { name: "context", type: module.useType("Context") },
    ],
    statements: [`return ${told};`],
  });
}

/** The terms of the gate's lessons, and what they need before. */
function lesson(module: Module, plan: Plan): { before: string[]; lines: string[] } {
  const { supervise } = plan.ir.training;
  if (supervise === undefined) return { before: [], lines: [] };
  const { weight, heads, after } = supervise;
  const tf = module.use("tf");
  const pass = plan.optional ? "batch.present, " : "";
  const atoms = (plan.block?.components ?? []).map(({ interaction, modalities: [first = ""] }) =>
    interaction === "redundant"
      ? "r"
      : interaction === "synergistic"
        ? "s"
        : `u${plan.encoded.indexOf(first) + 1}`,
  );
  const both = plan.encoded.map((name) => access("alone", name)).join(", ");
  return {
    before: [
      `const alone = model.alone(encodings, ${pass}context);`,
      `const composition = ${module.use("pidComposition")}([${both}], logits, batch.labels, [${atoms.map(literal).join(", ")}]);`,
      `const teaching = (context.progress ?? 1) < ${numeral(after)} ? 0 : ${numeral(weight)};`,
    ],
    lines: [
      ...plan.encoded.map(
        (name) =>
          `${key(`alone.${name}`)}: ${tf}.mul(${numeral(heads)}, crossEntropy(${access("alone", name)}, batch.labels${presence(plan, name)})),`,
      ),
      `lesson: ${tf}.mul(teaching, ${module.use("interactionLesson")}(told, scores, composition, batch.labels)),`,
    ],
  };
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
  const { supervise } = plan.ir.training;
  const { before, lines: lessons } = lesson(module, plan);
  const taken = [
    "logits",
    ...(restraint === 0 && !supervise ? [] : ["scores"]),
    ...(parsimony === 0 ? [] : ["shares"]),
    ...(supervise ? ["told"] : []),
  ];
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
      : [`gate: ${module.use("tf")}.mul(${numeral(restraint)}, ${module.use("variation")}(scores)),`]),
    ...lessons,
    ...termLines(module, plan),
  ];
  const kept = [
    ...(unrelated === 0 ? [] : ["what is unique to a modality is kept from what the others tell"]),
    ...(restraint === 0 ? [] : ["the gate's scores don't vary without a reason"]),
    ...(supervise ? ["what a sample consists of teaches which interaction answers it"] : []),
  ];
  return {
    doc: `The cross-entropy of the inferred ${plan.ir.target.name}, in nats${kept.length === 0 ? "" : `; ${kept.join(", and ")}`}${addedText(plan)}.`,
    statements: [
      `const encodings = model.encode(batch, context);`,
      `const opinions = model.opinions(encodings, ${pass}context);`,
      `const { ${taken.join(", ")} } = model.fuse(encodings, opinions, ${pass}context);`,
      ...before,
      `return {\n${lines.join("\n")}\n};`,
    ],
  };
}
