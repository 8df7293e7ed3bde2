import type { Transform } from "../../data/transforms/transforms.js";

/** What the service does to values, as a spec says it. */
export function transformsText(transforms: readonly Transform[]): string {
  return transforms.map(textOf).join(", ");
}

function textOf(step: Transform): string {
  switch (step.kind) {
    case "resized":
      return `resized to ${step.to.join(", ")} (give that size)`;
    case "cropped":
      return `cropped to ${step.to.join(", ")} (give that size)`;
    case "tokenised":
      return "file" in step ? `tokenised by "${step.file}"` : `tokenised by words(${step.words})`;
    case "scaled":
      return `scaled by ${Number(step.by.toPrecision(6))}`;
    case "clipped":
      return `clipped to ${step.from}..${step.to}`;
    default:
      return step.kind;
  }
}
