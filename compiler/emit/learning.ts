import type { DmilIr, ModalityIr, ModelIr, TrainingIr } from "../ir.js";
import { access, presentList } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { call, key, literal, numeral } from "./text.js";

/** `learning.ts`: the losses, and the stages that the trainer goes through. */
export function emitLearning(module: Module, plan: Plan): void {
  const { paradigm } = plan.ir.training;
  if (paradigm.kind === "dmil") emitDmil(module, plan, paradigm);
  else emitSingleStage(module, plan);
}

function useModel(module: Module, plan: Plan): string {
  module.useType(plan.className, "./model.ts");
  return plan.className;
}

/** The parts of a stage that every stage of this model has. */
function stageLines(
  module: Module,
  { optimizer, learningRate, batch, clip, weightDecay }: TrainingIr,
): string[] {
  module.use(optimizer.name);
  return [
    `batch: ${batch},`,
    `optimizer: ${call(optimizer)},`,
    ...(clip === undefined ? [] : [`clipNorm: ${numeral(clip)},`]),
    ...(weightDecay === undefined ? [] : [`weightDecay: ${numeral(learningRate * weightDecay)},`]),
  ];
}

/** What the validation split is held against: the loss of the answer, as the model predicts. */
function validateLines(training: TrainingIr): string[] {
  return [
    `validate: (batch, context) => ({ answer: crossEntropy(model.predict(batch, context).logits, batch.labels) }),`,
    ...(training.patience === undefined ? [] : [`patience: ${training.patience},`]),
  ];
}

function emitSingleStage(module: Module, plan: Plan): void {
  const { training } = plan.ir;
  const { paradigm } = training;
  if (paradigm.kind === "dmil") return;
  const className = useModel(module, plan);
  module.useType("Inputs", "./model.ts");
  module.use("crossEntropy");
  const ensemble = paradigm.kind === "ensemble";
  const names = plan.modalities.map(({ name }) => name);
  const optionalOf = (name: string) => plan.modalities.some((m) => m.name === name && m.optional);
  const parameters = [
    { name: "model", type: className },
    { name: "batch", type: `${module.useType("TensorBatch")}<Inputs>` },
    { name: "context", type: module.useType("Context") },
  ];
  const returnType = module.useType("Losses");
  const { target } = plan.ir;
  if (ensemble) {
    const losses = names.map((name) => {
      const weights = optionalOf(name) ? `, ${access("batch.present", name)}` : "";
      return `${term("task", name)}: crossEntropy(${access("unimodal", name)}, batch.labels${weights}),`;
    });
    module.file.addFunction({
      name: "taskLoss",
      isExported: true,
      docs: docs(
        `The cross-entropies of what each modality alone says of ${target.name}, in nats: none learns from another.`,
      ),
      parameters,
      returnType,
      statements: [
        `const { unimodal } = model.predict(batch, context);`,
        `return {\n${losses.join("\n")}\n};`,
      ],
    });
  } else {
    module.file.addFunction({
      name: "taskLoss",
      isExported: true,
      docs: docs(`The cross-entropy of the fused prediction of ${target.name}, in nats.`),
      parameters,
      returnType,
      statements: [`return { answer: crossEntropy(model.predict(batch, context).logits, batch.labels) };`],
    });
  }
  addStages(module, plan, [
    [
      `name: ${literal(paradigm.kind)},`,
      `epochs: ${paradigm.epochs},`,
      ...stageLines(module, training),
      `loss: (batch, context) => taskLoss(model, batch, context),`,
      ...(ensemble
        ? training.patience === undefined
          ? []
          : [`patience: ${training.patience},`]
        : validateLines(training).slice(1)),
    ],
  ]);
}

/** The name of a loss's term, as a key: "rebuild.top". */
function term(...words: string[]): string {
  return key(words.join("."));
}

function addStages(module: Module, plan: Plan, stages: readonly string[][]): void {
  const type = `${module.useType("Stage")}<${module.useType("Inputs", "./model.ts")}>[]`;
  module.file.addFunction({
    name: "stages",
    isExported: true,
    docs: docs(`What ${plan.className} learns, stage by stage (${plan.place(plan.ir.training.line)}).`),
    parameters: [{ name: "model", type: plan.className }],
    returnType: type,
    statements: [`return [\n${stages.map((lines) => `{\n${lines.join("\n")}\n},`).join("\n")}\n];`],
  });
}

function emitDmil(module: Module, plan: Plan, paradigm: DmilIr): void {
  const className = useModel(module, plan);
  const { ir } = plan;
  module.use("tf");
  const batch = {
    name: "batch",
    type: `${module.useType("TensorBatch")}<${module.useType("Inputs", "./model.ts")}>`,
  };
  const context = { name: "context", type: module.useType("Context") };
  const model = { name: "model", type: className };
  const intra = { name: "intra", type: module.useType("Intra", "./model.ts") };
  module.file.addVariableStatement({
    declarationKind: "const" as never,
    docs: docs(
      "Weight of the latents' divergence from a standard normal: the upper bounds of what they tell.",
    ),
    declarations: [{ name: "kl", initializer: numeral(paradigm.kl) }],
  });
  emitIntraLoss(module, plan, paradigm, [model, intra, batch, context]);
  emitInteractionLoss(module, plan, paradigm, [
    { name: "interactions", type: module.useType("Interactions", "./model.ts") },
    batch,
  ]);
  emitJointLoss(module, plan, paradigm, [model, batch, context]);
  emitDmilStages(module, plan, ir, paradigm);
}

type Parameter = { name: string; type: string };

