import { capitalise, Namer } from "../check/names.js";
import { encodedModalities } from "../encoded.js";
import { customFiles, type CustomFile } from "../files.js";
import type { BlockFusionIr, EncoderIr, ModalityIr, ModelIr } from "../ir.js";
import { targetRow, type TargetRow } from "../tables/targets.js";

/** What generated modules call things; every name is used once. */
export interface Plan {
  ir: ModelIr;
  /** The kind of the target. */
  target: TargetRow;
  className: string;
  /** The class's field that encodes a modality. */
  encoderOf(modality: string): string;
  intraOf(modality: string): string;
  consistencyOf(modality: string): string;
  headOf(modality: string): string;
  modalities: readonly ModalityIr[];
  /** The names of those that the model reads. */
  encoded: readonly string[];
  /** The fusion block, where the model has its interactions, gate and rules. */
  block: BlockFusionIr | undefined;
  /** True when some modality may be missing. */
  optional: boolean;
  encoderFields: readonly { encoder: EncoderIr; field: string }[];
  /** The file of a `custom` layer, by its path in the spec. */
  customFile(path: string): CustomFile;
  /** True where a run keeps names: of categories, or of what became one-hot or tokens. */
  named: boolean;
  /** True where inputs are standardised, so that a run keeps by what. */
  standardised: boolean;
  /** True where texts are tokenised by a file, which a run keeps. */
  tokenised: boolean;
  /** `digits.mmspec:9`; the spec when no file is given */
  place(line: number, file?: string): string;
}

/** Names that a generated module uses itself, besides what it imports from the runtime. */
const globals = [
  "Float32Array",
  "Infinity",
  "NaN",
  "Object",
  "Promise",
  "Record",
  "ReturnType",
  "Inputs",
  "Model",
  "Answer",
];

/** @param runtimeNames what the runtime exports, so that a model called `Parameters` hides nothing */
export function plan(ir: ModelIr, runtimeNames: readonly string[]): Plan {
  const classes = new Namer([...globals, ...runtimeNames]);
  const fields = new Namer([
    "parameters",
    "predict",
    "intra",
    "interactions",
    "fuse",
    "gate",
    "merge",
    "head",
    "encode",
    "experts",
    "opinions",
    "modulation",
    "prototypes",
    "bounds",
    "alone",
    "weights",
    "scale",
  ]);
  const wanted = ir.name;
  const className =
    runtimeNames.includes(wanted) || globals.includes(wanted) ? classes.make(`${wanted}Model`) : wanted;
  if (ir.fusion.kind === "block")
    ir.fusion.components.forEach(({ id }) => [id, `${id}Merge`].map((name) => fields.make(name)));
  const encoderFields = ir.encoders.map((encoder) => {
    const [only] = encoder.modalities;
    const stem = encoder.modalities.length > 1 ? lowerFirst(encoder.name) : (only ?? "");
    return { encoder, field: fields.make(`${stem}Encoder`) };
  });
  const encoders = new Map(
    encoderFields.flatMap(({ encoder, field }) => encoder.modalities.map((name) => [name, field] as const)),
  );
  const byModality = (suffix: string) => {
    const names = new Map(ir.modalities.map(({ name }) => [name, fields.make(name + suffix)]));
    return (modality: string) => names.get(modality) as string;
  };
  const files = new Map(
    customFiles(ir, [...globals, ...runtimeNames, className]).map((file) => [file.from, file]),
  );
  const transforms =
    ir.data?.kind === "file" ? ir.data.modalities.flatMap((binding) => binding.transforms) : [];
  const { kind } = ir.training.paradigm;
  const headed = kind === "ensemble" || kind === "unimodal";
  return {
    ir,
    target: targetRow(ir.target.kind),
    className,
    encoded: encodedModalities(ir).map(({ name }) => name),
    block: ir.fusion.kind === "block" && !headed ? ir.fusion : undefined,
    encoderOf: (modality) => encoders.get(modality) as string,
    intraOf: byModality("Intra"),
    consistencyOf: byModality("Consistency"),
    headOf: byModality("Head"),
    modalities: ir.modalities,
    optional: ir.modalities.some(({ optional }) => optional),
    encoderFields,
    customFile: (path) => files.get(path) as CustomFile,
    named:
      transforms.some(({ kind }) => kind === "one_hot" || kind === "tokenised") ||
      ir.modalities.some(({ columns = [] }) => columns.some(({ categories }) => categories !== undefined)),
    standardised: transforms.some(({ kind }) => kind === "standardised"),
    tokenised: transforms.some((each) => "file" in each),
    place: (line, file = ir.file) => `${file.replace(/\s/g, " ")}:${line}`,
  };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** A name that begins like a class. */
export function typeName(text: string): string {
  return capitalise(text);
}
