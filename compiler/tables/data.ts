import type { ModalityIr } from "../ir.js";
import {
  count,
  positive,
  severalWords,
  share,
  weight,
  whole,
  word,
  type Arguments,
  type Callable,
  type Parameter,
} from "./parameters.js";
import type { TargetKind } from "./targets.js";

/** What `from` reads, by how its path ends: a folder ends with a slash. */
export const formats: ReadonlyMap<string, string> = new Map([
  [".npz", "NumPy arrays, zipped: one array a column"],
  [
    ".npy",
    "one NumPy array: a column called like the file, and of a matrix also a column for each of its own, `0`, `1`, ...",
  ],
  [".csv", "comma-separated values with a header"],
  [".tsv", "the same with tabs"],
  [".jsonl", "JSON lines: an object a line, its keys the columns; a list is a vector"],
  [".ndjson", "the same"],
  [".csv.gz", "gzipped, as are `.tsv.gz`, `.jsonl.gz` and `.ndjson.gz`"],
  [".tsv.gz", "gzipped"],
  [".jsonl.gz", "gzipped"],
  [".ndjson.gz", "gzipped"],
  [".parquet", "Apache Parquet"],
  [".arrow", "Apache Arrow, a file or a stream"],
  [".feather", "Feather, version 2"],
  [".safetensors", "arrays as PyTorch's users keep them: one array a column"],
  [".h5", "HDF5: one dataset a column, those of groups by their path, `eye/left`"],
  [".hdf5", "the same"],
  [
    "/",
    "a folder: of NumPy arrays, or of a folder for each class with pictures or sounds, columns `file` and `class`",
  ],
]);

/** Share of the samples that `skip unreadable` leaves out at most, where it says no other. */
export const mostSkipped = 0.05;

/** A source that draws its samples; what is known of them comes along. */
export interface DrawnRow extends Callable {
  /** What draws it, of each kind of target that it can give. */
  load: Partial<Record<TargetKind, string>>;
}

const ofOne = (parameter: Parameter): Parameter => ({ ...parameter, of: "one modality" });
const ofSeveral = (parameter: Parameter): Parameter => ({ ...parameter, of: "several modalities" });

const samples = count("samples", "How many samples.");
const seed = whole("seed", "Which samples.", 1);

/** Data whose interactions are known exactly. */
export const drawn: ReadonlyMap<string, DrawnRow> = new Map(
  (
    [
      {
        name: "synthetic",
        doc: "Samples of a known kind of interaction each: blocks of codewords and noise, turned by a random rotation.",
        example: "synthetic(redundancy: 0.5, synergy: 0.5, samples: 8000, seed: 1)",
        load: { class: "loadSynthetic" },
        parameters: [
          ofSeveral(share("redundancy", "Share of the samples whose class every modality tells.", 0)),
          ofOne(
            share("unique", "Share of the samples whose class one modality tells, of each or by name.", 0),
          ),
          ofSeveral(
            share("synergy", "Share of the samples whose class only all modalities together tell.", 0),
          ),
          samples,
          ofOne(positive("noise", "Standard deviation of the noise; codewords have variance 1.", 0.8)),
          word(
            "distractors",
            "Blocks that tell nothing carry random symbols, or a codeword of their own.",
            ["random", "silent"],
            "random",
          ),
          seed,
          {
            ...ofOne(
              count("block", "Features of each of a modality's three blocks; a third of the modality."),
            ),
            optional: true,
          },
        ],
      },
      {
        name: "gaussian_pair",
        doc: "Two noisy one-hot vectors of the class with correlated noise, from the LSMI code (Yang et al. 2025).",
        example: "gaussian_pair(rho: 0.5, samples: 2000, seed: 1)",
        load: { class: "loadGaussianPair" },
        parameters: [
          {
            name: "rho",
            doc: "Correlation of the modalities' noise.",
            type: { kind: "number", min: -0.999, max: 0.999 },
            default: 0.5,
          },
          samples,
          positive("noise", "Standard deviation of the noise.", 0.5),
          seed,
        ],
      },
      {
        name: "feature_sum",
        doc: "A sum, or the quantile of a sum, of latent features, some common to all modalities, some a modality's own (Liang et al. 2023).",
        example: "feature_sum(shared: 1, own(left): 0.5, samples: 20000, seed: 1)",
        load: { class: "loadFeatureSum", regression: "loadFeatureSumNumber" },
        parameters: [
          share("shared", "Share of the common latent features that the class sums.", 0),
          ofOne(share("own", "Share of a modality's own latent features that the class sums.", 0)),
          samples,
          count("latent", "Features of each latent vector.", 5),
          positive("variance", "Variance of each latent feature.", 1.5),
          weight("noise", "Deviation of what no modality shows of the sum, in deviations of the sum.", 0),
          seed,
        ],
      },
      {
        name: "logic_gate",
        doc: "Gates of one bit a modality, shown as codewords in noise; several gates have bits of their own, and give a class together or a label each.",
        example: "logic_gate(gate: [rdn, xor], samples: 8000, noise: 0.3, seed: 1)",
        load: { class: "loadLogicGate", multilabel: "loadGateLabels" },
        parameters: [
          severalWords("gate", "What makes the class of the bits.", [
            "and",
            "or",
            "xor",
            "sum",
            "copy",
            "rdn",
          ]),
          samples,
          positive("noise", "Standard deviation of the noise; codewords have variance 1.", 0.8),
          seed,
        ],
      },
    ] satisfies DrawnRow[]
  ).map((row) => [row.name, row]),
);

