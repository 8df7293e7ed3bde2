import { decompositions, keptApart, mainWidth, sharedOf } from "../dmil.js";
import type { BlockFusionIr, ComponentIr, DmilIr } from "../ir.js";
import { points } from "../tables/points.js";
import { conditionText } from "./conditions.js";
import type { ClassDeclaration } from "./declarations.js";
import { emitEvidence } from "./evidence.js";
import { access, chainText, encodingText, presentList, record } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { termLines } from "./terms.js";
import { call, key, literal, phrase } from "./text.js";
import { emitMemory, emitTwoSteps, presentParameter, twoSteps } from "./two-steps.js";
import { encodeLines, predictParameters } from "./whole.js";

/** The fusion block: interactions, gate, rules; under dmil with the latent parts that they read. */
export function emitBlock(model: ClassDeclaration, module: Module, plan: Plan, fusion: BlockFusionIr): void {
  const { paradigm } = plan.ir.training;
  emitRules(module, plan, fusion);
  if (paradigm.kind === "dmil") emitLatents(model, module, plan, fusion, paradigm);
  for (const component of fusion.components) emitComponent(model, module, plan, component);
  emitGate(model, module, plan, fusion);
  emitMemory(model, module, plan);
  if (paradigm.kind === "dmil") emitDmilMethods(model, module, plan, fusion, paradigm);
  else if (paradigm.kind === "evidence") emitEvidence(model, module, plan, fusion);
  else emitJointPredict(model, module, plan, fusion);
}

function emitRules(module: Module, plan: Plan, fusion: BlockFusionIr): void {
  const lines = fusion.rules.map(({ text, condition, use }) => {
    const when = condition === undefined ? "" : `when: ${conditionText(condition, module)}, `;
    return `{ ${when}use: ${literal(use)}, text: ${literal(text)} },`;
  });
  // The class is added before its rules are known.
  module.file.insertBeforeClass({
    isExported: true,
    declarationKind: "const" as never,
    docs: docs(
      `How the answer of one sample is chosen, from top to bottom (${plan.place(fusion.rules[0]?.line ?? fusion.line, fusion.file)}).`,
    ),
    declarations: [
      {
        name: "rules",
        type: `readonly ${module.useType("Rule")}<(typeof components)[number]>[]`,
        initializer: `[\n${lines.join("\n")}\n]`,
      },
    ],
  });
}

function emitLatents(
  model: ClassDeclaration,
  module: Module,
  plan: Plan,
  fusion: BlockFusionIr,
  paradigm: DmilIr,
): void {
  const { target, encoders } = plan.ir;
  const { latent, rebuild, ablation, bound } = paradigm;
  const { intra, consistency } = decompositions(paradigm);
  const layer = ablation === "fc" ? `, layer: ${module.use("plain")}` : "";
  const outputs = target.outputs.length;
  for (const { name, shape } of plan.modalities) {
    const width = encoders.find(({ modalities }) => modalities.includes(name))?.width ?? 0;
    const rebuilds = rebuild === "inputs" ? `, rebuilds: ${shape.reduce((a, b) => a * b, 1)}` : "";
    const made = intra
      ? `${module.use("intraDecomposition")}({ inputs: ${width}, latent: ${latent}, outputs: ${outputs}${rebuilds}${layer} })`
      : `${module.use("noIntraDecomposition")}({ inputs: ${width}, outputs: ${outputs} })`;
    model.addProperty({
      name: plan.intraOf(name),
      isReadonly: true,
      docs: docs(
        intra
          ? `Splits the encoding of ${name} into M, which predicts ${target.name} on its own, and the rest N.`
          : `Predicts ${target.name} from the encoding of ${name}, which nothing splits.`,
      ),
      initializer: `${made}(this.parameters.scope(${literal(`intra.${name}`)}))`,
    });
  }
  if (!consistency) return;
  for (const { name } of plan.modalities) {
    const views = sharedOf(fusion, name);
    const shared = views.map(({ id }) => literal(id));
    const ofAll = views.length === 1 && views[0]?.modalities.length === plan.modalities.length;
    const whole = ofAll
      ? "its view of what all modalities tell"
      : phrase(views.map(({ text }) => `its view of ${text}`));
    model.addProperty({
      name: plan.consistencyOf(name),
      isReadonly: true,
      docs: docs(
        `Splits the M of ${name} into ${views.length > 0 ? `${whole}, and ` : ""}what only ${name} tells.`,
      ),
      initializer:
        `${module.use("consistencyDecomposition")}({ inputs: ${mainWidth(plan.ir, paradigm, name)}, latent: ${latent}, shared: [${shared.join(", ")}]${layer} })` +
        `(this.parameters.scope(${literal(`consistency.${name}`)}))`,
    });
  }
  if (bound === "cross_covariance") return;
  const bounds = plan.modalities.flatMap(({ name }) => keptApart(fusion, name));
  model.addProperty({
    name: "bounds",
    isReadonly: true,
    docs: docs("How much what is kept apart still tells of each other."),
    initializer: record(
      bounds.map(({ name }) => name),
      (name) =>
        `${module.use("vclub")}({ inputs: ${latent}, outputs: ${latent} })(this.parameters.scope(${literal(`bound.${name}`)}))`,
    ),
  });
}

