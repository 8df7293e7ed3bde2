import { decompositions, keptApart, type ApartIr } from "../dmil.js";
import type { DmilIr, ModalityIr, ModelIr, RuntimeCall, TrainingIr } from "../ir.js";
import { access, presentList } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { rivalLoss, type RivalLoss } from "./rivals.js";
import { addedText, hasTerms, termLines } from "./terms.js";
import { call, key, literal, numeral, options, value } from "./text.js";

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
function stageLines(module: Module, plan: Plan): string[] {
  const {
    optimizer,
    learningRate,
    batch,
    clip,
    weightDecay,
    schedule,
    noise,
    modalityDropout,
    classWeights,
    augment,
    mixup,
    paradigm,
  } = plan.ir.training;
  module.use(optimizer.name);
  // Whole numbers that stand for words or categories aren't near those beside them.
  const named = plan.modalities.filter(
    ({ vocabulary, columns = [] }) =>
      vocabulary !== undefined || columns.some(({ categories }) => categories !== undefined),
  );
  const noisy = plan.encoded.filter((name) => !named.some((modality) => modality.name === name));
  const filled = noisy.filter((name) =>
    plan.modalities.some((modality) => modality.name === name && modality.padding === "zeros"),
  );
  // What learns from one modality alone would learn nothing without it.
  const dropped = paradigm.kind === "unimodal" ? [] : plan.modalities.filter(({ optional }) => optional);
  return [
    `batch: ${batch},`,
    `optimizer: ${call(optimizer)},`,
    ...(clip === undefined ? [] : [`clipNorm: ${numeral(clip)},`]),
    ...(weightDecay === undefined ? [] : [`weightDecay: ${numeral(learningRate * weightDecay)},`]),
    ...(schedule === undefined ? [] : [`schedule: ${scheduleText(module, schedule)},`]),
    ...(noise === undefined || noisy.length === 0
      ? []
      : [`inputNoise: ${options(Object.fromEntries(noisy.map((name) => [name, noise])))},`]),
    ...(augment === undefined ? [] : [`augment: ${augmentText(augment)},`]),
    ...(mixup === undefined ? [] : [`mixup: ${numeral(mixup)},`]),
    ...((noise === undefined && augment === undefined) || filled.length === 0
      ? []
      : [`padded: [${filled.map(literal).join(", ")}],`]),
    ...(modalityDropout === undefined || dropped.length === 0
      ? []
      : [
          `modalityDropout: ${options(Object.fromEntries(dropped.map(({ name }) => [name, modalityDropout])))},`,
        ]),
    ...(classWeights === undefined ? [] : [`classWeights: ${value(classWeights)},`]),
  ];
}

function augmentText(augment: NonNullable<TrainingIr["augment"]>): string {
  const of = augment.map(({ modality, steps }) => {
    const texts = steps.map(({ kind, options: args }) => options({ kind, ...args }));
    return `${key(modality)}: [${texts.join(", ")}],`;
  });
  return `{\n${of.join("\n")}\n}`;
}

/** `warmup({ epochs: 2 }, cosine())`: each schedule is given what comes after it. */
function scheduleText(module: Module, schedule: readonly RuntimeCall[]): string {
  return schedule.reduceRight((after, one) => {
    module.use(one.name);
    const args = [...(one.options ? [options(one.options)] : []), ...(after === "" ? [] : [after])];
    return `${one.name}(${args.join(", ")})`;
  }, "");
}

/** What the validation split is held against: the loss of the answer, as the model predicts. */
function validateLines(plan: Plan, training: TrainingIr): string[] {
  return [
    `validate: (batch, context) => ({ answer: ${plan.target.loss}(model.predict(batch, context).logits, batch.labels) }),`,
    ...(training.patience === undefined ? [] : [`patience: ${training.patience},`]),
  ];
}

