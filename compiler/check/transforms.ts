import type { Transform } from "../../grammar/syntax.js";
import type { TransformIr } from "../ir.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";

/** What is done to the values of a modality: only numbers can be changed, a picture's size comes first, and each but `clipped` and `scaled` stands once. */
export function checkTransforms(
  transforms: readonly Transform[],
  { name, modality }: { name: string; modality: CheckedModality | undefined },
  checker: Checker,
): TransformIr[] {
  const isTable = modality?.columns !== undefined;
  transforms.forEach((transform, i) => {
    const { kind, span } = transform;
    // A table's numbers are standardised; its names stay as they are.
    const codes = modality?.vocabulary !== undefined || (isTable && kind !== "standardised");
    if (codes && kind === "scaled") {
      checker.report("codesScaled", transform.by.span, { name, kind: modality.kind });
      return;
    }
    if (codes) {
      checker.report("codesTransformed", span, { name, kind: modality.kind, transform: kind });
      return;
    }
    const once = kind === "resized" || kind === "standardised" || kind === "log";
    if (once && transforms.findIndex((other) => other.kind === kind) < i)
      checker.report("transformedTwice", span, { transform: kind });
    else if (kind === "resized") checkResized(transform, i, { name, modality }, checker);
    else if (kind === "clipped" && transform.from.value >= transform.to.value)
      checker.report("clippedToNothing", span, { from: transform.from.value, to: transform.to.value });
  });
  return transforms.map(transformIr);
}

function checkResized(
  { height, width, span }: Extract<Transform, { kind: "resized" }>,
  position: number,
  { name, modality }: { name: string; modality: CheckedModality | undefined },
  checker: Checker,
): void {
  if (modality?.shape === undefined) return;
  const [toHeight, toWidth] = modality.shape;
  if (modality.kind !== "image") checker.report("resizedNoImage", span, { name, kind: modality.kind });
  else if (position > 0) checker.report("resizedLater", span, undefined);
  else if (height.value !== toHeight || width.value !== toWidth)
    checker.report("resizedOtherwise", span, { name, wanted: modality.shape.slice(0, 2) });
}

function transformIr(transform: Transform): TransformIr {
  switch (transform.kind) {
    case "scaled":
      return { kind: "scaled", by: transform.by.value };
    case "resized":
      return { kind: "resized", to: [transform.height.value, transform.width.value] };
    case "clipped":
      return { kind: "clipped", from: transform.from.value, to: transform.to.value };
    case "log":
    case "standardised":
      return { kind: transform.kind };
  }
}
