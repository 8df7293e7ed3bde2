import type { BindingIr, DataIr, MissingIr, ModalityIr, SplitIr, StreamedIr, TransformIr } from "../ir.js";
import { docs, type Module } from "./module.js";
import type { Plan } from "./plan.js";
import { commentText, key, literal, numeral, options } from "./text.js";

/** `data.ts`: where the samples come from. */
export function emitData(module: Module, plan: Plan, data: DataIr): void {
  module.file.addVariableStatement({
    isExported: true,
    declarationKind: "const" as never,
    docs: docs(
      data.kind === "file"
        ? `Which columns ${commentText(plan.ir.name)} reads, and which say what is right (${plan.place(data.line)}).`
        : `Which columns of a file to predict ${commentText(plan.ir.name)} reads, and which say what is right: those that are called like it.`,
    ),
    declarations: [
      { name: "columns", type: module.useType("DataColumns"), initializer: columnsText(module, plan, data) },
    ],
  });
  module.file.addFunction({
    name: "loadSamples",
    isExported: true,
    isAsync: true,
    docs: docs(
      data.kind === "file"
        ? [
            `Reads the samples and splits them (${plan.place(data.line)}).`,
            "@param folder where the paths begin",
            ...(plan.named
              ? ["@param names of the categories, as training saw them; found anew when left out"]
              : []),
            ...(plan.standardised || plan.tokenised
              ? ["@param statistics by which inputs are standardised, as training had them; likewise"]
              : []),
            ...(plan.tokenised ? ["@param tokenizers of texts, as training had them; likewise"] : []),
          ].join("\n")
        : `Draws the samples and splits them (${plan.place(data.line)}).`,
    ),
    parameters:
      data.kind === "file"
        ? [
            { name: "folder", type: "string" },
            ...(plan.named ? [{ name: "names?", type: module.useType("Names") }] : []),
            ...(plan.standardised || plan.tokenised
              ? [{ name: "statistics?", type: `Record<string, ${module.useType("Statistics")}>` }]
              : []),
            ...(plan.tokenised ? [{ name: "tokenizers?", type: module.useType("Tokenizers") }] : []),
          ]
        : [],
    returnType: `Promise<${module.useType("Splits")}>`,
    statements: data.kind === "file" ? fileLines(module, plan, data) : drawnLines(module, plan, data),
  });
}

function splitText(split: SplitIr): string {
  const { train, validation, test, fold, by, stratified, seed, line, missing, holdOut } = split;
  const parts = [
    ...(fold === undefined ? [] : [`fold: { at: ${fold.at}, of: ${fold.of} }`]),
    ...(train === undefined ? [] : [`train: ${numeral(train)}`]),
    ...(validation === undefined ? [] : [`validation: ${numeral(validation)}`]),
    ...(test === undefined ? [] : [`test: ${numeral(test)}`]),
    ...(by === undefined ? [] : [`by: ${options(by)}`]),
    ...(stratified ? ["stratified: true"] : []),
    `seed: ${seed}`,
    `line: ${line}`,
    ...(holdOut ? [`holdOut: { classes: [${holdOut.classes.join(", ")}], line: ${holdOut.line} }`] : []),
    ...(missing.length > 0 ? [`missing: [${missing.map(missingText).join(", ")}]`] : []),
  ];
  return `{ ${parts.join(", ")} }`;
}

function missingText({ modality, share, part, seed }: MissingIr): string {
  return options({ modality, share, part, seed });
}

/** Samples that are drawn have no columns: each modality and the target has one of its name. */
function columnsText(module: Module, plan: Plan, data: DataIr): string {
  const called = (name: string): BindingIr => ({ name, columns: [name], transforms: [], line: data.line });
  const bound =
    data.kind === "file"
      ? data
      : { modalities: plan.modalities.map(({ name }) => called(name)), target: called(plan.ir.target.name) };
  const bindings = plan.modalities.flatMap((modality) => {
    const binding = bound.modalities.find((candidate) => candidate.name === modality.name);
    if (binding === undefined) return [];
    return `${key(modality.name)}: { ${bindingParts(binding, aboutParts(modality, binding)).join(", ")} },`;
  });
  return `{
    modalities: {\n${bindings.join("\n")}\n},
    target: { ${targetText(module, plan, bound.target)} },${data.kind === "file" ? sourceText(data) : ""}
  }`;
}

/** What is read besides the first file, and what becomes of samples that can't be read. */
function sourceText({ joins, skip }: Extract<DataIr, { kind: "file" }>): string {
  const joined = joins.map(
    ({ path, key: by, line }) => `{ with: ${literal(path)}, by: ${literal(by)}, line: ${line} },`,
  );
  return [
    ...(joins.length > 0 ? [`\njoins: [\n${joined.join("\n")}\n],`] : []),
    ...(skip === undefined ? [] : [`\nskip: { atMost: ${numeral(skip.atMost)}, line: ${skip.line} },`]),
  ].join("");
}