function emitSingleStage(module: Module, plan: Plan): void {
  const { training, target } = plan.ir;
  const { paradigm } = training;
  const adds = hasTerms(plan);
  if (paradigm.kind === "dmil") return;
  const className = useModel(module, plan);
  module.useType("Inputs", "./model.ts");
  const loss = module.use(plan.target.loss);
  const { doc, statements } = rivalLoss(module, plan) ?? jointLoss(module, plan);
  const ensemble = paradigm.kind === "ensemble";
  const heads = plan.encoded.map(
    (name) =>
      `${term("task", name)}: ${loss}(${access("unimodal", name)}, batch.labels${presence(plan, name)}),`,
  );
  module.file.addFunction({
    name: "taskLoss",
    isExported: true,
    docs: docs(
      ensemble
        ? `The ${lossOf(plan, `what each modality alone says of ${target.name}`)}: none learns from another.`
        : doc,
    ),
    parameters: [
      { name: "model", type: className },
      { name: "batch", type: `${module.useType("TensorBatch")}<Inputs>` },
      { name: "context", type: module.useType("Context") },
    ],
    returnType: module.useType("Losses"),
    statements: ensemble
      ? [`const { unimodal } = model.predict(batch, context);`, `return {\n${heads.join("\n")}\n};`]
      : statements,
  });
  const { patience } = training;
  addStages(module, plan, [
    [
      `name: ${literal(paradigm.kind)},`,
      `epochs: ${paradigm.epochs},`,
      ...stageLines(module, plan),
      ...(paradigm.kind === "ogm" && paradigm.noise === "gaussian" ? [`noisy: ["encoder"],`] : []),
      ...(paradigm.kind === "pmr"
        ? [`beforeEpoch: (samples, epoch) => model.prototypes.update(model, samples, epoch),`]
        : []),
      `loss: (batch, context) => taskLoss(model, batch, context),`,
      // Only of these is the loss what the model predicts by.
      ...(["joint", "ensemble", "unimodal"].includes(paradigm.kind) && !adds
        ? patience === undefined
          ? []
          : [`patience: ${patience},`]
        : validateLines(plan, training)),
    ],
  ]);
}

/** The loss of `joint`: of the answer, and what the fusion adds. */
function jointLoss(module: Module, plan: Plan): RivalLoss {
  const { loss } = plan.target;
  const doc = `The ${lossOf(plan, `the fused prediction of ${plan.ir.target.name}`)}${addedText(plan)}.`;
  if (!hasTerms(plan)) {
    return {
      doc,
      statements: [`return { answer: ${loss}(model.predict(batch, context).logits, batch.labels) };`],
    };
  }
  const pass = plan.optional ? "batch.present, " : "";
  return {
    doc,
    statements: [
      `const encodings = model.encode(batch, context);`,
      `const { logits } = model.fuse(encodings, ${pass}context);`,
      `return {\n${[`answer: ${loss}(logits, batch.labels),`, ...termLines(module, plan)].join("\n")}\n};`,
    ],
  };
}

/** "cross-entropy of the fused prediction of digit, in nats" */
export function lossOf({ target }: Plan, what: string): string {
  return `${target.lossText} of ${what}, ${target.unit}`;
}

/** The argument that weighs the samples of a modality that may be missing: `, batch.present.top`. */
export function presence(plan: Plan, name: string): string {
  const optional = plan.modalities.some((modality) => modality.name === name && modality.optional);
  return optional ? `, ${access("batch.present", name)}` : "";
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
  const batch = {
    name: "batch",
    type: `${module.useType("TensorBatch")}<${module.useType("Inputs", "./model.ts")}>`,
  };
  const context = { name: "context", type: module.useType("Context") };
  const model = { name: "model", type: className };
  const intra = { name: "intra", type: module.useType("Intra", "./model.ts") };
  if (paradigm.ablation !== "fc") {
    module.file.addVariableStatement({
      declarationKind: "const" as never,
      docs: docs(
        "Weight of the latents' divergence from a standard normal: the upper bounds of what they tell.",
      ),
      declarations: [{ name: "kl", initializer: numeral(paradigm.kl) }],
    });
  }
  emitIntraLoss(module, plan, paradigm, [model, intra, batch, context]);
  emitInteractionLoss(module, plan, paradigm, [
    ...(usesBounds(paradigm) ? [model] : []),
    { name: "interactions", type: module.useType("Interactions", "./model.ts") },
    batch,
  ]);
  emitJointLoss(module, plan, paradigm, [model, batch, context]);
  emitDmilStages(module, plan, ir, paradigm);
}

