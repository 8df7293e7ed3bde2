import type { MergeIr } from "../ir.js";
import { mergeField } from "./block.js";
import { expertsOf } from "./experts.js";
import { access, presentList } from "./model.js";
import type { Module } from "./module.js";
import type { Plan } from "./plan.js";
import { key, literal, numeral } from "./text.js";

/** A merge that adds to the loss. */
interface Adding {
  merge: MergeIr;
  /** The model's field. */
  field: string;
  /** Behind the names of its terms. */
  suffix: string;
  modalities: readonly string[];
}

/** The merges of a model, of which some add to the loss. */
function mergesOf(plan: Plan): Adding[] {
  const { fusion, training } = plan.ir;
  const { encoded: modalities } = plan;
  if (plan.block !== undefined) {
    return plan.block.components.flatMap((component) => {
      const { merge, id, modalities } = component;
      return merge === undefined
        ? []
        : [{ merge, field: mergeField(component), suffix: `.${id}`, modalities }];
    });
  }
  if (fusion.kind !== "merge") return [];
  const { merge } = fusion;
  if (training.paradigm.kind !== "i2moe") return [{ merge, field: "merge", suffix: "", modalities }];
  return expertsOf(plan).map(({ id }) => ({ merge, field: `${id}Merge`, suffix: `.${id}`, modalities }));
}

/** What the merges add to the loss, in words behind it. */
export function addedText(plan: Plan): string {
  const added = mergesOf(plan).map(({ merge }) => merge.terms ?? {});
  const words = [
    ...(added.some(({ balance = 0 }) => balance > 0) ? ["experts are asked alike"] : []),
    ...(added.some(({ alignment = 0 }) => alignment > 0) ? ["views of what is redundant agree"] : []),
  ];
  return words.length === 0 ? "" : `; ${words.join(", and ")}`;
}

/** Whether what joins the modalities adds to the loss. */
export function hasTerms(plan: Plan): boolean {
  return mergesOf(plan).some(({ merge: { terms } }) =>
    Object.values(terms ?? {}).some((weight) => weight > 0),
  );
}

/**
 * What the merges add to the loss, as the properties of a record.
 * @param model what has the merges
 * @param source what a merge reads of a modality
 */
export function termLines(
  module: Module,
  plan: Plan,
  model = "model",
  source = (name: string) => access("encodings", name),
): string[] {
  return mergesOf(plan).flatMap(
    ({ merge: { terms = {}, distance = "cosine" }, field, suffix, modalities }) => {
      const { balance = 0, alignment = 0 } = terms;
      const list = `[${modalities.map(source).join(", ")}]`;
      const line = (name: string, weight: number, loss: string) =>
        weight === 0
          ? []
          : [`${key(`${name}${suffix}`)}: ${module.use("tf")}.mul(${numeral(weight)}, ${loss}),`];
      const present = presentList(plan, modalities, "batch.present");
      const apart = [list, literal(distance), "context", present].filter((arg) => arg !== undefined);
      return [
        ...line("balance", balance, `${model}.${field}.imbalance(${list}, context)`),
        ...line("align", alignment, `${model}.${field}.apart(${apart.join(", ")})`),
      ];
    },
  );
}
