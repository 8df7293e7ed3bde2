import { Random } from "../random.js";
import { drawCarrier, show, type Carrier } from "./carrier.js";

/** Shares of the samples: of all modalities together or of each, or by the modalities' names, "a" or "a, b". */
export type Shares = number | Readonly<Record<string, number>>;

/** The same for every modality, or one for each. */
export type PerModality = number | Readonly<Record<string, number>>;

export interface SyntheticOptions {
  /** Features of each modality; 3 or more, 2 modalities or more. */
  widths: Readonly<Record<string, number>>;
  classes: number;
  samples: number;
  /** Share of the samples whose class every modality tells; of several modalities by their names. @default 0 */
  redundancy?: Shares;
  /** Share of the samples whose class one modality tells, the same for each modality or by name. @default 0 */
  unique?: Shares;
  /** Share of the samples whose class only all modalities together tell; only several of them, by their names. @default 0 */
  synergy?: Shares;
  /** Standard deviation of the noise; codewords have variance 1. @default 0.8 */
  noise?: PerModality;
  /** Features of each of a modality's three blocks; what is left is noise. @default a third of the modality */
  block?: PerModality;
  /** What a block that tells nothing carries: a random symbol, or a codeword of its own. @default "random" */
  distractors?: "random" | "silent";
  /** @default 1 */
  seed?: number;
}

export type Kind = "redundant" | "unique" | "synergistic";

/** The blocks of each modality, in their order. */
export const kinds: readonly Kind[] = ["redundant", "unique", "synergistic"];

/** A kind of sample. */
export interface SampleType {
  /** "redundant", "unique(NAME)", "synergistic", "synergistic(NAME, NAME)", "none". */
  name: string;
  share: number;
  kind: Kind | "none";
  /** Positions of the modalities that tell the class. */
  members: readonly number[];
}

/** Samples of known interactions. */
export interface SyntheticData {
  options: SyntheticOptions & Required<Pick<SyntheticOptions, "distractors" | "seed">>;
  /** Of each modality; the codewords of a block are those of the classes and, last, the silent one. */
  codes: readonly Carrier<Kind>[];
  /** Redundant, unique to each modality, synergistic, none, with their shares. */
  types: readonly SampleType[];
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
  const options = { distractors: "random", seed: 1, ...given } as const;
  const names = Object.keys(options.widths);
  const { classes, samples, noise = 0.8, block } = options;
  if (names.length < 2) throw new RangeError("Synthetic data needs two modalities or more.");
  if (classes < 2) throw new RangeError("Synthetic data needs two classes or more.");
  const types = typesOf(options, names);
  const random = new Random(options.seed).fork("synthetic");
  const codes = names.map((name) =>
    drawCarrier(
      {
        name,
        width: options.widths[name] as number,
        noise: valueOf(noise, name) ?? 0.8,
        kinds,
        symbols: classes + 1,
        block: valueOf(block, name),
      },
      random.fork(`code ${name}`),
    ),
  );

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
    const symbols = drawSymbols(types[type] as SampleType, y, options, codes.length, draw);
    codes.forEach((code, m) =>
      show(code, symbols[m] as number[], draw, inputs[code.name] as Float32Array, i),
    );
  }
  return { options, codes, types, inputs, labels, typeOf };
}

function valueOf(given: PerModality | undefined, name: string): number | undefined {
  return typeof given === "object" ? given[name] : given;
}

/** @throws RangeError when the shares add up to more than 1 or name no modality */
function typesOf(
  { redundancy = 0, unique = 0, synergy = 0 }: SyntheticOptions,
  names: readonly string[],
): SampleType[] {
  const all = names.map((_, m) => m);
  const some = (kind: Kind, key: string, share: number): SampleType => {
    const members = key
      .split(",")
      .map((name) => names.indexOf(name.trim()))
      .sort((a, b) => a - b);
    if (members.includes(-1) || new Set(members).size < members.length)
      throw new RangeError(
        `The shares of ${kind} samples name "${key}"; the modalities are ${names.join(", ")}.`,
      );
    if (kind !== "unique" && members.length < 2)
      throw new RangeError(`The ${kind} samples of "${key}" need two modalities or more.`);
    if (kind === "unique" && members.length > 1)
      throw new RangeError(`Samples can't be unique to "${key}": that is several modalities.`);
    const whole = kind !== "unique" && members.length === names.length;
    const name = whole ? kind : `${kind}(${members.map((m) => names[m]).join(", ")})`;
    return { name, share, kind, members };
  };
  const joint = (kind: Kind, shares: Shares): SampleType[] => {
    if (typeof shares === "number") return [{ name: kind, share: shares, kind, members: all }];
    const listed = Object.entries(shares).map(([key, share]) => some(kind, key, share));
    const whole = listed.find(({ name }) => name === kind) ?? { name: kind, share: 0, kind, members: all };
    return [whole, ...listed.filter(({ name }) => name !== kind)];
  };
  if (typeof unique === "object")
    Object.entries(unique).forEach(([key, share]) => some("unique", key, share));
  const types = [
    ...joint("redundant", redundancy),
    ...names.map((name) => some("unique", name, valueOf(unique, name) ?? 0)),
    ...joint("synergistic", synergy),
  ];
  const left = types.reduce((rest, { share }) => rest - share, 1);
  if (types.some(({ share }) => !(share >= 0))) throw new RangeError("A share is at least 0.");
  if (left < -1e-9) throw new RangeError("The shares of the types add up to more than 1.");
  return [...types, { name: "none", share: Math.max(0, left), kind: "none", members: [] }];
}

function drawType(types: readonly { share: number }[], random: Random): number {
  let left = random.uniform();
  for (let t = 0; t < types.length; t++) {
    left -= (types[t] as { share: number }).share;
    if (left < 0) return t;
  }
  return types.length - 1;
}

/** What each block of each modality carries, [modalities][kinds]. */
function drawSymbols(
  { kind, members }: SampleType,
  y: number,
  { classes, distractors }: SyntheticData["options"],
  modalities: number,
  random: Random,
): number[][] {
  const idle = () => (distractors === "silent" ? classes : random.integer(classes));
  const symbols = Array.from({ length: modalities }, () => kinds.map(idle));
  const block = kinds.indexOf(kind as Kind);
  let sum = 0;
  members.forEach((m, k) => {
    let symbol = y;
    if (kind === "synergistic") {
      const last = k === members.length - 1;
      symbol = last ? (((y - sum) % classes) + classes) % classes : random.integer(classes);
      sum += symbol;
    }
    (symbols[m] as number[])[block] = symbol;
  });
  return symbols;
}
