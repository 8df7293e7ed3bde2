import { Random } from "./random.js";
import type { Samples } from "./samples.js";
import type { MissingPlan } from "./split.js";

/**
 * Takes a modality away from a share of the samples that have it, in place; which ones follows from the seed. A sample keeps its last
 * modality.
 */
export function takeAway(samples: Samples, { modality, share, seed }: Omit<MissingPlan, "part">): void {
  const own = samples.present[modality];
  const values = samples.inputs[modality];
  if (own === undefined) return;
  const width = (values?.length ?? 0) / samples.size;
  const others = Object.entries(samples.present).flatMap(([name, has]) => (name === modality ? [] : [has]));
  const having = [...own.keys()].filter((i) => own[i] === 1);
  const takeable = having.filter((i) => others.some((has) => has[i] === 1));
  const count = Math.min(takeable.length, Math.round(share * having.length));
  for (const i of new Random(seed).fork(`missing ${modality}`).shuffle(takeable).slice(0, count)) {
    own[i] = 0;
    values?.fill(0, i * width, (i + 1) * width);
  }
}
