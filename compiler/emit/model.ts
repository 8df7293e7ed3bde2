import type { EncoderIr, LayerIr, ModalityIr, ModelIr } from "../ir.js";
import { targetRow } from "../tables/targets.js";
import { emitBlock } from "./block.js";
import type { ClassDeclaration } from "./declarations.js";
import { emitExperts, expertsOf } from "./experts.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { batchShape, call, commentText, key, literal, phrase } from "./text.js";
import { emitWholeFusion } from "./whole.js";

/** `model.ts`: the classes or labels, the inputs' shapes, and the model itself. */
export function emitModel(module: Module, plan: Plan): void {
  const { ir, className } = plan;
  emitOutputs(module, ir);
  emitInputs(module, plan);
  const { file } = module;
  const { paradigm } = ir.training;
  if (plan.block !== undefined) emitComponents(module, plan.block.components);
  else if (paradigm.kind === "i2moe") emitComponents(module, expertsOf(plan));
  const model = file.addClass({
    name: className,
    isExported: true,
    implements: [`${module.useType("Model")}<Inputs>`],
    docs: docs(
      ir.doc ?? `${ir.name}: ${phrase(ir.modalities.map(({ name }) => name))} -> ${ir.target.name}.`,
    ),
  });
  model.addProperty({
    name: "parameters",
    isReadonly: true,
    initializer: `new ${module.use("Parameters")}(${ir.training.seed})`,
  });
  if (ir.target.kind === "regression") emitScale(model, module, ir);
  for (const { encoder, field } of plan.encoderFields) emitEncoder(model, module, plan, encoder, field);
  if (plan.block !== undefined) emitBlock(model, module, plan, plan.block);
  else if (paradigm.kind === "i2moe") emitExperts(model, module, plan, paradigm);
  else emitWholeFusion(model, module, plan);
}

function emitOutputs(module: Module, { target }: ModelIr): void {
  const { outputs, kind } = target;
  if (kind === "regression") return;
  const name = targetRow(kind).outputs;
  const counted = !target.named && outputs.length > 20;
  module.file.addVariableStatement({
    isExported: true,
    declarationKind: "const" as never,
    docs: docs(target.doc, `The ${name} of ${target.name}, in the order of the model's outputs.`),
    declarations: [
      {
        name,
        type: "readonly string[]",
        initializer: counted
          ? `Array.from({ length: ${outputs.length} }, (_, i) => String(i))`
          : `[${outputs.map(literal).join(", ")}]`,
      },
    ],
  });
}

/** What standardises the numbers to predict. */
function emitScale(model: ClassDeclaration, module: Module, { target }: ModelIr): void {
  const { name, doc, outputs } = target;
  const whose = outputs.length === 1 ? "mean and deviation" : "means and deviations";
  model.addProperty({
    name: "scale",
    isReadonly: true,
    docs: docs(
      doc,
      `Standardises ${name} by its ${whose} over the training split, which are saved with the weights.`,
    ),
    initializer: `${module.use("targetScale")}({ outputs: ${outputs.length} })(this.parameters.scope("target"))`,
  });
}

function emitInputs(module: Module, { ir }: Plan): void {
  module.use("tf");
  module.file.addInterface({
    name: "Inputs",
    isExported: true,
    docs: docs("One batch of each modality."),
    properties: ir.modalities.map((modality) => ({
      name: key(modality.name),
      type: `tf.Tensor${modality.shape.length + 1}D`,
      docs: docs([modality.doc, inputText(modality)].filter(Boolean).join("\n")),
    })),
  });
}

/** `[batch, 28, 28, 1]`, and what the values are where they aren't plain numbers. */
function inputText({ shape, vocabulary, padding, columns, optional }: ModalityIr): string {
  const about =
    vocabulary !== undefined
      ? `: whole numbers below ${vocabulary}${padding === undefined ? "" : `; ${padding} at the end is padding`}`
      : columns !== undefined
        ? `: ${phrase(columns.map(({ name }) => name))}`
        : padding === "zeros"
          ? ": moments of zeros at the end are padding"
          : "";
  return `${batchShape(shape)}${about}${optional ? "; zero where it is missing" : ""}`;
}

