import { Matrix, QrDecomposition } from "ml-matrix";
import { Random } from "../random.js";

export interface SyntheticOptions {
  /** Features of each modality; 3 or more, 2 modalities or more. */
  widths: Readonly<Record<string, number>>;
  classes: number;
  samples: number;
  /** Share of the samples whose class every modality tells. @default 0 */
  redundancy?: number;
  /** Share of the samples whose class one modality tells, the same for each modality. @default 0 */
  unique?: number;
  /** Share of the samples whose class only all modalities together tell. @default 0 */
  synergy?: number;
  /** Standard deviation of the noise; codewords have variance 1. @default 0.8 */
  noise?: number;
  /** What a block that tells nothing carries: a random symbol, or a codeword of its own. @default "random" */
  distractors?: "random" | "silent";
  /** @default 1 */
  seed?: number;
}

/** One modality's blocks: where they lie before the rotation, and the codewords, [classes + 1, size]; the last one is silent. */
export interface ModalityCode {
  name: string;
  width: number;
  blocks: Record<
    "redundant" | "unique" | "synergistic",
    { start: number; size: number; codewords: Float64Array }
  >;
  /** Features after the blocks, which are noise. */
  rest: number;
  /** [width, width]; a row of features times it is what the sample shows. */
  rotation: Matrix;
}

/** Samples of known interactions. */
export interface SyntheticData {
  options: Required<SyntheticOptions>;
  codes: readonly ModalityCode[];
  /** Kinds of sample: "redundant", "unique(NAME)" of each modality, "synergistic", "none", with their shares. */
  types: readonly { name: string; share: number }[];
  /** Per modality, [samples, width]. */
  inputs: Record<string, Float32Array>;
  labels: Int32Array;
  /** Of each sample, a position in `types`. */
  typeOf: Int32Array;
}

/**
 * Draws samples whose interactions are known exactly. Each has a type and a class y. Every modality has a block of features
 * for each kind of interaction; a block carries a codeword and Gaussian noise. Redundant: the R blocks of all modalities carry
 * y's codeword. Unique: the U block of one modality does. Synergistic: the S blocks carry symbols whose sum is y modulo the number
 * of classes. All other blocks carry distractors. A fixed random rotation hides which features belong to which block.
 * @throws RangeError when the options make no sense
 */
export function synthetic(given: SyntheticOptions): SyntheticData {
  const options: Required<SyntheticOptions> = {
    redundancy: 0,
    unique: 0,
    synergy: 0,
    noise: 0.8,
    distractors: "random",
    seed: 1,
    ...given,
  };
  const names = Object.keys(options.widths);
  const { redundancy, unique, synergy, classes, samples } = options;
  const left = 1 - redundancy - unique * names.length - synergy;
  if (names.length < 2) throw new RangeError("Synthetic data needs two modalities or more.");
  if (classes < 2) throw new RangeError("Synthetic data needs two classes or more.");
  if (left < -1e-9) throw new RangeError("The shares of the types add up to more than 1.");
  const types = [
    { name: "redundant", share: redundancy },
    ...names.map((name) => ({ name: `unique(${name})`, share: unique })),
    { name: "synergistic", share: synergy },
    { name: "none", share: Math.max(0, left) },
  ];
  const random = new Random(options.seed).fork("synthetic");
  const codes = names.map((name) => drawCode(name, options, random.fork(`code ${name}`)));

  const draw = random.fork("samples");
  const inputs = Object.fromEntries(
    codes.map(({ name, width }) => [name, new Float32Array(samples * width)]),
  );
  const labels = new Int32Array(samples);
  const typeOf = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const y = draw.integer(classes);
    const type = drawType(types, draw);
    labels[i] = y;
    typeOf[i] = type;
    const symbols = drawSymbols(type, y, options, codes.length, draw);
    codes.forEach((code, m) => {
      const features = new Float64Array(code.width);
      for (let j = 0; j < code.width; j++) features[j] = options.noise * draw.normal();
      for (const [kind, block] of Object.entries(code.blocks) as [
        keyof typeof code.blocks,
        (typeof code.blocks)["unique"],
      ][]) {
        const symbol = symbols[m]?.[kind] as number;
        for (let j = 0; j < block.size; j++) {
          const at = block.start + j;
          features[at] = (features[at] as number) + (block.codewords[symbol * block.size + j] as number);
        }
      }
      const shown = inputs[code.name] as Float32Array;
      for (let j = 0; j < code.width; j++) {
        let sum = 0;
        for (let k = 0; k < code.width; k++) sum += (features[k] as number) * code.rotation.get(k, j);
        shown[i * code.width + j] = sum;
      }
    });
  }
  return { options, codes, types, inputs, labels, typeOf };
}

function drawCode(
  name: string,
  { widths, classes }: Required<SyntheticOptions>,
  random: Random,
): ModalityCode {
  const width = widths[name] as number;
  const size = Math.floor(width / 3);
  if (size < 1)
    throw new RangeError(`Modality ${name} needs 3 features or more, one for each kind of interaction.`);
  const block = (index: number) => ({
    start: index * size,
    size,
    codewords: Float64Array.from({ length: (classes + 1) * size }, () => random.normal()),
  });
  const blocks = { redundant: block(0), unique: block(1), synergistic: block(2) };
  const gaussian = Matrix.zeros(width, width);
  for (let a = 0; a < width; a++) for (let b = 0; b < width; b++) gaussian.set(a, b, random.normal());
  return {
    name,
    width,
    blocks,
    rest: width - 3 * size,
    rotation: new QrDecomposition(gaussian).orthogonalMatrix,
  };
}

function drawType(types: readonly { share: number }[], random: Random): number {
  let left = random.uniform();
  for (let t = 0; t < types.length; t++) {
    left -= (types[t] as { share: number }).share;
    if (left < 0) return t;
  }
  return types.length - 1;
}

type Symbols = Record<"redundant" | "unique" | "synergistic", number>;

/** What each block of each modality carries. */
function drawSymbols(
  type: number,
  y: number,
  { classes, distractors }: Required<SyntheticOptions>,
  modalities: number,
  random: Random,
): Symbols[] {
  const idle = () => (distractors === "silent" ? classes : random.integer(classes));
  const symbols = Array.from({ length: modalities }, () => ({
    redundant: idle(),
    unique: idle(),
    synergistic: idle(),
  }));
  if (type === 0) symbols.forEach((own) => (own.redundant = y));
  else if (type <= modalities) (symbols[type - 1] as Symbols).unique = y;
  else if (type === modalities + 1) {
    let sum = 0;
    symbols.forEach((own, m) => {
      own.synergistic =
        m === modalities - 1 ? (((y - sum) % classes) + classes) % classes : random.integer(classes);
      sum += own.synergistic;
    });
  }
  return symbols;
}
