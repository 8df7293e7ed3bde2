import { recipe } from "../recipe.js";
import type { Row, Task } from "../study.js";

/** Shares of the samples of each kind; `unique` is that of each of the two modalities. */
export interface Mix {
  redundancy: number;
  unique: number;
  synergy: number;
}

export interface DrawnOptions {
  distractors?: "random" | "silent";
  /** Share of the samples that lack `b`. */
  missing?: { train?: number; test?: number };
  /** A class that is held out. */
  holdOut?: number;
  /** @default 20000 */
  samples?: number;
}

/** Samples whose interactions are known exactly: 4 classes, 8 features a block, noise 0.8. */
export function drawn(mix: Mix, options: DrawnOptions = {}): Task {
  const { distractors, missing, holdOut, samples = 20_000 } = options;
  const lacking = Object.entries(missing ?? {}).filter(([, share]) => share > 0);
  const more = distractors === undefined ? "" : `, distractors: ${distractors}`;
  return {
    model: "Mix",
    top: `target label: class(4)
  modality a: vector(24)
  ${missing === undefined ? "" : "optional "}modality b: vector(24)
  encoder A for a = mlp(128, 64)
  encoder B for b = mlp(128, 64)`,
    modalities: ["a", "b"],
    block: { rank: 32, units: 64, gate: 32 },
    data: ({ seed, samples: count }) =>
      [
        `from synthetic(redundancy: ${mix.redundancy}, unique: ${mix.unique}, synergy: ${mix.synergy}, samples: ${count}, noise: 0.8${more}, seed: ${seed})`,
        `split 0.8 train, 0.2 test seed ${seed}`,
        ...(holdOut === undefined ? [] : [`hold out classes ${holdOut}`]),
        ...lacking.map(([part, share]) => `missing b in ${share} of ${part} seed ${seed}`),
      ].join("\n  "),
    samples,
    recipe,
  };
}

/** The mixes of the kinds of interaction, in the order of the table. */
export const mixes = {
  r: { title: "R", mix: { redundancy: 1, unique: 0, synergy: 0 } },
  u: { title: "1/2 U1, 1/2 U2", mix: { redundancy: 0, unique: 0.5, synergy: 0 } },
  s: { title: "S", mix: { redundancy: 0, unique: 0, synergy: 1 } },
  ru: { title: "1/2 R, 1/4 U1, 1/4 U2", mix: { redundancy: 0.5, unique: 0.25, synergy: 0 } },
  rs: { title: "1/2 R, 1/2 S", mix: { redundancy: 0.5, unique: 0, synergy: 0.5 } },
  rus: {
    title: "1/3 R, 1/6 U1, 1/6 U2, 1/3 S",
    mix: { redundancy: 0.333333, unique: 0.166667, synergy: 0.333333 },
  },
} as const satisfies Record<string, { title: string; mix: Mix }>;

/** A row of one of the mixes. */
export function mixRow(name: keyof typeof mixes, options: DrawnOptions = {}): Row {
  const { title, mix } = mixes[name];
  return { name, title, task: drawn(mix, options) };
}
