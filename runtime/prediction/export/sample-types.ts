import type { ModalityBinding } from "../../data/load.js";
import { own, type Names } from "../../data/names.js";
import { encodingOf } from "../../data/transforms/coder.js";
import { outputsOf } from "../../data/outputs.js";
import { aboutModality } from "../serve/about.js";
import { isRow } from "../serve/request.js";
import type { Description } from "./description.js";

const literal = (text: string) => JSON.stringify(text);
/** A name as a key of a type. */
const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name));
/** Text inside a comment. */
const remark = (text: string) => text.replace(/\*\//g, "*\u200b/").replace(/\s+/g, " ");

/** Declarations of an export's entry: what a sample of its model has, what is answered, and what predicts. */
export function sampleTypes(description: Description, form: "web" | "package"): string {
  const { model, columns, names, components, rules } = description;
  const modalities = Object.entries(columns.modalities);
  const { target } = columns;
  const outputs = outputsOf(target).map(literal).join(" | ");
  const fields = modalities.map(
    ([name, binding]) =>
      `  /** ${remark(aboutModality(binding))} */\n  ${key(name)}${binding.optional === true ? "?" : ""}: ${valueType(binding, own(names, name))}${binding.optional === true ? " | null" : ""};`,
  );
  const optional = modalities
    .filter(([, binding]) => binding.optional === true)
    .map(([name]) => literal(name));
  const answer = [
    ...(target.kind === undefined
      ? [
          "  prediction: Output;",
          "  /** The probability of the prediction. */\n  confidence: number;",
          "  probabilities: Record<Output, number>;",
        ]
      : target.kind === "multilabel"
        ? [
            "  /** The labels whose probability is a half or more. */\n  prediction: Output[];",
            "  probabilities: Record<Output, number>;",
          ]
        : ["  numbers: Record<Output, number>;"]),
    ...(components === undefined
      ? []
      : [
          `  /** The gate's share of each component. */\n  shares: Record<${components.map(literal).join(" | ")}, number>;`,
        ]),
    ...(rules === undefined || rules.length === 0
      ? []
      : [`  /** The rule that was taken. */\n  rule: ${rules.map(literal).join(" | ")};`]),
    ...(optional.length === 0
      ? []
      : [`  /** What was not given. */\n  missing: (${optional.join(" | ")})[];`]),
  ];
  return `/** A list of numbers of any depth: as nested as the shape, or flat. */
export type Numbers = readonly number[] | readonly Numbers[];

/** What ${remark(model)} predicts. */
export type Output = ${outputs};

/** A sample of ${remark(model)}, with values as the data has them. */
export interface Sample {
${fields.join("\n")}
}

/** What ${remark(model)} says of a sample. */
export interface Answer {
${answer.join("\n")}
}

${form === "web" ? webEntry : packageEntry}`;
}

function valueType(binding: ModalityBinding, names: Names[string] | undefined): string {
  const { columns, categories = {}, vocabulary } = binding;
  const encoding = encodingOf(binding);
  if (encoding !== undefined) return encoding.kind === "one_hot" ? "string | number" : "string";
  if (isRow(binding)) {
    const cell = (column: string) => (own(categories, column) === undefined ? "number" : "string | number");
    const record = columns.map((column) => `${key(column)}: ${cell(column)}`).join("; ");
    const list = columns.map(cell).join(", ");
    return `{ ${record} } | readonly [${list}]`;
  }
  if (vocabulary !== undefined && own(names, columns[0] ?? "") !== undefined)
    return "readonly (string | number)[]";
  return "Numbers";
}

const webEntry = `export interface Model {
  /** What the model reads and says, and samples to try. */
  readonly description: {
    readonly model: string;
    readonly examples: readonly { readonly name: string; readonly sample: Sample; readonly answer: Answer }[];
  };
  /**
   * What the model says of each sample.
   * @throws Error that says which value doesn't fit, and why
   */
  predict(samples: readonly Sample[]): Promise<Answer[]>;
  /** Frees the memory of the weights. */
  dispose(): void;
}

/** Loads the model from the folder of this file, or from another one. */
export function loadModel(folder?: string | URL): Promise<Model>;
`;

const packageEntry = `/** Samples that the run held out, and what its model said of them. */
export const examples: readonly { readonly name: string; readonly sample: Sample; readonly answer: Answer }[];

/**
 * What the model says of each sample. The weights are read when it is first called.
 * @throws Error that says which value doesn't fit, and why
 */
export function predict(samples: readonly Sample[]): Promise<Answer[]>;
`;