function emitIntraLoss(module: Module, plan: Plan, { rebuild }: DmilIr, parameters: Parameter[]): void {
  const weights = (name: string) =>
    plan.modalities.some((m) => m.name === name && m.optional) ? `, ${access("batch.present", name)}` : "";
  // What M and N together must rebuild, [batch, size].
  const rebuilt = ({ name, shape }: ModalityIr) => {
    if (rebuild === "encodings") return `${access("intra", name)}.encoding`;
    const inputs = access("batch.inputs", name);
    return shape.length === 1
      ? inputs
      : `tf.reshape(${inputs}, [batch.size, ${shape.reduce((a, b) => a * b, 1)}])`;
  };
  const lines = plan.modalities.flatMap((modality) => {
    const { name } = modality;
    const field = `model.${plan.intraOf(name)}`;
    const parts = access("intra", name);
    return [
      `${term("task", name)}: ${module.use("crossEntropy")}(${field}.predict(${parts}, context), batch.labels${weights(name)}),`,
      `${term("rebuild", name)}: ${module.use("reconstructionError")}(${field}.rebuild(${parts}, context), ${rebuilt(modality)}${weights(name)}),`,
      `${term("kl.main", name)}: tf.mul(kl, ${module.use("klToStandardNormal")}(${parts}.main${weights(name)})),`,
      `${term("kl.rest", name)}: tf.mul(kl, klToStandardNormal(${parts}.rest${weights(name)})),`,
    ];
  });
  module.file.addFunction({
    name: "intraLoss",
    isExported: true,
    docs: docs(
      `L1 of DMIL: in each modality M predicts ${plan.ir.target.name} on its own, M and N together rebuild the ${rebuild === "inputs" ? "input" : "encoding"}, and neither tells more than it needs.`,
    ),
    parameters,
    returnType: module.useType("Losses"),
    statements: [`return {\n${lines.join("\n")}\n};`],
  });
}

function emitInteractionLoss(module: Module, plan: Plan, { alpha }: DmilIr, parameters: Parameter[]): void {
  const { fusion } = plan.ir;
  if (fusion.kind !== "block") return;
  const { components } = fusion;
  const lines: string[] = components.map(
    ({ id }) => `${key(id)}: ${module.use("crossEntropy")}(logits.${id}, batch.labels),`,
  );
  for (const { name } of plan.modalities) {
    const { shared, unique } = {
      shared: `${access("parts", name)}.shared`,
      unique: `${access("parts", name)}.unique`,
    };
    lines.push(
      `${term("cross_covariance", name)}: ${module.use("crossCovariance")}(${unique}.value, ${shared}.value),`,
      `${term("kl.shared", name)}: tf.mul(kl, ${module.use("klToStandardNormal")}(${shared})),`,
      `${term("kl.unique", name)}: tf.mul(kl, klToStandardNormal(${unique})),`,
    );
  }
  for (const { id, interaction, modalities, distance } of components) {
    if (interaction !== "redundant") continue;
    const views = `[${modalities.map((name) => `${access("parts", name)}.shared.value`).join(", ")}]`;
    const present = presentList(plan, modalities)?.replaceAll("present", "batch.present");
    const args = [views, literal(distance ?? "cosine"), present].filter((arg) => arg !== undefined);
    const alignment = `${module.use("alignmentLoss")}(${args.join(", ")})`;
    lines.push(`${term("align", id)}: tf.mul(${numeral(alpha)}, ${alignment}),`);
  }
  module.file.addFunction({
    name: "interactionLoss",
    isExported: true,
    docs: docs(
      `L2 of DMIL: each interaction predicts ${plan.ir.target.name} alone, what is unique is unrelated to what is shared, and the views of what is shared agree.`,
    ),
    parameters: [{ name: "{ parts, logits }", type: parameters[0]?.type ?? "" }, ...parameters.slice(1)],
    returnType: module.useType("Losses"),
    statements: [`return {\n${lines.join("\n")}\n};`],
  });
}

function emitJointLoss(module: Module, plan: Plan, { beta, gamma }: DmilIr, parameters: Parameter[]): void {
  const pass = plan.optional ? ", batch.present" : "";
  module.file.addFunction({
    name: "jointLoss",
    isExported: true,
    docs: docs(`L3 of DMIL: the cross-entropy of the answer, and the losses of the stages before.`),
    parameters,
    returnType: module.useType("Losses"),
    statements: [
      `const intra = model.intra(batch, context);`,
      `const interactions = model.interactions(intra${pass}, context);`,
      `const answer = model.fuse(intra, interactions.logits${pass}, context);`,
      `return {
        answer: crossEntropy(answer.logits, batch.labels),
        ...${module.use("scaled")}(${numeral(beta)}, intraLoss(model, intra, batch, context)),
        ...scaled(${numeral(gamma)}, interactionLoss(interactions, batch)),
      };`,
    ],
  });
}

function emitDmilStages(module: Module, plan: Plan, { training }: ModelIr, paradigm: DmilIr): void {
  const pass = plan.optional ? ", batch.present" : "";
  const common = stageLines(module, training);
  addStages(module, plan, [
    [
      `name: "intra",`,
      `epochs: ${paradigm.intra},`,
      ...common,
      `learns: ["encoder", "intra"],`,
      `loss: (batch, context) => intraLoss(model, model.intra(batch, context), batch, context),`,
    ],
    [
      `name: "consistency",`,
      `epochs: ${paradigm.consistency},`,
      ...common,
      `learns: ["consistency", "component"],`,
      `loss: (batch, context) => interactionLoss(model.interactions(model.intra(batch, context)${pass}, context), batch),`,
    ],
    [
      `name: "joint",`,
      `epochs: ${paradigm.joint},`,
      ...common,
      `loss: (batch, context) => jointLoss(model, batch, context),`,
      ...validateLines(training),
    ],
  ]);
}
