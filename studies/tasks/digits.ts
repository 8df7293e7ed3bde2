import type { Task } from "../study.js";

/**
 * Handwritten digits, cut in two.
 * @param holdOut classes that are never learned
 */
export function digits({ holdOut = [] }: { holdOut?: readonly number[] } = {}): Task {
  return {
    model: "Digits",
    top: `target digit: class(10)
  modality top: image(14, 28, 1)
  modality bottom: image(14, 28, 1)
  encoder Eye = conv(8, 3, stride: 2) -> conv(16, 3, stride: 2) -> flatten -> dense(64)
  encode top, bottom with Eye`,
    modalities: ["top", "bottom"],
    block: { rank: 32, units: 64, gate: 32 },
    data: ({ seed }) =>
      [
        'from "data/digits.npz"',
        'top <- "top" scaled by 1/255',
        'bottom <- "bottom" scaled by 1/255',
        'digit <- "label"',
        `split 0.5 train, 0.5 test stratified seed ${seed}`,
        ...(holdOut.length === 0 ? [] : [`hold out classes ${holdOut.join(", ")}`]),
      ].join("\n  "),
    file: { name: "digits.npz", script: "prepare-digits.mjs" },
    recipe: { epochs: 12, settings: ["optimizer adam(lr: 2e-3)", "batch 64"] },
  };
}