type Parameter = { name: string; type: string };

/** Whether U is kept apart from R by networks of the model. */
function usesBounds(paradigm: DmilIr): boolean {
  return paradigm.bound === "vclub" && decompositions(paradigm).consistency;
}

/** The term of a latent's divergence; a plain latent has none. */
function divergence(
  module: Module,
  { ablation }: DmilIr,
  name: string,
  latent: string,
  weights: string,
): string[] {
  if (ablation === "fc") return [];
  return [`${name}: ${module.use("tf")}.mul(kl, ${module.use("klToStandardNormal")}(${latent}${weights})),`];
}

function emitIntraLoss(module: Module, plan: Plan, paradigm: DmilIr, parameters: Parameter[]): void {
  const { rebuild } = paradigm;
  const { intra } = decompositions(paradigm);
  const weights = (name: string) => presence(plan, name);
  // What M and N together must rebuild, [batch, size].
  const rebuilt = ({ name, shape }: ModalityIr) => {
    if (rebuild === "encodings") return `${access("intra", name)}.encoding`;
    const inputs = access(plan.ir.training.noise === undefined ? "batch.inputs" : "batch.clean", name);
    return shape.length === 1
      ? inputs
      : `${module.use("tf")}.reshape(${inputs}, [batch.size, ${shape.reduce((a, b) => a * b, 1)}])`;
  };
  const lines = plan.modalities.flatMap((modality) => {
    const { name } = modality;
    const field = `model.${plan.intraOf(name)}`;
    const parts = access("intra", name);
    const task = `${term("task", name)}: ${module.use(plan.target.loss)}(${field}.predict(${parts}, context), batch.labels${weights(name)}),`;
    if (!intra) return [task];
    return [
      task,
      `${term("rebuild", name)}: ${module.use("reconstructionError")}(${field}.rebuild(${parts}, context), ${rebuilt(modality)}${weights(name)}),`,
      ...divergence(module, paradigm, term("kl.intra", name), `${parts}.latent`, weights(name)),
    ];
  });
  module.file.addFunction({
    name: "intraLoss",
    isExported: true,
    docs: docs(
      intra
        ? `L1 of DMIL: in each modality M predicts ${plan.ir.target.name} on its own, M and N together rebuild the ${rebuild === "inputs" ? "input" : "encoding"}${paradigm.ablation === "fc" ? "" : ", and neither tells more than it needs"}.`
        : `L1 of DMIL without its intra-modality decomposition: each encoding predicts ${plan.ir.target.name} on its own.`,
    ),
    parameters,
    returnType: module.useType("Losses"),
    statements: [`return {\n${lines.join("\n")}\n};`],
  });
}

function emitInteractionLoss(module: Module, plan: Plan, paradigm: DmilIr, parameters: Parameter[]): void {
  const { block } = plan;
  if (block === undefined) return;
  const { consistency } = decompositions(paradigm);
  const adds = hasTerms(plan);
  const lines = [
    `...${module.use(plan.target.losses)}(logits, batch.labels),`,
    ...(adds ? [`...terms,`] : []),
  ];
  if (consistency) {
    for (const { name } of plan.modalities) {
      const parts = access("parts", name);
      lines.push(
        ...keptApart(block, name).flatMap((apart) => apartLines(module, paradigm, apart)),
        ...divergence(
          module,
          paradigm,
          term("kl.consistency", name),
          `${parts}.latent`,
          presence(plan, name),
        ),
      );
    }
    lines.push(...alignLines(module, plan, paradigm));
  }
  const { target } = plan.ir;
  module.file.addFunction({
    name: "interactionLoss",
    isExported: true,
    docs: docs(
      consistency
        ? `L2 of DMIL: each interaction predicts ${target.name} alone, what is unique is unrelated to what is shared, and the views of what is shared agree.`
        : `L2 of DMIL without its consistency decomposition: each interaction predicts ${target.name} alone.`,
    ),
    parameters: parameters.map((parameter) =>
      parameter.name === "interactions"
        ? {
            ...parameter,
            name: `{ ${[...(consistency ? ["parts"] : []), "logits", ...(adds ? ["terms"] : [])].join(", ")} }`,
          }
        : parameter,
    ),
    returnType: module.useType("Losses"),
    statements: [`return {\n${lines.join("\n")}\n};`],
  });
}