/** Kinds of modality. */
export interface ModalityRow extends Callable {
  /** Of one sample. */
  shape(args: Arguments): number[];
  /** What else layers and data have to know of it. */
  about?(args: Arguments): Pick<ModalityIr, "rate" | "vocabulary" | "padding">;
  /** Layers that one would begin with. */
  encoder: string;
  /** True where its arguments are columns, each with a type of its own. */
  columns?: boolean;
}

export const modalityKinds: ReadonlyMap<string, ModalityRow> = new Map(
  (
    [
      {
        name: "vector",
        doc: "A row of numbers.",
        example: "vector(16)",
        encoder: "mlp(64, 32)",
        parameters: [count("features", "How many numbers.")],
        shape: (args) => [args.features as number],
      },
      {
        name: "image",
        doc: "Height, width and channels.",
        example: "image(28, 28, 1)",
        encoder: "flatten -> mlp(64)",
        parameters: [
          count("height", "Rows of pixels."),
          count("width", "Columns of pixels."),
          count("channels", "Values of a pixel.", 1),
        ],
        shape: (args) => [args.height as number, args.width as number, args.channels as number],
      },
      {
        name: "sequence",
        doc: "Moments one after the other, each a row of numbers.",
        example: "sequence(50, 35)",
        encoder: "gru(64)",
        parameters: [
          count("time", "How many moments."),
          count("features", "Numbers of a moment."),
          word(
            "padding",
            "What fills what is shorter, at its end: nothing, or moments of zeros, which layers leave out.",
            ["none", "zeros"],
            "none",
          ),
        ],
        shape: (args) => [args.time as number, args.features as number],
        about: (args) => (args.padding === "zeros" ? { padding: "zeros" } : {}),
      },
      {
        name: "audio",
        doc: "A sound of one channel.",
        example: "audio(rate: 8000, seconds: 1)",
        encoder: "mel(40) -> gru(64)",
        parameters: [count("rate", "Samples a second."), positive("seconds", "How long it is.")],
        shape: (args) => [Math.round((args.rate as number) * (args.seconds as number))],
        about: (args) => ({ rate: args.rate as number }),
      },
      {
        name: "tokens",
        doc: "Whole numbers that stand for words or parts of words, counted from 0.",
        example: "tokens(32, 5000)",
        encoder: "embed(64) -> gru(64)",
        parameters: [
          count("length", "How many in a sample."),
          count("vocabulary", "How many different ones there are."),
          {
            ...whole("padding", "The one that fills what is shorter, at its end; layers leave it out."),
            optional: true,
          },
        ],
        shape: (args) => [args.length as number],
        about: (args) => ({
          vocabulary: args.vocabulary as number,
          ...(args.padding !== undefined && { padding: args.padding as number }),
        }),
      },
      {
        name: "table",
        doc: "Columns, each `number` or `category(most)`: numbers as they are, and names of which there are so many at most.",
        example: "table(age: number, city: category(12))",
        encoder: "norm(batch) -> mlp(64)",
        parameters: [],
        columns: true,
        shape: () => [],
      },
    ] satisfies ModalityRow[]
  ).map((row) => [row.name, row]),
);

/** What texts are tokenised by, besides a file. */
export const tokenizers: ReadonlyMap<string, Callable> = new Map(
  [
    {
      name: "words",
      doc: "The words that the training split has, in lower case, most frequent first. Token 0 fills what is shorter, 1 is any other word.",
      example: "words(20k)",
      parameters: [
        { ...count("most", "How many tokens, with those two; the modality's vocabulary."), optional: true },
      ],
    },
  ].map((row) => [row.name, row]),
);

/** What a column of a table may be. */
export const columnKinds: ReadonlyMap<string, Callable> = new Map(
  [
    { name: "number", doc: "A number.", example: "number", parameters: [] },
    {
      name: "category",
      doc: "A name, or a number that is one.",
      example: "category(12)",
      parameters: [count("most", "How many different ones training sees, at most.")],
    },
  ].map((row) => [row.name, row]),
);
