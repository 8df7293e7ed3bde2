import { count, positive, share, whole, word, type Callable } from "./parameters.js";

/** Kinds of file that `from` reads. */
export const formats: ReadonlyMap<string, string> = new Map([
  [".npz", "NumPy arrays, zipped: one array a column"],
  [".csv", "comma-separated values with a header"],
  [".parquet", "Apache Parquet"],
]);

/** Data whose interactions are known exactly. */
export const synthetic: Callable = {
  name: "synthetic",
  doc: "Samples of a known kind of interaction each: blocks of codewords and noise, turned by a random rotation.",
  example: "synthetic(redundancy: 0.5, synergy: 0.5, samples: 8000, seed: 1)",
  parameters: [
    share("redundancy", "Share of the samples whose class every modality tells.", 0),
    share("unique", "Share of the samples whose class one modality tells, the same for each.", 0),
    share("synergy", "Share of the samples whose class only all modalities together tell.", 0),
    count("samples", "How many samples."),
    positive("noise", "Standard deviation of the noise; codewords have variance 1.", 0.8),
    word(
      "distractors",
      "Blocks that tell nothing carry random symbols, or a codeword of their own.",
      ["random", "silent"],
      "random",
    ),
    whole("seed", "Which samples.", 1),
  ],
};

/** Kinds of modality. */
export interface ModalityRow extends Callable {
  shape(args: Readonly<Record<string, unknown>>): number[];
}

export const modalityKinds: ReadonlyMap<string, ModalityRow> = new Map(
  (
    [
      {
        name: "vector",
        doc: "A row of numbers.",
        example: "vector(16)",
        parameters: [count("features", "How many numbers.")],
        shape: (args) => [args.features as number],
      },
      {
        name: "image",
        doc: "Height, width and channels.",
        example: "image(28, 28, 1)",
        parameters: [
          count("height", "Rows of pixels."),
          count("width", "Columns of pixels."),
          count("channels", "Values of a pixel.", 1),
        ],
        shape: (args) => [args.height as number, args.width as number, args.channels as number],
      },
    ] satisfies ModalityRow[]
  ).map((row) => [row.name, row]),
);
