import { describe, expect, it } from "vitest";
import {
  classPosterior,
  informationOf,
  synthetic,
  SyntheticDensity,
  type SyntheticData,
} from "../../runtime/index.js";
import { typePosterior } from "../../runtime/data/synthetic/exact.js";

const kinds = ["redundant", "unique", "synergistic"] as const;
type Symbols = Record<(typeof kinds)[number], number>;

/** log p(x of modality m, sample | a symbol in each block), by the definition. */
function logDensity(data: SyntheticData, m: number, sample: number, symbols: Symbols): number {
  const { name, width, noise, rotation, blocks } = data.codes[m] as SyntheticData["codes"][number];
  const features = new Float64Array(width);
  for (const kind of kinds) {
    const { start, size, codewords } = blocks[kind];
    for (let j = 0; j < size; j++) features[start + j] = codewords[symbols[kind] * size + j] as number;
  }
  let squares = 0;
  for (let j = 0; j < width; j++) {
    let centre = 0;
    for (let k = 0; k < width; k++) centre += (features[k] as number) * (rotation[k * width + j] as number);
    squares += (((data.inputs[name] as Float32Array)[sample * width + j] as number) - centre) ** 2;
  }
  return -squares / (2 * noise ** 2) - (width / 2) * Math.log(2 * Math.PI * noise ** 2);
}

/** All ways to write numbers below `base` in `length` places. */
function tuples(length: number, base: number): number[][] {
  if (length === 0) return [[]];
  return tuples(length - 1, base).flatMap((rest) => Array.from({ length: base }, (_, i) => [...rest, i]));
}

/** Chance of all symbols of all modalities, given type and class, by the definition. */
function chance(data: SyntheticData, type: number, y: number, symbols: readonly Symbols[]): number {
  const { classes, distractors } = data.options;
  const { kind, members } = data.types[type] as SyntheticData["types"][number];
  const silent = distractors === "silent";
  const free = (symbol: number) =>
    silent ? (symbol === classes ? 1 : 0) : symbol < classes ? 1 / classes : 0;
  let result = 1;
  symbols.forEach((own, m) => {
    for (const block of kinds) {
      if (block !== kind || !members.includes(m)) result *= free(own[block]);
      else if (kind !== "synergistic") result *= own[block] === y ? 1 : 0;
    }
  });
  if (kind !== "synergistic") return result;
  const told = members.map((m) => (symbols[m] as Symbols).synergistic);
  const adds = told.every((s) => s < classes) && told.reduce((a, b) => a + b, 0) % classes === y;
  return adds ? result / classes ** (members.length - 1) : 0;
}

describe.each(["random", "silent"] as const)("three modalities, %s distractors", (distractors) => {
  const data = synthetic({
    widths: { a: 4, b: 3, c: 6 },
    classes: 2,
    samples: 3,
    redundancy: { "a, b, c": 0.1, "a, c": 0.15 },
    unique: { a: 0.2, b: 0, c: 0.05 },
    synergy: { "a, b, c": 0.15, "b, c": 0.2 },
    noise: { a: 0.7, b: 0.5, c: 0.9 },
    block: { c: 1 },
    distractors,
    seed: 3,
  });
  const density = new SyntheticDensity(data);
  const { classes } = data.options;
  const states = tuples(3, classes + 1).map(([redundant = 0, unique = 0, synergistic = 0]): Symbols => ({
    redundant,
    unique,
    synergistic,
  }));

  /** p(x of the modalities read, type, y), [types][classes]. */
  const enumerate = (sample: number, read: number): number[][] => {
    const shown = data.codes.map((_, m) =>
      states.map((symbols) => (read & (1 << m) ? Math.exp(logDensity(data, m, sample, symbols)) : 1)),
    );
    return data.types.map(({ share }, type) =>
      Array.from({ length: classes }, (_, y) => {
        let total = 0;
        states.forEach((a, i) =>
          states.forEach((b, j) =>
            states.forEach((c, k) => {
              const p = chance(data, type, y, [a, b, c]);
              if (p > 0)
                total +=
                  p * (shown[0]?.[i] as number) * (shown[1]?.[j] as number) * (shown[2]?.[k] as number);
            }),
          ),
        );
        return (share * total) / classes;
      }),
    );
  };

  it("has the informations of all sets and the posteriors of the mixture written out", () => {
    expect(data.types.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(data.types.map(({ name }) => name)).toEqual([
      "redundant",
      "redundant(a, c)",
      "unique(a)",
      "unique(b)",
      "unique(c)",
      "synergistic",
      "synergistic(b, c)",
      "none",
    ]);
    const information = informationOf(density);
    const sets = { a: 1, b: 2, "a, b": 3, c: 4, "a, c": 5, "b, c": 6, "a, b, c": 7 };
    expect(Object.keys(information)).toEqual(Object.keys(sets));
    const posterior = classPosterior(density).classes;
    const types = typePosterior(density, {});
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    for (let i = 0; i < 3; i++) {
      for (const [name, read] of Object.entries(sets)) {
        const joint = enumerate(i, read);
        const ofClass = (y: number) => sum(joint.map((row) => row[y] as number));
        const total = sum(joint.map(sum));
        const y = data.labels[i] as number;
        expect(information[name]?.[i], name).toBeCloseTo(Math.log((ofClass(y) / total) * classes), 5);
        if (read !== 7) continue;
        joint.forEach((row, t) => expect(types[i * joint.length + t]).toBeCloseTo(sum(row) / total, 5));
        for (let c = 0; c < classes; c++)
          expect(posterior[i * classes + c]).toBeCloseTo(ofClass(c) / total, 5);
      }
    }
  }, 60_000);
});
