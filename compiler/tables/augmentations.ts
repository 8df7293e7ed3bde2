import { count, positive, whole, word, type Callable } from "./parameters.js";

/** What can be done to a modality while learning, to show the same sample in another way. */
export interface AugmentationRow extends Callable {
  paper?: string;
  /** The kinds of modality that it can change. */
  of: readonly string[];
}

const rows: AugmentationRow[] = [
  {
    name: "flip",
    doc: "Mirrors half of the pictures.",
    example: "flip(horizontal)",
    parameters: [
      word(
        "axis",
        "What is swapped: left and right, or top and bottom.",
        ["horizontal", "vertical"],
        "horizontal",
      ),
    ],
    of: ["image"],
  },
  {
    name: "shift",
    doc: "Moves a picture by up to so many pixels, down and across, its edge repeated; or a sound by so many samples, silence moving in.",
    example: "shift(by: 2)",
    parameters: [count("by", "Pixels, or samples of a sound, at most.")],
    of: ["image", "audio"],
  },
  {
    name: "noise",
    doc: "Adds Gaussian noise.",
    example: "noise(0.05)",
    parameters: [positive("deviation", "Its standard deviation, in the units that the model is fed.")],
    of: ["vector", "image", "sequence", "audio"],
  },
  {
    name: "spec_augment",
    doc: "SpecAugment: sets runs of moments and runs of features to 0, each as long as is drawn.",
    paper: "Park et al. 2019, arXiv 1904.08779",
    example: "spec_augment(time: 10, frequency: 8)",
    parameters: [
      whole("time", "Moments of a mask, at most."),
      whole("frequency", "Features of a mask, at most."),
      count("masks", "Masks of either kind.", 2),
    ],
    of: ["sequence"],
  },
];

export const augmentations: ReadonlyMap<string, AugmentationRow> = new Map(
  rows.map((row) => [row.name, row]),
);

/** The augmentations that can change a kind of modality. */
export function augmentationsOf(kind: string): string[] {
  return rows.filter(({ of }) => of.includes(kind)).map(({ name }) => name);
}
