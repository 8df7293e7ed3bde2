import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../runtime/data/random.js";
import { gaussianPair, lsmi, openEngine, synthetic, type SamplePid, type View } from "../../runtime/index.js";

beforeAll(() => openEngine("wasm"));

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const keys = ["r", "u1", "u2", "s", "i1", "i2", "i12", "h1", "h2"] as const;
const finite = (found: SamplePid) => keys.every((key) => found[key].every((value) => Number.isFinite(value)));
const quick = { repeats: 1, folds: 2 };

/** A view with further columns, which `more` gives for each row. */
function widened({ values, width }: View, more: (row: number) => number[]): View {
  const rows = Array.from({ length: values.length / width }, (_, i) => [
    ...values.subarray(i * width, (i + 1) * width),
    ...more(i),
  ]);
  return { values: Float32Array.from(rows.flat()), width: rows[0]?.length ?? width };
}

function views(classes: number, samples: number, seed: number) {
  const pair = gaussianPair({ classes, samples, seed });
  return {
    x1: { values: pair.x1, width: classes },
    x2: { values: pair.x2, width: classes },
    labels: pair.labels,
  };
}

describe("lsmi holds", () => {
  it("when columns are constant or copies and rows are repeated", async () => {
    const { x1, x2, labels } = views(2, 120, 1);
    const copies = widened(x1, (i) => [7, x1.values[2 * i] as number, x1.values[2 * i + 1] as number]);
    for (let i = 0; i < 30; i++) copies.values.set(copies.values.subarray(0, copies.width), i * copies.width);
    expect(finite(await lsmi(copies, x2, labels, 2, quick))).toBe(true);
    const nothing = { values: new Float32Array(120), width: 1 };
    expect(finite(await lsmi(nothing, x2, labels, 2, quick))).toBe(true);
  });

  it("when there are more columns than samples, and a class that one fold alone has", async () => {
    const random = new Random(2);
    const { x1, x2, labels } = views(2, 60, 2);
    const noise = () => Array.from({ length: 80 }, () => random.normal());
    labels[17] = 2;
    expect(finite(await lsmi(widened(x1, noise), widened(x2, noise), labels, 4, quick))).toBe(true);
  });

  it("in any unit: the same values when a modality is multiplied by a constant", async () => {
    const { x1, x2, labels } = views(2, 160, 3);
    const tiny = { values: x1.values.map((value) => value * 2 ** -30), width: 2 };
    const [one, other] = [await lsmi(x1, x2, labels, 2, quick), await lsmi(tiny, x2, labels, 2, quick)];
    one.r.forEach((value, i) => expect(other.r[i]).toBeCloseTo(value, 3));
  });

  it("what it knows of the target when noise is added, to both modalities", async () => {
    const random = new Random(4);
    const { x1, x2, labels } = views(2, 800, 4);
    const noise = () => [random.normal(), random.normal(), random.normal()];
    const plain = await lsmi(x1, x2, labels, 2, quick);
    const noisy = await lsmi(widened(x1, noise), widened(x2, noise), labels, 2, quick);
    for (const key of ["i1", "i2", "i12"] as const)
      expect(Math.abs(mean(noisy[key]) - mean(plain[key])), key).toBeLessThan(0.05);
  });

  it("that a modality which tells nothing tells next to nothing, while both tell all by a sum modulo 3", async () => {
    const shape = { widths: { a: 9, b: 9 }, classes: 3, samples: 1200, synergy: 1, noise: 0.25, seed: 5 };
    const { inputs, labels } = synthetic(shape);
    const view = (name: string) => ({ values: inputs[name] as Float32Array, width: 9 });
    const found = await lsmi(view("a"), view("b"), labels, 3, quick);
    // So few samples may let a model win by chance over the class frequencies, but not by much.
    for (const key of ["i1", "i2"] as const) {
      expect(Math.abs(mean(found[key])), key).toBeLessThan(0.04);
      expect(mean(found[key].map(Math.abs)), key).toBeLessThan(0.15);
    }
    expect(mean(found.s)).toBeGreaterThan(0.7 * Math.log(3));
    expect(mean(found.s)).toBeLessThan(Math.log(3) + 0.05);
  });

  it("to what can be measured: no NaN, no label that is no class", async () => {
    const { x1, x2, labels } = views(2, 40, 6);
    const broken = { values: x1.values.with(5, NaN), width: 2 };
    await expect(lsmi(broken, x2, labels, 2, quick)).rejects.toThrow("x1 has NaN in row 2, column 1");
    await expect(lsmi(x1, x2, labels.with(0, 2), 2, quick)).rejects.toThrow("0 .. 1");
  });
});
