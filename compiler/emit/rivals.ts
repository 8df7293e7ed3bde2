import { evidenceLoss } from "./evidence.js";
import { expertLosses, expertsOf } from "./experts.js";
import { lossOf, presence } from "./learning.js";
import { record } from "./model.js";
import type { Module } from "./module.js";
import type { Plan } from "./plan.js";
import { addedText, hasTerms, termLines } from "./terms.js";
import { literal, numeral } from "./text.js";

/** The loss of a paradigm of one stage. */
export interface RivalLoss {
  doc: string;
  statements: string[];
}

/** The loss of the paradigms that dmil is held against, where it isn't plainly that of the fused prediction. */
export function rivalLoss(module: Module, plan: Plan): RivalLoss | undefined {
  const { training, target } = plan.ir;
  const { paradigm } = training;
  const pass = plan.optional ? "batch.present, " : "";
  const answer = (encodings: string) => `model.fuse(${encodings}, ${pass}context).logits`;
  const { loss } = plan.target;
  const added = addedText(plan);
  const fused = lossOf(plan, `the fused prediction of ${target.name}`);
  /** The loss, and what the fusion adds to it. */
  const returned = (answer: string, ...more: string[]) => {
    const lines = [`answer: ${answer},`, ...more, ...termLines(module, plan)];
    return lines.length === 1 ? `return { answer: ${answer} };` : `return {\n${lines.join("\n")}\n};`;
  };
  const encode = `const encodings = model.encode(batch, context);`;
  switch (paradigm.kind) {
    case "unimodal": {
      const { modality } = paradigm;
      const weights = presence(plan, modality);
      const doc = `The ${lossOf(plan, `what ${modality} alone says of ${target.name}`)}${added}.`;
      if (!hasTerms(plan)) {
        const logits = `model.predict(batch, context).logits`;
        return { doc, statements: [`return { answer: ${loss}(${logits}, batch.labels${weights}) };`] };
      }
      return {
        doc,
        statements: [encode, returned(`${loss}(${answer("encodings")}, batch.labels${weights})`)],
      };
    }
    case "ogm": {
      const score = target.kind === "class" ? "" : `, score: ${module.use("trueLabelProbability")}`;
      return {
        doc: `The ${fused}; the encoder of a modality that leads learns more slowly (OGM)${added}.`,
        statements: [
          encode,
          `const modulated = ${module.use("modulateGradients")}(
            encodings,
            (some) => ${answer("some")},
            batch.labels,
            { alpha: ${numeral(paradigm.alpha)}${score} },
          );`,
          returned(`${loss}(${answer("modulated")}, batch.labels)`),
        ],
      };
    }
    case "agm":
      return {
        doc: `The ${fused}; it is the sum of what each modality contributes, and each contribution learns at its own pace (AGM)${added}.`,
        statements: [
          encode,
          `const responses = ${module.use("monoModalResponses")}(encodings, (some) => ${answer("some")});`,
          `const logits = model.modulation.modulate(responses, batch.labels);`,
          returned(`${loss}(logits, batch.labels)`),
        ],
      };
    case "pmr":
      return {
        doc: `The ${fused}; a modality that lags is drawn to its prototypes (PMR)${added}.`,
        statements: [
          encode,
          returned(
            `${loss}(${answer("encodings")}, batch.labels)`,
            `...model.prototypes.rebalance(encodings, batch),`,
          ),
        ],
      };
    case "evidence":
      return evidenceLoss(module, plan, paradigm);
    case "i2moe": {
      const noise = record(
        plan.encoded,
        (name) =>
          `model.experts(${module.use("replaceModality")}(encodings, ${literal(name)}, context), ${pass}context)`,
      );
      return {
        doc: `The ${plan.target.lossText} of the experts' mixture, and what makes each an expert of its interaction: how its prediction changes when a modality is replaced by noise (I2MoE)${added}.`,
        statements: [
          encode,
          `const full = model.experts(encodings, ${pass}context);`,
          `const without = ${noise};`,
          returned(
            `${loss}(model.fuse(encodings, full, context).logits, batch.labels)`,
            `...${module.use("scaled")}(${numeral(paradigm.weight)} / ${expertsOf(plan).length}, {\n${expertLosses(module, plan).join("\n")}\n}),`,
          ),
        ],
      };
    }
    default:
      return undefined;
  }
}