function fileLines(module: Module, plan: Plan, data: Extract<DataIr, { kind: "file" }>): string[] {
  return [
    `return ${module.use("loadData")}(
      {
        from: ${literal(data.path)},
        line: ${data.line},
        ...columns,
        split: ${splitText(data.split)},${streamedText(data.streamed)}
      },
      folder,${keptText(plan)}
    );`,
  ];
}

function streamedText(streamed: StreamedIr | undefined): string {
  if (streamed === undefined) return "";
  const { within, line } = streamed;
  const bytes = within % 2 ** 20 === 0 ? `${within / 2 ** 20} * 2 ** 20` : numeral(within);
  return `\nstreamed: { within: ${bytes}, line: ${line} },`;
}

/** What a trained model was given of its data. */
function keptText({ named, standardised, tokenised }: Plan): string {
  if (tokenised) return "\nnames,\nstatistics,\ntokenizers,";
  if (standardised) return `\n${named ? "names" : "undefined"},\nstatistics,`;
  return named ? "\nnames," : "";
}

/** Which columns tell the target, and what it is. */
function targetText(module: Module, { ir: { target } }: Plan, binding: BindingIr): string {
  const { name, kind, named, outputs } = target;
  if (kind === "class") {
    const classes = named ? module.use("classes", "./model.ts") : `classes: ${outputs.length}`;
    return `name: ${literal(name)}, column: ${literal(binding.columns[0] ?? "")}, ${classes}, line: ${binding.line}`;
  }
  const those =
    kind === "multilabel"
      ? module.use("labels", "./model.ts")
      : `numbers: [${outputs.map(literal).join(", ")}]`;
  const [scaled] = binding.transforms;
  const scale = scaled?.kind === "scaled" ? [`scale: ${scaleText(scaled.by)}`] : [];
  return `kind: ${literal(kind)}, name: ${literal(name)}, ${bindingParts(binding, [those, ...scale]).join(", ")}`;
}

/** What the values of a modality are. */
function aboutParts(
  { shape, rate, optional, vocabulary, padding, columns = [] }: ModalityIr,
  { columns: read, files, transforms }: BindingIr,
): string[] {
  const categories = columns.flatMap(({ categories: most }, i) =>
    most === undefined ? [] : [[read[i] ?? "", most] as const],
  );
  const tokenised = transforms.some(({ kind }) => kind === "tokenised");
  return [
    `shape: [${shape.join(", ")}]`,
    ...(files ? ["files: true"] : []),
    ...(rate === undefined ? [] : [`rate: ${rate}`]),
    ...(vocabulary === undefined ? [] : [`vocabulary: ${vocabulary}`]),
    ...(tokenised && typeof padding === "number" ? [`fill: ${padding}`] : []),
    ...(categories.length === 0 ? [] : [`categories: ${options(Object.fromEntries(categories))}`]),
    ...(optional ? ["optional: true"] : []),
    ...(transforms.length === 0 ? [] : [`transforms: [${transforms.map(transformText).join(", ")}]`]),
    ...(transforms.length > 0 && padding === "zeros" ? ['padding: "zeros"'] : []),
  ];
}

function transformText(transform: TransformIr): string {
  const { kind } = transform;
  if (kind === "cropped") return `{ kind: "cropped", to: [${transform.to.join(", ")}] }`;
  if (kind === "tokenised") return options({ ...transform });
  if (kind === "scaled") return `{ kind: "scaled", by: ${scaleText(transform.by)} }`;
  if (kind === "resized") return `{ kind: "resized", to: [${transform.to.join(", ")}] }`;
  if (kind === "clipped")
    return `{ kind: "clipped", from: ${numeral(transform.from)}, to: ${numeral(transform.to)} }`;
  return `{ kind: ${literal(kind)} }`;
}

function bindingParts({ columns, line }: BindingIr, more: readonly string[]): string[] {
  return [`columns: [${columns.map(literal).join(", ")}]`, ...more, `line: ${line}`];
}

/** 1 / 255 reads better than 0.00392156862745098. */
function scaleText(scale: number): string {
  const inverse = 1 / scale;
  return scale < 1 && Number.isInteger(inverse) && 1 / inverse === scale ? `1 / ${inverse}` : numeral(scale);
}

function drawnLines(module: Module, plan: Plan, data: Extract<DataIr, { kind: "drawn" }>): string[] {
  const { kind, name } = plan.ir.target;
  const outputs =
    kind === "regression" ? `target: ${literal(name)}` : module.use(plan.target.outputs, "./model.ts");
  const widths = plan.modalities.map(({ name, shape }) => `${key(name)}: ${shape[0]}`);
  return [
    `return ${module.use(data.load)}(
      {
        widths: { ${widths.join(", ")} },
        ${outputs},
        ${options(data.options).slice(2, -2)},
      },
      ${splitText(data.split)},
    );`,
  ];
}