function emitComponents(module: Module, components: readonly { id: string }[]): void {
  module.file.addVariableStatement({
    isExported: true,
    declarationKind: "const" as never,
    docs: docs("The interactions that the gate weighs, in the order of its shares."),
    declarations: [
      {
        name: "components",
        initializer: `[${components.map(({ id }) => literal(id)).join(", ")}] as const`,
      },
    ],
  });
}

/** The layers of a chain, one a line, each with the shape that it makes. */
export function chainText(
  module: Module,
  plan: Plan,
  layers: readonly LayerIr[],
  ...after: string[]
): string {
  const calls = layers.map((layer) => ({ text: layerCall(module, plan, layer), shape: layer.output }));
  const [first] = calls;
  if (first === undefined && after.length === 1) return after[0] as string;
  if (calls.length === 1 && after.length === 0 && first !== undefined && makesVector(layers[0] as LayerIr))
    return first.text;
  const lines = [
    ...calls.map(({ text, shape }) => `${text}, // ${shape.join(" x ")}`),
    ...after.map((text) => `${text},`),
  ];
  return `${module.use("chain")}(\n${lines.join("\n")}\n)`;
}

function layerCall(module: Module, plan: Plan, { call: made }: LayerIr): string {
  module.use(made.name);
  if (made.file === undefined) return call(made);
  const { name, to } = plan.customFile(made.file);
  return call(made, module.useDefault(name, `./${to}`));
}

/** Layers whose type says that they make [batch, features]. */
function makesVector({ call: { name } }: LayerIr): boolean {
  return name === "dense" || name === "mlp";
}

function emitEncoder(
  model: ClassDeclaration,
  module: Module,
  plan: Plan,
  encoder: EncoderIr,
  field: string,
): void {
  const { modalities, layers, width, doc, name, line, template } = encoder;
  const [input] = layers;
  const layersAt = template ? `, its layers ${plan.place(template.line, template.file)}` : "";
  const padding = plan.modalities.find((modality) => modality.name === modalities[0])?.padding;
  const chained = chainText(module, plan, layers);
  const filled = padding === "zeros" ? literal(padding) : `{ token: ${padding} }`;
  const made = padding === undefined ? chained : `${module.use("padded")}(${filled}, ${chained})`;
  model.addProperty({
    name: field,
    isReadonly: true,
    docs: docs(
      doc,
      `Encoder ${name} for ${phrase(modalities)}: ${batchShape(input?.input ?? [])} -> [batch, ${width}] (${plan.place(line)}${layersAt}).`,
    ),
    initializer: `${made}(this.parameters.scope(${literal(`encoder.${modalities[0]}`)}))`,
  });
}

/** One modality's encoding, zero where it is missing. */
export function encodingText(module: Module, plan: Plan, modality: string): string {
  const encoded = `this.${plan.encoderOf(modality)}.apply(${access("inputs", modality)}, context)`;
  if (!plan.modalities.some(({ name, optional }) => name === modality && optional)) return encoded;
  return `${module.use("maskMissing")}(${encoded}, ${access("present", modality)})`;
}

/** `present.top`, `present["odd name"]` */
export function access(object: string, name: string): string {
  return key(name) === name ? `${object}.${name}` : `${object}[${literal(name)}]`;
}

/** `{ top: ..., bottom: ... }` over the modalities. */
export function record(names: readonly string[], text: (name: string) => string): string {
  return `{\n${names.map((name) => `${key(name)}: ${text(name)},`).join("\n")}\n}`;
}

/** `[present.top, present.bottom]`, or nothing when no modality can be missing. */
export function presentList(plan: Plan, names: readonly string[], present = "present"): string | undefined {
  const optional = plan.modalities.some((modality) => modality.optional && names.includes(modality.name));
  return optional ? `[${names.map((name) => access(present, name)).join(", ")}]` : undefined;
}

export function comment(text: string): string {
  return commentText(text).replace(/\n/g, " ");
}
