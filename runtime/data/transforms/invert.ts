import type { ModalityBinding } from "../load.js";
import { own } from "../names.js";
import type { Statistics } from "./standardise.js";

/**
 * What a value was before the transforms of its modality; what was clipped stays so, and a picture keeps its size.
 * @param j position in the sample
 * @param statistics those of this modality
 */
export function invert(
  value: number,
  j: number,
  { transforms = [], shape, rate, columns, categories = {} }: ModalityBinding,
  statistics: Statistics | undefined,
): number {
  if (own(categories, columns[j] ?? "") !== undefined) return value;
  const feature = rate === undefined ? j % (shape.at(-1) ?? 1) : 0;
  return transforms.reduceRight((inner, step) => {
    switch (step.kind) {
      case "scaled":
        return inner / step.by;
      case "log":
        return Math.expm1(inner);
      case "standardised":
        return inner * (statistics?.deviation[feature] ?? 1) + (statistics?.mean[feature] ?? 0);
      default:
        return inner;
    }
  }, value);
}
