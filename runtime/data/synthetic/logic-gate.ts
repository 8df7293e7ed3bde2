import { Random } from "../random.js";
import { CarrierReader, drawCarrier, show, type Carrier } from "./carrier.js";
import { logSumExp, type KnownDensity } from "./known.js";

/** One bit a modality goes in: `rdn` gives all modalities the same bit, `sum` counts the ones, `copy` tells every bit. */
export type Gate = "and" | "or" | "xor" | "sum" | "copy" | "rdn";

export interface LogicGateOptions {
  /** Features of each modality; as many as there are gates or more. */
  widths: Readonly<Record<string, number>>;
  /** One gate, or several with bits of their own: the class then tells what all of them give. */
  gate: Gate | readonly Gate[];
  samples: number;
  /** Standard deviation of the noise on the codewords of the bits, which have variance 1. @default 0.8 */
  noise?: number;
  /** @default 1 */
  seed?: number;
}

export interface LogicGateData {
  classes: number;
  /** Per modality, [samples, width]. */
  inputs: Record<string, Float32Array>;
  labels: Int32Array;
  density: KnownDensity;
}

/** What a gate gives for a bit of each modality, in 0 .. outputs - 1. */
function output(gate: Gate, bits: readonly number[]): number {
  const ones = bits.reduce((a, b) => a + b, 0);
  if (gate === "and") return ones === bits.length ? 1 : 0;
  if (gate === "or") return ones > 0 ? 1 : 0;
  if (gate === "xor") return ones % 2;
  if (gate === "sum") return ones;
  if (gate === "copy") return bits.reduce((number, bit) => 2 * number + bit, 0);
  return bits[0] as number;
}

function outputs(gate: Gate, modalities: number): number {
  return gate === "copy" ? 2 ** modalities : gate === "sum" ? modalities + 1 : 2;
}

/** The bits that can go into a gate, each as likely as the others. */
function inputsOf(gate: Gate, modalities: number): number[][] {
  const bits = (number: number) => Array.from({ length: modalities }, (_, m) => (number >> m) & 1);
  const all = Array.from({ length: 2 ** modalities }, (_, number) => bits(number));
  return gate === "rdn" ? all.filter((row) => row.every((bit) => bit === row[0])) : all;
}

/**
 * Logic gates of noisy bits: each modality shows its bit of every gate as a codeword in noise, rotated at random; the class is what
 * the gates give, the first one counting most. Gates have bits of their own, so that their informations add up, as in the examples
 * of the literature on partial information decomposition (Griffith and Koch 2014: RdnXor is `["rdn", "xor"]`).
 * @throws RangeError when there are fewer than two modalities or the bits don't fit
 */
export function logicGate({ widths, gate, samples, noise = 0.8, seed = 1 }: LogicGateOptions): LogicGateData {
  const names = Object.keys(widths);
  const gates: readonly Gate[] = typeof gate === "string" ? [gate] : gate;
  if (names.length < 2) throw new RangeError("Logic gates need two modalities or more.");
  if (gates.length === 0) throw new RangeError("There is no gate.");
  const random = new Random(seed).fork("logic gate");
  const kinds = gates.map((_, g) => `gate ${g}`);
  const carriers = names.map((name) =>
    drawCarrier(
      { name, width: widths[name] as number, noise, kinds, symbols: 2 },
      random.fork(`code ${name}`),
    ),
  );
  const possible = gates.map((each) => inputsOf(each, names.length));
  const sizes = gates.map((each) => outputs(each, names.length));
  const draw = random.fork("samples");
  const inputs = Object.fromEntries(
    names.map((name) => [name, new Float32Array(samples * (widths[name] as number))]),
  );
  const labels = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const bits = possible.map((rows) => rows[draw.integer(rows.length)] as number[]);
    labels[i] = gates.reduce((y, each, g) => y * (sizes[g] as number) + output(each, bits[g] as number[]), 0);
    carriers.forEach((carrier, m) =>
      show(
        carrier,
        bits.map((row) => row[m] as number),
        draw,
        inputs[carrier.name] as Float32Array,
        i,
      ),
    );
  }
  const classes = sizes.reduce((a, b) => a * b, 1);
  return { classes, inputs, labels, density: densityOf(carriers, gates, inputs, labels) };
}

/** The gates have bits of their own: the joint density is the product of theirs. */
function densityOf(
  carriers: readonly Carrier[],
  gates: readonly Gate[],
  inputs: Record<string, Float32Array>,
  labels: Int32Array,
): KnownDensity {
  const readers = carriers.map((carrier) => new CarrierReader(carrier, inputs[carrier.name] as Float32Array));
  const sizes = gates.map((gate) => outputs(gate, carriers.length));
  const classes = sizes.reduce((a, b) => a * b, 1);
  const states = gates.map((gate) => {
    const rows = inputsOf(gate, carriers.length);
    return rows.map((bits) => ({ bits, gives: output(gate, bits), log: -Math.log(rows.length) }));
  });
  const joint = new Float64Array(classes);
  let readSample = -1;

  /** log p(what gate g's bits show, what it gives), [outputs] */
  const logGate = (g: number, read: number): Float64Array => {
    const logs = Array.from({ length: sizes[g] as number }, (): number[] => []);
    for (const { bits, gives, log } of states[g] ?? []) {
      let total = log;
      readers.forEach((reader, m) => {
        if (read & (1 << m)) total += reader.logs[g]?.[bits[m] as number] as number;
      });
      logs[gives]?.push(total);
    }
    return Float64Array.from(logs, (terms) => logSumExp(terms));
  };
  const logJoint = (sample: number, read: number): Float64Array => {
    if (read !== 0 && sample !== readSample) {
      readers.forEach((reader) => reader.read(sample));
      readSample = sample;
    }
    const rest = readers.reduce((sum, reader, m) => sum + (read & (1 << m) ? reader.rest : 0), 0);
    const byGate = gates.map((_, g) => logGate(g, read));
    for (let y = 0; y < classes; y++) {
      let left = y;
      let log = rest;
      for (let g = gates.length - 1; g >= 0; g--) {
        const size = sizes[g] as number;
        log += byGate[g]?.[left % size] as number;
        left = Math.floor(left / size);
      }
      joint[y] = log;
    }
    return joint;
  };
  // Nothing read leaves what the gates give by chance.
  const logPrior = Float64Array.from(logJoint(0, 0));
  return { names: carriers.map(({ name }) => name), classes, labels, logPrior, logJoint };
}
