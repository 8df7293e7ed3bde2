import { Matrix, QrDecomposition } from "ml-matrix";
import type { Random } from "../random.js";

/** Features of a modality that carry one symbol, before the rotation. */
export interface Block {
  start: number;
  size: number;
  /** [symbols, size]; of variance 1. */
  codewords: Float64Array;
}

/** How a modality shows symbols: a codeword for each in its block, noise on all features, and a rotation that hides which is which. */
export interface Carrier<Kind extends string = string> {
  name: string;
  width: number;
  /** Standard deviation. */
  noise: number;
  blocks: Record<Kind, Block>;
  /** Features after the blocks, which are noise. */
  rest: number;
  /** [width, width]; a row of features times it is what the sample shows. */
  rotation: Float64Array;
}

export interface CarrierOptions<Kind extends string> {
  name: string;
  width: number;
  noise: number;
  kinds: readonly Kind[];
  symbols: number;
  /** Features of each block; as many as fit when it is left out. */
  block?: number | undefined;
}

/** @throws RangeError when the blocks don't fit */
export function drawCarrier<Kind extends string>(
  { name, width, noise, kinds, symbols, block }: CarrierOptions<Kind>,
  random: Random,
): Carrier<Kind> {
  const size = block ?? Math.floor(width / kinds.length);
  const wanted = Math.max(1, size) * kinds.length;
  if (wanted > width)
    throw new RangeError(
      `Modality ${name} needs ${wanted} features or more: ${kinds.length} blocks of ${Math.max(1, size)}.`,
    );
  const drawn = kinds.map((kind, k): [Kind, Block] => [
    kind,
    {
      start: k * size,
      size,
      codewords: Float64Array.from({ length: symbols * size }, () => random.normal()),
    },
  ]);
  const gaussian = Matrix.zeros(width, width);
  for (let a = 0; a < width; a++) for (let b = 0; b < width; b++) gaussian.set(a, b, random.normal());
  return {
    name,
    width,
    noise,
    blocks: Object.fromEntries(drawn) as Record<Kind, Block>,
    rest: width - wanted,
    rotation: Float64Array.from(new QrDecomposition(gaussian).orthogonalMatrix.to1DArray()),
  };
}

/**
 * Draws what a modality shows of its symbols.
 * @param symbols one for each block
 * @param shown [samples, width]; row `sample` is written
 */
export function show(
  { width, noise, blocks, rotation }: Carrier,
  symbols: ArrayLike<number>,
  random: Random,
  shown: Float32Array,
  sample: number,
): void {
  const features = new Float64Array(width);
  for (let j = 0; j < width; j++) features[j] = noise * random.normal();
  let k = 0;
  for (const kind in blocks) {
    const { start, size, codewords } = blocks[kind] as Block;
    const from = (symbols[k++] as number) * size;
    for (let j = 0; j < size; j++)
      features[start + j] = (features[start + j] as number) + (codewords[from + j] as number);
  }
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (features[k] as number) * (rotation[k * width + j] as number);
    shown[sample * width + j] = sum;
  }
}

/** Reads how likely each symbol made what a modality shows. */
export class CarrierReader {
  /** Of each block, log p(its features | symbol), [symbols]. */
  readonly logs: Float64Array[];
  /** log p(the features after the blocks) */
  rest = 0;
  private readonly blocks: Block[];
  private readonly features: Float64Array;

  constructor(
    private readonly carrier: Carrier,
    private readonly shown: Float32Array,
  ) {
    this.blocks = Object.values(carrier.blocks);
    this.features = new Float64Array(carrier.width);
    this.logs = this.blocks.map(({ size, codewords }) => new Float64Array(codewords.length / size));
  }

  /** Reads row `sample`. */
  read(sample: number): void {
    const { carrier, features, shown } = this;
    const { width, noise, rest, rotation } = carrier;
    const from = sample * width;
    for (let k = 0; k < width; k++) {
      let sum = 0;
      for (let j = 0; j < width; j++)
        sum += (shown[from + j] as number) * (rotation[k * width + j] as number);
      features[k] = sum;
    }
    const scale = -0.5 / (noise * noise);
    const logConstant = -Math.log(noise * Math.sqrt(2 * Math.PI));
    this.blocks.forEach(({ start, size, codewords }, k) => {
      const logs = this.logs[k] as Float64Array;
      for (let symbol = 0; symbol < logs.length; symbol++) {
        let squares = 0;
        for (let j = 0; j < size; j++) {
          const distance = (features[start + j] as number) - (codewords[symbol * size + j] as number);
          squares += distance * distance;
        }
        logs[symbol] = scale * squares + size * logConstant;
      }
    });
    let squares = 0;
    for (let j = width - rest; j < width; j++) squares += (features[j] as number) ** 2;
    this.rest = scale * squares + rest * logConstant;
  }
}