/** The terms that keep two parts of one modality's M apart. */
function apartLines(module: Module, { bound }: DmilIr, { modality, name, inner, outer }: ApartIr): string[] {
  const parts = access("parts", modality);
  const of = `${inner === undefined ? `${parts}.unique` : `${parts}.shared.${inner}`}, ${parts}.shared.${outer}`;
  if (bound === "cross_covariance") {
    return [`${term("cross_covariance", name)}: ${module.use("crossCovariance")}(${of}),`];
  }
  const network = access("model.bounds", name);
  return [
    `${term("vclub", name)}: ${network}.bound(${of}),`,
    `${term("vclub.misfit", name)}: ${network}.misfit(${of}),`,
  ];
}

/** The terms that make the views of each R agree. */
function alignLines(module: Module, plan: Plan, { alpha }: DmilIr): string[] {
  const redundant = (plan.block?.components ?? []).filter(({ interaction }) => interaction === "redundant");
  return redundant.map(({ id, modalities, merge }) => {
    const views = `[${modalities.map((name) => `${access("parts", name)}.shared.${id}`).join(", ")}]`;
    const present = presentList(plan, modalities, "batch.present");
    const args = [views, literal(merge?.distance ?? "cosine"), present].filter((arg) => arg !== undefined);
    const alignment = `${module.use("alignmentLoss")}(${args.join(", ")})`;
    return `${term("align", id)}: ${module.use("tf")}.mul(${numeral(alpha)}, ${alignment}),`;
  });
}

function emitJointLoss(module: Module, plan: Plan, paradigm: DmilIr, parameters: Parameter[]): void {
  const { beta, gamma } = paradigm;
  const pass = plan.optional ? ", batch.present" : "";
  const bounds = usesBounds(paradigm) ? "model, " : "";
  module.file.addFunction({
    name: "jointLoss",
    isExported: true,
    docs: docs(`L3 of DMIL: the ${plan.target.lossText} of the answer, and the losses of the stages before.`),
    parameters,
    returnType: module.useType("Losses"),
    statements: [
      `const intra = model.intra(batch, context);`,
      `const interactions = model.interactions(intra${pass}, context);`,
      `const answer = model.fuse(intra, interactions.logits${pass}, context);`,
      `return {
        answer: ${plan.target.loss}(answer.logits, batch.labels),
        ...${module.use("scaled")}(${numeral(beta)}, intraLoss(model, intra, batch, context)),
        ...scaled(${numeral(gamma)}, interactionLoss(${bounds}interactions, batch)),
      };`,
    ],
  });
}

function emitDmilStages(module: Module, plan: Plan, { training }: ModelIr, paradigm: DmilIr): void {
  const pass = plan.optional ? ", batch.present" : "";
  const { consistency } = decompositions(paradigm);
  const bounds = usesBounds(paradigm);
  const learns = [...(consistency ? ["consistency"] : []), "component", ...(bounds ? ["bound"] : [])];
  const common = stageLines(module, plan);
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
      `learns: [${learns.map(literal).join(", ")}],`,
      `loss: (batch, context) => interactionLoss(${bounds ? "model, " : ""}model.interactions(model.intra(batch, context)${pass}, context), batch),`,
    ],
    [
      `name: "joint",`,
      `epochs: ${paradigm.joint},`,
      ...common,
      `loss: (batch, context) => jointLoss(model, batch, context),`,
      ...validateLines(plan, training),
    ],
  ]);
}