/** The field that joins a component's modalities. */
export function mergeField({ id }: ComponentIr): string {
  return `${id}Merge`;
}

function emitComponent(model: ClassDeclaration, module: Module, plan: Plan, component: ComponentIr): void {
  const { target } = plan.ir;
  const { id, text, doc, merge, layers, width, line } = component;
  if (merge !== undefined) {
    module.use(merge.call.name);
    model.addProperty({
      name: mergeField(component),
      isReadonly: true,
      docs: docs(`What ${text} reads: ${merge.text} (${plan.place(merge.line, merge.file)}).`),
      initializer: `${call(merge.call)}(this.parameters.scope(${literal(`component.${id}.merge`)}))`,
    });
  }
  const linear = `${module.use("linear")}({ inputs: ${width}, units: ${target.outputs.length} })`;
  model.addProperty({
    name: id,
    isReadonly: true,
    docs: docs(doc, `What ${text} says of ${target.name} (${plan.place(line, plan.block?.file)}).`),
    initializer: `${chainText(module, plan, layers, linear)}(this.parameters.scope(${literal(`component.${id}.head`)}))`,
  });
}

function emitGate(
  model: ClassDeclaration,
  module: Module,
  plan: Plan,
  { gate, components, file }: BlockFusionIr,
): void {
  const linear = `${module.use("linear")}({ inputs: ${gate.width}, units: ${components.length} })`;
  model.addProperty({
    name: "gate",
    isReadonly: true,
    docs: docs(gate.doc, `Scores of the interactions for each sample (${plan.place(gate.line, file)}).`),
    initializer: `${chainText(module, plan, gate.layers, linear)}(this.parameters.scope("gate"))`,
  });
}

/** Logits of a component from what its modalities give: `this.uniqueTop.apply(encodings.top, context)`. */
function componentText(plan: Plan, component: ComponentIr, source: (modality: string) => string): string {
  const { modalities } = component;
  if (component.merge === undefined)
    return `this.${component.id}.apply(${source(modalities[0] ?? "")}, context)`;
  const list = `[${modalities.map(source).join(", ")}]`;
  const args = [list, "context", presentList(plan, modalities)].filter((arg) => arg !== undefined);
  return `this.${component.id}.apply(this.${mergeField(component)}.apply(${args.join(", ")}), context)`;
}

/** The gate's shares and the rules' decision, as statements that follow `logits` and `encodings`. */
function decisionLines(
  module: Module,
  plan: Plan,
  fusion: BlockFusionIr,
  encodings: string,
  logits: string,
): string[] {
  const names = plan.modalities.map(({ name }) => name);
  const all = `tf.concat([${names.map((name) => access(encodings, name)).join(", ")}], 1)`;
  const lines: string[] = [];
  const shareArgs = [`this.gate.apply(${all}, context)`];
  if (plan.optional) {
    const usable = fusion.components.map(({ interaction, modalities }) => {
      const present = modalities.map((name) => access("present", name));
      const [only] = present;
      if (present.length === 1 && only !== undefined) return only;
      return `${module.use(interaction === "redundant" ? "anyPresent" : "allPresent")}([${present.join(", ")}])`;
    });
    lines.push(`const usable = tf.concat([${usable.join(", ")}], 1);`);
    shareArgs.push("usable");
  }
  const present = plan.optional ? "present" : "present: {}";
  lines.push(
    `const shares = ${module.use("gateShares")}(${shareArgs.join(", ")});`,
    `const decision = ${module.use("decide")}(rules, ${logits}, { shares: ${module.use("shareColumns")}(components, shares), ${present} }, context);`,
  );
  return lines;
}

function emitJointPredict(model: ClassDeclaration, module: Module, plan: Plan, fusion: BlockFusionIr): void {
  const logits = fusion.components.map(
    (component) => `${component.id}: ${componentText(plan, component, (name) => access("encodings", name))},`,
  );
  const fuse = [
    `const logits = {\n${logits.join("\n")}\n};`,
    ...decisionLines(module, plan, fusion, "encodings", "logits"),
    `return { logits: decision.logits, encodings, shares, rules: decision.weights };`,
  ];
  if (twoSteps(plan)) {
    emitTwoSteps(model, module, plan, fuse);
    return;
  }
  model.addMethod({
    name: "predict",
    parameters: predictParameters(module, plan),
    returnType: module.useType("Answer"),
    statements: [...encodeLines(module, plan), ...fuse],
  });
}

/** The points that the evaluation measures at, besides those that every answer has. */
function measuredPoints(plan: Plan) {
  const asked = new Set(plan.ir.evaluation.pid.map(({ on }) => on));
  return [...points.values()].filter(({ name, needs }) => needs !== undefined && asked.has(name));
}

