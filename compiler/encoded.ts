import type { ModalityIr, ModelIr } from "./ir.js";

/** The modalities that a model reads: one under `unimodal`, otherwise all. */
export function encodedModalities({ modalities, training: { paradigm } }: ModelIr): readonly ModalityIr[] {
  return paradigm.kind === "unimodal"
    ? modalities.filter(({ name }) => name === paradigm.modality)
    : modalities;
}
