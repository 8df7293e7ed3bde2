import { encodedModalities } from "../encoded.js";
import type { ClassDeclaration } from "./declarations.js";
import { encodingText, record } from "./model.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { hasTerms } from "./terms.js";
import { key, literal, numeral } from "./text.js";
import { predictParameters } from "./whole.js";

/** Whether a model encodes and fuses in two steps: where the loss looks at, or the paradigm changes, what goes into the fusion. */
export function twoSteps(plan: Plan): boolean {
  return ["ogm", "agm", "pmr", "i2moe"].includes(plan.ir.training.paradigm.kind) || hasTerms(plan);
}

/** The parameter that says what each sample has, where a modality may be missing. */
export function presentParameter(module: Module, plan: Plan) {
  return plan.optional
    ? [{ name: "present", type: `${module.useType("TensorBatch")}<Inputs>["present"]` }]
    : [];
}

/** `encode`. */
export function emitEncode(model: ClassDeclaration, module: Module, plan: Plan): void {
  model.addMethod({
    name: "encode",
    docs: docs("Encodes each modality: [batch, features]."),
    parameters: predictParameters(module, plan),
    statements: [`return ${record(plan.encoded, (name) => encodingText(module, plan, name))};`],
  });
  module.file.addTypeAlias({
    name: "Encodings",
    isExported: true,
    docs: docs("What `encode` gives."),
    type: `ReturnType<${plan.className}["encode"]>`,
  });
}

/** `encode`, `fuse` of these statements over `encodings`, and `predict` of both. */
export function emitTwoSteps(
  model: ClassDeclaration,
  module: Module,
  plan: Plan,
  fuse: readonly string[],
): void {
  const context = { name: "context", type: module.useType("Context") };
  emitEncode(model, module, plan);
  model.addMethod({
    name: "fuse",
    docs: docs(`Predicts ${plan.ir.target.name} from the encodings.`),
    parameters: [{ name: "encodings", type: "Encodings" }, ...presentParameter(module, plan), context],
    returnType: module.useType("Answer"),
    statements: [...fuse],
  });
  const pass = plan.optional ? ", batch.present" : "";
  model.addMethod({
    name: "predict",
    parameters: [{ name: "batch", type: `${module.useType("TensorBatch")}<Inputs>` }, context],
    returnType: module.useType("Answer"),
    statements: [`return this.fuse(this.encode(batch, context)${pass}, context);`],
  });
}

/** What a paradigm remembers from step to step, as a field. */
export function emitMemory(model: ClassDeclaration, module: Module, plan: Plan): void {
  const { ir } = plan;
  const { paradigm } = ir.training;
  if (paradigm.kind === "agm") {
    const modalities = plan.encoded.map(literal).join(", ");
    const loss = ir.target.kind === "class" ? "" : `, loss: ${module.use(plan.target.loss)}`;
    model.addProperty({
      name: "modulation",
      isReadonly: true,
      docs: docs("How fast each modality learns, by what it usually contributes."),
      initializer:
        `${module.use("adaptiveModulation")}({ modalities: [${modalities}], alpha: ${numeral(paradigm.alpha)}${loss} })` +
        `(this.parameters.scope("modulation"))`,
    });
  }
  if (paradigm.kind === "pmr") {
    const { alpha, mu, regularised, momentum } = paradigm;
    const widths = encodedModalities(ir).map(({ name }) => {
      const width = ir.encoders.find(({ modalities }) => modalities.includes(name))?.width ?? 0;
      return `${key(name)}: ${width}`;
    });
    model.addProperty({
      name: "prototypes",
      isReadonly: true,
      docs: docs(`The mean encoding of each class of ${ir.target.name}, of each modality.`),
      initializer: `${module.use("prototypes")}({
        widths: { ${widths.join(", ")} },
        classes: ${ir.target.outputs.length},
        alpha: ${numeral(alpha)},
        mu: ${numeral(mu)},
        regularised: ${regularised},
        momentum: ${numeral(momentum)},
      })(this.parameters.scope("prototypes"))`,
    });
  }
}
