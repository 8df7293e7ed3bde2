import type { ModalityBinding } from "../../data/load.js";
import { size } from "../../data/size.js";
import { encodingOf } from "../../data/transforms/coder.js";
import { isRow } from "./request.js";
import { transformsText } from "./transforms-text.js";

/** What the page says of a modality's values. */
export function aboutModality(binding: ModalityBinding): string {
  const { shape, columns, vocabulary, transforms = [] } = binding;
  const sizes = `[${shape.join(", ")}]`;
  if (isRow(binding)) return `a value for each of ${columns.join(", ")}`;
  const encoding = encodingOf(binding);
  if (encoding !== undefined) return encoding.kind === "one_hot" ? "a name" : "a text";
  if (vocabulary !== undefined) return `${size(shape)} tokens from 0 to ${vocabulary - 1}`;
  return `numbers, ${sizes}${transforms.length === 0 ? "" : `, as the data has them (the model does: ${transformsText(transforms)})`}`;
}
