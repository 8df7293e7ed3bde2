import type { Transform } from "../../grammar/syntax.js";
import type { TransformIr } from "../ir.js";
import { tokenizers } from "../tables/data.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";
import { leavesFolder } from "./paths.js";

/** Whose values are transformed. */
interface Of {
  name: string;
  modality: CheckedModality | undefined;
  /** Columns that feed it. */
  columns: number;
}

/** What changes the size of pictures or sounds, before anything else is done to them. */
const sizing: readonly Transform["kind"][] = ["resized", "cropped"];

/** What makes numbers of names or texts, before anything else. */
const encoding: readonly Transform["kind"][] = ["one_hot", "tokenised"];

/**
 * What is done to the values of a modality: only numbers can be changed, names and texts are made numbers first, a picture's size comes next, and each but
 * `clipped` and `scaled` stands once.
 */
export function checkTransforms(transforms: readonly Transform[], of: Of, checker: Checker): TransformIr[] {
  const { name, modality } = of;
  const isTable = modality?.columns !== undefined;
  return transforms.flatMap((transform, i) => {
    const { kind, span } = transform;
    const once = kind !== "clipped" && kind !== "scaled";
    if (once && transforms.findIndex((other) => other.kind === kind) < i) {
      checker.report("transformedTwice", span, { transform: kind });
      return [];
    }
    if (encoding.includes(kind)) return checkEncoding(transform, i, of, checker);
    // A table's numbers are standardised; its names stay as they are.
    const codes = modality?.vocabulary !== undefined || (isTable && kind !== "standardised");
    if (codes && kind === "scaled")
      checker.report("codesScaled", transform.by.span, { name, kind: modality.kind });
    else if (codes) checker.report("codesTransformed", span, { name, kind: modality.kind, transform: kind });
    else if (sizing.includes(kind)) checkSize(transform, transforms, of, checker);
    else if (kind === "clipped" && transform.from.value >= transform.to.value)
      checker.report("clippedToNothing", span, { from: transform.from.value, to: transform.to.value });
    return transformIr(transform, modality);
  });
}

/** `resized to` is of an image, `cropped to` of a sound too; they come first, and the last one makes the modality's size. */
function checkSize(
  transform: Transform,
  all: readonly Transform[],
  { name, modality }: Of,
  checker: Checker,
): void {
  if (modality?.shape === undefined) return;
  const { kind, shape } = modality;
  const { span } = transform;
  const sound = kind === "audio";
  if (transform.kind === "resized" && kind !== "image")
    checker.report("resizedNoImage", span, { name, kind });
  else if (transform.kind === "cropped" && kind !== "image" && !sound)
    checker.report("croppedNoImage", span, { name, kind });
  else {
    const position = all.indexOf(transform);
    const rest = all.slice(position + 1).filter((each) => sizing.includes(each.kind));
    const before = all.slice(0, position);
    const { rate = 1 } = modality;
    const wanted = sound ? [+((shape[0] as number) / rate).toFixed(6)] : shape.slice(0, 2);
    const found = sizeOf(transform);
    const from = before.findLast((each) => each.kind === "resized");
    if (before.some((each) => !sizing.includes(each.kind)))
      checker.report("resizedLater", span, { transform: transform.kind });
    else if (found.length !== wanted.length)
      checker.report("croppedSizes", span, { name, kind, example: `cropped to ${wanted.join(", ")}` });
    else if (
      sound
        ? Math.round((found[0] as number) * rate) !== shape[0]
        : rest.length === 0 && found.join() !== wanted.join()
    )
      checker.report(transform.kind === "resized" ? "resizedOtherwise" : "croppedOtherwise", span, {
        name,
        wanted,
      });
    else if (
      transform.kind === "cropped" &&
      from !== undefined &&
      sizeOf(from).some((side, i) => side < (found[i] as number))
    )
      checker.report("croppedLarger", span, { from: sizeOf(from), to: found });
  }
}

function sizeOf(transform: Transform): number[] {
  if (transform.kind === "resized") return [transform.height.value, transform.width.value];
  return transform.kind === "cropped" ? transform.to.map(({ value }) => value) : [];
}

/** `one_hot` makes a vector of one column, `tokenised by` the tokens of a text; either comes first. */
function checkEncoding(
  transform: Transform,
  position: number,
  { name, modality, columns }: Of,
  checker: Checker,
): TransformIr[] {
  if (modality?.shape === undefined || (transform.kind !== "one_hot" && transform.kind !== "tokenised"))
    return [];
  const { kind, span } = transform;
  const wanted = kind === "one_hot" ? "vector" : "tokens";
  if (modality.kind !== wanted)
    checker.report("encodedKind", span, { name, kind: modality.kind, transform: kind, wanted });
  else if (position > 0) checker.report("encodedLater", span, { transform: kind });
  else if (columns > 1) checker.report("encodedColumns", span, { name, transform: kind, columns });
  else if (transform.kind === "one_hot") return [{ kind: "one_hot" }];
  else return checkTokenizer(transform, { name, modality }, checker);
  return [];
}

function checkTokenizer(
  { by }: Extract<Transform, { kind: "tokenised" }>,
  { name, modality: { vocabulary = 0, padding } }: { name: string; modality: CheckedModality },
  checker: Checker,
): TransformIr[] {
  if (by.kind === "string") {
    if (!leavesFolder(by.value)) return [{ kind: "tokenised", file: by.value }];
    checker.report("outsideFolder", by.span, { path: by.value });
    return [];
  }
  const row = tokenizers.get(by.name.text);
  if (row === undefined) {
    const known = [...tokenizers.keys()];
    checker.report("unknownWord", by.name.span, { what: "a tokenizer", name: by.name.text, known });
    return [];
  }
  const args = bindArguments(by, row, checker);
  if (args === undefined) return [];
  const words = (args.most as number | undefined) ?? vocabulary;
  if (words > vocabulary) checker.report("tooManyWords", by.span, { name, words, vocabulary });
  if (padding !== undefined && padding !== 0)
    checker.report("wordsPadding", by.span, { name, padding: padding as number });
  return [{ kind: "tokenised", words }];
}

function transformIr(transform: Transform, modality: CheckedModality | undefined): TransformIr[] {
  switch (transform.kind) {
    case "scaled":
      return [{ kind: "scaled", by: transform.by.value }];
    case "resized":
      return [{ kind: "resized", to: [transform.height.value, transform.width.value] }];
    case "cropped":
      return [
        { kind: "cropped", to: modality?.kind === "audio" ? (modality.shape ?? []) : sizeOf(transform) },
      ];
    case "clipped":
      return [{ kind: "clipped", from: transform.from.value, to: transform.to.value }];
    case "log":
    case "standardised":
      return [{ kind: transform.kind }];
    default:
      return [];
  }
}
