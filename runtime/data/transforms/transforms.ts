import type { ModalityBinding } from "../load.js";
import { own } from "../names.js";
import type { ProblemList } from "../problems.js";
import type { Samples } from "../samples.js";
import { standardise, statisticsOf, type Statistics } from "./standardise.js";

/** What is done to the values of a modality before anything reads them; several in this order. */
export type Transform =
  | { kind: "resized"; to: readonly [height: number, width: number] }
  | { kind: "scaled"; by: number }
  /** ln(1 + x) */
  | { kind: "log" }
  | { kind: "clipped"; from: number; to: number }
  /** To mean 0 and deviation 1, by the training split. */
  | { kind: "standardised" }
  /** The middle of a picture, [height, width], or of a sound, [samples]. */
  | { kind: "cropped"; to: readonly number[] }
  /** A column of names becomes 1 at the name's position and 0 elsewhere; names that training never saw are 0 throughout. */
  | { kind: "one_hot" }
  /** A column of texts becomes tokens, by a file in the format of Hugging Face or by so many words of the training split. */
  | { kind: "tokenised"; file: string }
  | { kind: "tokenised"; words: number };

/** Which values a transform changes: not those of missing samples, of moments that only fill a sequence, and codes of categories. */
export interface Reach {
  /** Values that share statistics stand so far from each other: the features, or channels; 1 for sounds. */
  stride: number;
  /** True for the positions of a row's first values, modulo `stride`, that are codes. */
  codes: readonly boolean[];
  padded: boolean;
}

export function reachOf({ shape, rate, padding, columns, categories = {} }: ModalityBinding): Reach {
  return {
    stride: rate === undefined ? (shape.at(-1) ?? 1) : 1,
    codes: columns.map((column) => own(categories, column) !== undefined),
    padded: padding === "zeros",
  };
}

/** Positions of the values that a transform changes. */
export function* changing(samples: Samples, modality: string, { stride, codes, padded }: Reach) {
  const values = samples.inputs[modality] as Float32Array;
  const width = values.length / Math.max(1, samples.size);
  for (let row = 0; row < samples.size; row++) {
    if (samples.present[modality]?.[row] !== 1) continue;
    for (let begin = row * width; begin < (row + 1) * width; begin += stride) {
      if (padded && values.subarray(begin, begin + stride).every((value) => value === 0)) continue;
      for (let at = begin; at < begin + stride; at++) if (codes[at - begin] !== true) yield at;
    }
  }
}

/** Visits the positions of the values that a transform changes: what `changing` gives, faster where all of a sample's values are changed. */
export function eachChanging(
  samples: Samples,
  modality: string,
  reach: Reach,
  visit: (at: number) => void,
): void {
  if (reach.padded || reach.codes.includes(true)) {
    for (const at of changing(samples, modality, reach)) visit(at);
    return;
  }
  const width = (samples.inputs[modality] as Float32Array).length / Math.max(1, samples.size);
  for (let row = 0; row < samples.size; row++) {
    if (samples.present[modality]?.[row] !== 1) continue;
    for (let at = row * width; at < (row + 1) * width; at++) visit(at);
  }
}

/**
 * Transforms samples in place.
 * @param parts the training part first, if `kept` is left out
 * @param kept the statistics that a model was trained with; those of the training part when left out
 * @returns the statistics of each modality that is standardised
 */
export function transform(
  parts: readonly Samples[],
  modalities: Readonly<Record<string, ModalityBinding>>,
  kept: Readonly<Record<string, Statistics>> | undefined,
  { where, problems }: { where: string; problems: ProblemList },
): Record<string, Statistics> {
  const found: Record<string, Statistics> = {};
  const [train] = parts;
  if (train === undefined) return found;
  for (const [name, binding] of Object.entries(modalities)) {
    const reach = reachOf(binding);
    for (const step of binding.transforms ?? []) {
      if (step.kind === "log") checkLog(name, binding, reach, parts, { where, problems });
      if (step.kind === "standardised") {
        const statistics = own(kept, name) ?? statisticsOf(train, name, reach);
        if (statistics.mean.length !== reach.stride) {
          const { length } = statistics.mean;
          problems.add("otherStatistics", where, { name, wanted: reach.stride, found: length }, binding.line);
          continue;
        }
        found[name] = statistics;
        for (const part of parts) standardise(part, name, reach, statistics);
        continue;
      }
      const change = changeOf(step);
      if (change === undefined) continue;
      for (const part of parts) {
        const values = part.inputs[name] as Float32Array;
        eachChanging(part, name, reach, (at) => (values[at] = change(values[at] as number)));
      }
    }
  }
  return found;
}

/** What happens to each value by itself; nothing where it was done when the values were read. */
function changeOf(
  step: Exclude<Transform, { kind: "standardised" }>,
): ((value: number) => number) | undefined {
  switch (step.kind) {
    case "scaled":
      return (value) => step.by * value;
    case "log":
      return Math.log1p;
    case "clipped":
      return (value) => Math.min(step.to, Math.max(step.from, value));
    default:
      return undefined;
  }
}

function checkLog(
  name: string,
  { line }: ModalityBinding,
  reach: Reach,
  parts: readonly Samples[],
  { where, problems }: { where: string; problems: ProblemList },
): void {
  let count = 0;
  let first: { row: number; value: number } | undefined;
  for (const part of parts) {
    const values = part.inputs[name] as Float32Array;
    for (const at of changing(part, name, reach)) {
      const value = values[at] as number;
      if (value > -1) continue;
      count++;
      const row = part.index[Math.floor((at * part.size) / values.length)] as number;
      if (first === undefined || row < first.row) first = { row, value };
    }
  }
  if (first !== undefined) problems.addOfSource("noLog", where, { name, ...first, count }, line);
}
