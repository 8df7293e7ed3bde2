import { encodingOf } from "../../data/transforms/coder.js";
import { transformsText } from "./transforms-text.js";
import type { ModalityBinding } from "../../data/load.js";
import { size } from "../../data/size.js";
import { own, type Names } from "../../data/names.js";
import type { Limits } from "../options.js";
import type { AnswerPlan } from "../plan.js";
import { isRow } from "./request.js";

type Schema = Record<string, unknown>;

/** The service in the words of OpenAPI 3.1. */
export function openApi(
  model: string,
  version: string,
  { columns, components = [], rules = [] }: AnswerPlan,
  names: Names | undefined,
  limits: Limits,
): Schema {
  const { modalities, target } = columns;
  const required = Object.keys(modalities).filter((name) => modalities[name]?.optional !== true);
  const inputs = Object.entries(modalities).map(
    ([name, binding]) => [name, modalitySchema(binding, own(names, name))] as const,
  );
  const json = (schema: Schema) => ({ content: { "application/json": { schema } } });
  const error = (description: string) => ({ description, ...json({ $ref: "#/components/schemas/Error" }) });
  return {
    openapi: "3.1.0",
    info: { title: `${model}: ${target.name}`, version, description: "Served by mmspec." },
    paths: {
      "/predict": {
        post: {
          operationId: "predict",
          summary: `Says ${target.name} of samples`,
          requestBody: {
            required: true,
            ...json({
              type: "object",
              required: ["samples"],
              additionalProperties: false,
              properties: {
                samples: {
                  type: "array",
                  minItems: 1,
                  maxItems: limits.samples,
                  items: { $ref: "#/components/schemas/Sample" },
                },
              },
            }),
          },
          responses: {
            200: {
              description: "An answer for each sample, in their order",
              ...json({
                type: "object",
                required: ["model", "answers"],
                properties: {
                  model: { type: "string" },
                  answers: { type: "array", items: { $ref: "#/components/schemas/Answer" } },
                },
              }),
            },
            400: error("The samples don't fit the model; `at` says where"),
            403: error("A page of another origin asks"),
            413: error(`More than ${limits.bytes} bytes or ${limits.samples} samples`),
            415: error("The body isn't application/json"),
            421: error("The name in Host isn't one that the service answers to"),
            429: error(`More than ${limits.requests} requests at a time`),
            503: error("The service is stopping"),
          },
        },
      },
      "/health": { get: plainGet("Whether it answers", "application/json") },
      "/metrics": { get: plainGet("Figures in the text format of Prometheus", "text/plain") },
      "/openapi.json": { get: plainGet("This description", "application/json") },
    },
    components: {
      schemas: {
        Sample: {
          type: "object",
          description: "A value of each modality, unscaled, as the training data has them",
          ...(required.length > 0 && { required }),
          additionalProperties: false,
          properties: Object.fromEntries(inputs),
        },
        Answer: answerSchema(columns, components, rules),
        Error: {
          type: "object",
          required: ["error"],
          properties: {
            error: {
              type: "object",
              required: ["code", "message"],
              properties: {
                code: { type: "string" },
                message: { type: "string" },
                at: { type: "string", description: "Where in the body: `samples[3].left[2]`" },
              },
            },
          },
        },
      },
    },
  };
}

function plainGet(description: string, type: string): Schema {
  return { summary: description, responses: { 200: { description, content: { [type]: {} } } } };
}

function modalitySchema(
  binding: ModalityBinding,
  names: Readonly<Record<string, readonly string[]>> | undefined,
): Schema {
  const { shape, columns, categories = {}, vocabulary, optional, transforms = [] } = binding;
  const known = own(names, columns[0] ?? "");
  const encoding = encodingOf(binding);
  if (encoding !== undefined) {
    const wanted = encoding.kind === "one_hot" ? ["string", "number"] : ["string"];
    return {
      type: optional === true ? [...wanted, "null"] : wanted,
      description: `${encoding.kind === "one_hot" ? "A name; one that training never saw counts as none" : "A text"}. The service does: ${transformsText(transforms)}`,
      ...(encoding.kind === "one_hot" && { examples: (known ?? []).slice(0, 5) }),
    };
  }
  const token: Schema = { type: "integer", minimum: 0, maximum: (vocabulary ?? 1) - 1 };
  const value: Schema =
    vocabulary === undefined
      ? { type: "number" }
      : known === undefined
        ? token
        : { anyOf: [token, { type: "string", description: "A word that the model knows" }] };
  const nested = (sizes: readonly number[]): Schema =>
    sizes.reduceRight<Schema>(
      (items, length) => ({ type: "array", minItems: length, maxItems: length, items }),
      value,
    );
  const cell = (column: string): Schema =>
    own(categories, column) === undefined
      ? { type: "number" }
      : {
          type: ["string", "number"],
          description: "A category; one that training never saw counts as unknown",
          examples: (own(names, column) ?? []).slice(0, 5),
        };
  const row: Schema = {
    type: "object",
    required: columns,
    additionalProperties: false,
    properties: Object.fromEntries(columns.map((column) => [column, cell(column)])),
  };
  const flat = nested([size(shape)]);
  const choices = isRow(binding)
    ? [
        row,
        { type: "array", prefixItems: columns.map(cell), minItems: columns.length, maxItems: columns.length },
      ]
    : [nested(shape), ...(shape.length > 1 ? [flat] : [])];
  const either = optional === true ? [...choices, { type: "null" }] : choices;
  const doc =
    transforms.length === 0 ? {} : { description: `The service does: ${transformsText(transforms)}` };
  return either.length === 1 ? { ...doc, ...either[0] } : { ...doc, anyOf: either };
}

function answerSchema(
  { target, modalities }: AnswerPlan["columns"],
  components: readonly string[],
  rules: readonly { text: string }[],
): Schema {
  const probability = { type: "number", minimum: 0, maximum: 1 };
  const each = (schema: Schema): Schema => ({ type: "object", additionalProperties: schema });
  const said: Schema =
    target.kind === "regression"
      ? { numbers: each({ type: "number" }) }
      : {
          prediction:
            target.kind === undefined ? { type: "string" } : { type: "array", items: { type: "string" } },
          ...(target.kind === undefined && { confidence: probability }),
          probabilities: each(probability),
        };
  const optional = Object.values(modalities).some((binding) => binding.optional === true);
  return {
    type: "object",
    properties: {
      ...said,
      ...(components.length > 0 && { shares: each(probability) }),
      ...(rules.length > 0 && { rule: { type: "string", enum: rules.map(({ text }) => text) } }),
      ...(optional && { missing: { type: "array", items: { type: "string" } } }),
    },
  };
}
