import { describe, expect, it } from "vitest";
import {
  bayesPosterior,
  exactInteractions,
  synthetic,
  type SyntheticData,
  type SyntheticOptions,
} from "../../runtime/index.js";

type Kind = "redundant" | "unique" | "synergistic";
const kinds: Kind[] = ["redundant", "unique", "synergistic"];

/** log p(x of modality m, sample | a symbol in each block), written down from the definition alone. */
function logDensity(data: SyntheticData, m: number, sample: number, symbols: Record<Kind, number>): number {
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

/** Every hidden state (type, y, symbols of both modalities) with its probability, without any factorising. */
function* states(data: SyntheticData) {
  const { classes, distractors } = data.options;
  const idle = distractors === "silent" ? [classes] : Array.from({ length: classes }, (_, c) => c);
  const symbols = Array.from({ length: classes + 1 }, (_, c) => c);
  const chance = (is: boolean) => (is ? 1 : 0);
  const free = (symbol: number) => chance(idle.includes(symbol)) / idle.length;
  for (const [type, { share }] of data.types.entries())
    for (let y = 0; y < classes; y++)
      for (const r1 of symbols)
        for (const u1 of symbols)
          for (const s1 of symbols)
            for (const r2 of symbols)
              for (const u2 of symbols)
                for (const s2 of symbols) {
                  let weight = share / classes;
                  weight *= type === 0 ? chance(r1 === y && r2 === y) : free(r1) * free(r2);
                  weight *= type === 1 ? chance(u1 === y) : free(u1);
                  weight *= type === 2 ? chance(u2 === y) : free(u2);
                  const adds = s1 < classes && s2 < classes && (s1 + s2) % classes === y;
                  weight *= type === 3 ? chance(adds) / classes : free(s1) * free(s2);
                  if (weight === 0) continue;
                  const first = { redundant: r1, unique: u1, synergistic: s1 };
                  const second = { redundant: r2, unique: u2, synergistic: s2 };
                  yield { type, y, weight, first, second };
                }
}

describe.each(["random", "silent"] as const)("exact values, %s distractors", (distractors) => {
  it("are those of the mixture written out state by state", () => {
    const options: SyntheticOptions = {
      widths: { a: 4, b: 6 },
      classes: 3,
      samples: 6,
      redundancy: 0.3,
      unique: 0.15,
      synergy: 0.25,
      noise: 0.7,
      distractors,
      seed: 8,
    };
    const data = synthetic(options);
    const { classes } = data.options;
    const exact = exactInteractions(data, [0.5, -0.25]);
    const posterior = bayesPosterior(data);
    for (let i = 0; i < 6; i++) {
      const given = [0, 1, 2].map(() => new Float64Array(classes));
      const types = new Float64Array(data.types.length);
      let total = 0;
      for (const { type, y, weight, first, second } of states(data)) {
        total += weight;
        const [a, b] = [Math.exp(logDensity(data, 0, i, first)), Math.exp(logDensity(data, 1, i, second))];
        [a, b, a * b].forEach((density, which) => {
          const row = given[which] as Float64Array;
          row[y] = (row[y] as number) + weight * density;
        });
        types[type] = (types[type] as number) + weight * a * b;
      }
      expect(total).toBeCloseTo(1, 9);
      const y = data.labels[i] as number;
      const sums = given.map((row) => row.reduce((a, b) => a + b, 0));
      const information = given.map(
        (row, k) => Math.log((row[y] as number) / (sums[k] as number)) + Math.log(classes),
      );
      expect(exact.i1[i]).toBeCloseTo(information[0] as number, 5);
      expect(exact.i2[i]).toBeCloseTo(information[1] as number, 5);
      expect(exact.i12[i]).toBeCloseTo(information[2] as number, 5);
      expect(exact.h1[i]).toBeCloseTo(-Math.log(sums[0] as number) + 0.5, 5);
      expect(exact.h2[i]).toBeCloseTo(-Math.log(sums[1] as number) - 0.25, 5);
      types.forEach((joint, t) =>
        expect(posterior.types[i * types.length + t]).toBeCloseTo(joint / (sums[2] as number), 5),
      );
    }
  });
});