/** `{ main: { top: intra.top.main, ... }, ... }`; a modality's view of R is that of what most modalities share. */
function pointsText(plan: Plan, fusion: BlockFusionIr): string {
  const part = (point: string, modality: string) => {
    const widest = [...sharedOf(fusion, modality)].sort(
      (a, b) => b.modalities.length - a.modalities.length,
    )[0];
    return point === "shared" ? `shared.${widest?.id}` : point;
  };
  const texts = measuredPoints(plan).map(({ name: point, needs }) => {
    const values = plan.modalities.map(({ name }) => {
      const from = access(needs === "intra" ? "intra" : "parts", name);
      return `${key(name)}: ${from}.${part(point, name)}`;
    });
    return `${point}: { ${values.join(", ")} },`;
  });
  return `{\n${texts.join("\n")}\n}`;
}

function emitDmilMethods(
  model: ClassDeclaration,
  module: Module,
  plan: Plan,
  fusion: BlockFusionIr,
  paradigm: DmilIr,
): void {
  const { intra, consistency } = decompositions(paradigm);
  const names = plan.modalities.map(({ name }) => name);
  const context = { name: "context", type: module.useType("Context") };
  module.use("tf");
  model.addMethod({
    name: "intra",
    docs: docs(`Encodes each modality${intra ? " and splits its encoding into M and N" : ""}.`),
    parameters: predictParameters(module, plan),
    statements: [
      `return ${record(names, (name) => {
        return `this.${plan.intraOf(name)}.apply(${encodingText(module, plan, name)}, context)`;
      })};`,
    ],
  });
  const source = (component: ComponentIr) => (name: string) => {
    if (component.interaction === "synergistic") return `${access("intra", name)}.rest`;
    if (!consistency) return `${access("intra", name)}.main`;
    const part = component.interaction === "redundant" ? `shared.${component.id}` : "unique";
    return `${access("parts", name)}.${part}`;
  };
  const logits = fusion.components.map(
    (component) => `${component.id}: ${componentText(plan, component, source(component))},`,
  );
  const { kind } = plan.ir.target;
  const predictions = kind === "class" ? "logits [batch, classes]" : `[batch, ${plan.target.outputs}]`;
  // Of what merges only those of N add to the loss here.
  const terms = termLines(module, plan, "this", (name) => `${access("intra", name)}.rest`);
  const given = [...(consistency ? ["parts"] : []), "logits", ...(terms.length > 0 ? ["terms"] : [])];
  const partsText = record(
    names,
    (name) => `this.${plan.consistencyOf(name)}.apply(${access("intra", name)}.main, context)`,
  );
  model.addMethod({
    name: "interactions",
    docs: docs(
      consistency
        ? `Splits each M into its view of what is shared and what is unique, and lets each interaction predict: ${predictions}.`
        : `Lets each interaction predict: ${predictions}.`,
    ),
    parameters: [{ name: "intra", type: "Intra" }, ...presentParameter(module, plan), context],
    statements: [
      ...(consistency ? [`const parts = ${partsText};`] : []),
      `const logits = {\n${logits.join("\n")}\n};`,
      ...(terms.length > 0 ? [`const terms: ${module.useType("Losses")} = {\n${terms.join("\n")}\n};`] : []),
      `return { ${given.join(", ")} };`,
    ],
  });
  const encodingsOf = record(names, (name) => `${access("intra", name)}.encoding`);
  model.addMethod({
    name: "fuse",
    docs: docs("Lets the gate share out the interactions and the rules choose."),
    parameters: [
      { name: "intra", type: "Intra" },
      { name: "logits", type: 'Interactions["logits"]' },
      ...presentParameter(module, plan),
      context,
    ],
    statements: [
      `const encodings = ${encodingsOf};`,
      ...decisionLines(module, plan, fusion, "encodings", "logits"),
      `return { logits: decision.logits, encodings, shares, rules: decision.weights };`,
    ],
    returnType: module.useType("Answer"),
  });
  const pass = plan.optional ? ", batch.present" : "";
  const measured = measuredPoints(plan);
  const parts = measured.some(({ needs }) => needs === "consistency") ? "parts, " : "";
  model.addMethod({
    name: "predict",
    parameters: [{ name: "batch", type: `${module.useType("TensorBatch")}<Inputs>` }, context],
    returnType: module.useType("Answer"),
    statements: [
      `const intra = this.intra(batch, context);`,
      `const { ${parts}logits } = this.interactions(intra${pass}, context);`,
      `const unimodal = ${record(names, (name) => `this.${plan.intraOf(name)}.predict(${access("intra", name)}, context)`)};`,
      ...(measured.length === 0 ? [] : [`const points = ${pointsText(plan, fusion)};`]),
      `return { ...this.fuse(intra, logits${pass}, context), unimodal${measured.length === 0 ? "" : ", points"} };`,
    ],
  });
  for (const [name, method] of [
    ["Intra", "intra"],
    ["Interactions", "interactions"],
  ] as const) {
    module.file.addTypeAlias({
      name,
      isExported: true,
      docs: docs(`What \`${method}\` gives.`),
      type: `ReturnType<${plan.className}["${method}"]>`,
    });
  }
}
