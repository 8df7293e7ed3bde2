import { Matrix, inverse, determinant } from "ml-matrix";
import { describe, expect, it } from "vitest";
import {
  classPosterior,
  featureSum,
  gaussianPair,
  informationOf,
  interactionsOf,
  loadFeatureSumNumber,
  loadGateLabels,
  loadLogicGate,
  loadSynthetic,
  logicGate,
  synthetic,
  SyntheticDensity,
  type Gate,
  type KnownDensity,
} from "../../runtime/index.js";

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((x, y) => x + y, 0) / values.length;
const bits = (nats: number) => nats / Math.LN2;

/** What is believed with p happens with p, for whatever is read: each class's mean belief is its frequency, and so in tenths. */
function expectCalibrated(density: KnownDensity, read: number): void {
  const { classes, labels } = density;
  const present = new Int32Array(labels.length).fill(read);
  const posterior = classPosterior(density, { present }).classes;
  const bins = Array.from({ length: 10 }, () => ({ believed: 0, happened: 0, count: 0 }));
  labels.forEach((label, i) => {
    for (let y = 0; y < classes; y++) {
      const p = posterior[i * classes + y] as number;
      const bin = bins[Math.min(9, Math.floor(10 * p))] as (typeof bins)[number];
      bin.believed += p;
      bin.happened += label === y ? 1 : 0;
      bin.count++;
    }
  });
  for (const { believed, happened, count } of bins) {
    // Five standard deviations of a binomial, and a little for small bins.
    const spread = Math.sqrt(Math.max(1, (believed * (count - believed)) / Math.max(1, count)));
    expect(Math.abs(believed - happened)).toBeLessThan(5 * spread + 2);
  }
}

describe("logicGate", () => {
  const widths = { a: 8, b: 10 };
  const informations = (gate: Gate | Gate[]) => {
    const { density } = logicGate({ widths, gate, samples: 20_000, noise: 0.05, seed: 3 });
    const { a, b, "a, b": both } = informationOf(density) as Record<string, Float64Array>;
    return [a, b, both].map((values) => bits(mean(values as Float64Array)));
  };
  const entropy = (p: number) => -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);

  it.each<[Gate | Gate[], number, number]>([
    // The bits can be read almost surely: I(x1; y) and I(x1, x2; y) of the gate itself, in bits.
    ["xor", 0, 1],
    ["and", entropy(0.25) - 0.5, entropy(0.25)],
    ["or", entropy(0.25) - 0.5, entropy(0.25)],
    ["sum", 0.5, 1.5],
    ["copy", 1, 2],
    ["rdn", 1, 1],
    [["rdn", "xor"], 1, 2],
    [["xor", "and"], entropy(0.25) - 0.5, 1 + entropy(0.25)],
  ])("%s has the informations of its bits", (gate, single, whole) => {
    const [a = NaN, b = NaN, both = NaN] = informations(gate);
    expect(Math.abs(a - single)).toBeLessThan(0.03);
    expect(Math.abs(b - single)).toBeLessThan(0.03);
    expect(Math.abs(both - whole)).toBeLessThan(0.03);
  });

  it("gives what the gate gives for three modalities, with as many classes", () => {
    const three = { a: 3, b: 3, c: 3 };
    const of = (gate: Gate) => logicGate({ widths: three, gate, samples: 4000, noise: 0.1, seed: 1 });
    expect(["and", "or", "xor", "sum", "copy", "rdn"].map((gate) => of(gate as Gate).classes)).toEqual([
      2, 2, 2, 4, 8, 2,
    ]);
    expect(of("and").labels.filter((y) => y === 1).length / 4000).toBeCloseTo(1 / 8, 1);
    expect(of("or").labels.filter((y) => y === 0).length / 4000).toBeCloseTo(1 / 8, 1);
    expect(Math.exp(of("and").density.logPrior[1] as number)).toBeCloseTo(1 / 8, 12);
    const information = informationOf(of("xor").density);
    expect(Math.max(...(information["a, b"] as Float64Array).map(Math.abs))).toBeLessThan(1e-9);
    expect(bits(mean(information["a, b, c"] as Float64Array))).toBeGreaterThan(0.9);
  });

  it.each([1, 2, 3])("is calibrated in noise, read %i", (read) => {
    expectCalibrated(logicGate({ widths, gate: ["and", "sum"], samples: 8000, noise: 1.5 }).density, read);
  });

  it("refuses what makes no sense", () => {
    expect(() => logicGate({ widths: { a: 4 }, gate: "xor", samples: 9 })).toThrow("two modalities");
    expect(() => logicGate({ widths: { a: 1, b: 2 }, gate: ["xor", "and"], samples: 9 })).toThrow(
      "2 features",
    );
    expect(() => logicGate({ widths, gate: [], samples: 9 })).toThrow("no gate");
  });
});

describe("featureSum", () => {
  const base = { widths: { a: 12, b: 10 }, classes: 2, samples: 20_000, seed: 5 };

  it("tells all by what the class sums, and nothing by anything else", () => {
    const shared = informationOf(featureSum({ ...base, shared: 1 }).density);
    for (const values of Object.values(shared))
      values.forEach((value) => expect(value).toBeCloseTo(Math.LN2, 9));
    const own = informationOf(featureSum({ ...base, own: { a: 0.6 } }).density);
    expect(Math.max(...(own.b as Float64Array).map(Math.abs))).toBeLessThan(1e-6);
    expect(mean(own.a as Float64Array)).toBeCloseTo(Math.LN2, 9);
  });

  it("has the information of one of two equal terms: ln 2 - 1/2", () => {
    // p(y | a) = F(a / s) is uniform, and the mean of the binary entropy over [0, 1] is 1/2 nat.
    const { a, b, "a, b": both } = informationOf(featureSum({ ...base, own: 1 }).density);
    expect(Math.abs(mean(a as Float64Array) - (Math.LN2 - 0.5))).toBeLessThan(0.02);
    expect(Math.abs(mean(b as Float64Array) - (Math.LN2 - 0.5))).toBeLessThan(0.02);
    expect(mean(both as Float64Array)).toBeCloseTo(Math.LN2, 9);
  });

  it.each([1, 2, 4, 3, 6])("is calibrated, read %i of three modalities", (read) => {
    const options = { widths: { a: 10, b: 10, c: 10 }, classes: 5, samples: 6000 };
    expectCalibrated(featureSum({ ...options, shared: 0.4, own: { a: 1, b: 0.4, c: 0.8 } }).density, read);
  });

  it("has classes of equal size and a best possible accuracy of 1", () => {
    const { labels, density } = featureSum({ ...base, classes: 4, shared: 0.6, own: 0.4 });
    for (let y = 0; y < 4; y++)
      expect(Math.abs(labels.filter((label) => label === y).length - 5000)).toBeLessThan(350);
    expect(classPosterior(density).accuracy).toBe(1);
  });

  it("knows the entropy of its features: that of a Gaussian where the map is square", () => {
    const latent = 3;
    const options = { widths: { a: 6, b: 6 }, classes: 2, samples: 4000, shared: 1, latent, variance: 1.5 };
    const { inputs, density } = featureSum(options);
    const { h1 } = interactionsOf(density);
    // The covariance of x, from many samples of it.
    const x = new Matrix(
      Array.from({ length: 4000 }, (_, i) => [...(inputs.a as Float32Array).subarray(6 * i, 6 * i + 6)]),
    );
    const covariance = x.transpose().mmul(x).div(4000);
    const precision = inverse(covariance);
    const expected = Array.from({ length: 4000 }, (_, i) => {
      const row = x.getRowVector(i);
      const distance = row.mmul(precision).mmul(row.transpose()).get(0, 0);
      return 0.5 * (distance + 6 * Math.log(2 * Math.PI) + Math.log(determinant(covariance)));
    });
    expect(Math.abs(mean(h1) - mean(expected))).toBeLessThan(0.1);
    const differences = expected.map((value, i) => Math.abs(value - (h1[i] as number)));
    expect(Math.max(...differences)).toBeLessThan(1.5);
  });
});

describe("gaussianPair", () => {
  it.each([1, 2, 3])("is calibrated, read %i", (read) => {
    expectCalibrated(gaussianPair({ classes: 4, samples: 6000, noise: 0.8, rho: -0.4 }).density, read);
  });
});

describe("what is known of a split", () => {
  const split = { train: 0.5, test: 0.5, seed: 1 };
  const plan = {
    widths: { a: 12, b: 12 },
    classes: ["0", "1", "2", "3"],
    samples: 4000,
    noise: 0.2,
    seed: 2,
  };

  it("takes modalities into account that samples lack", async () => {
    const missing = [{ modality: "a", share: 1, part: "test" as const, seed: 1 }];
    const unique = { ...plan, unique: { a: 1 } };
    const { truth } = (await loadSynthetic(unique, split)).test;
    const lacking = (await loadSynthetic(unique, { ...split, missing })).test;
    expect(truth?.bayesAccuracy).toBeGreaterThan(0.95);
    expect(lacking.truth?.bayesAccuracy).toBeLessThan(0.3);
    expect(lacking.truth?.exact?.r[0]).toBeNaN();
    expect(lacking.present.b?.every((is) => is === 1)).toBe(true);
  });

  it("rules out the classes that are held out", async () => {
    const data = synthetic({ ...plan, classes: 4, redundancy: 0.5, synergy: 0.3, noise: 1 });
    const density = new SyntheticDensity(data);
    const all = classPosterior(density).classes;
    const ruled = classPosterior(density, { occurs: Uint8Array.from([1, 0, 1, 1]) }).classes;
    for (let i = 0; i < 50; i++) {
      const left = 1 - (all[4 * i + 1] as number);
      for (const y of [0, 2, 3]) expect(ruled[4 * i + y]).toBeCloseTo((all[4 * i + y] as number) / left, 9);
      expect(ruled[4 * i + 1]).toBe(0);
    }
    const redundant = { ...plan, redundancy: 1 };
    const splits = await loadSynthetic(redundant, { ...split, holdOut: { classes: [1] } });
    expect(new Set(splits.outside?.labels)).toEqual(new Set([1]));
    expect([...splits.train.labels, ...splits.test.labels]).not.toContain(1);
    // Three classes are left to tell apart.
    const information = mean(splits.test.truth?.information?.["a, b"] as Float64Array);
    expect(information).toBeCloseTo(Math.log(3), 1);
  });

  it("names one type where there is but one", async () => {
    const gates = { widths: { a: 6, b: 6 }, classes: ["0", "1"], gate: "xor" as const, samples: 400 };
    const { truth } = (await loadLogicGate(gates, split)).test;
    expect(truth?.typeNames).toEqual(["logic_gate"]);
    expect(truth?.typePosterior).toEqual(new Float64Array(200).fill(1));
    await expect(loadLogicGate({ ...gates, gate: "copy" }, split)).rejects.toThrow("4 classes");
  });
});

describe("synthetic mixes", () => {
  const base = { widths: { a: 9, b: 9, c: 9 }, classes: 3, samples: 200 };

  it("read the same shares from numbers and from names", () => {
    const one = synthetic({ ...base, unique: 0.2, synergy: 0.4 });
    const two = synthetic({ ...base, unique: { a: 0.2, b: 0.2, c: 0.2 }, synergy: { "c, a, b": 0.4 } });
    expect(two.inputs.a).toEqual(one.inputs.a);
    expect(two.labels).toEqual(one.labels);
  });

  it("refuse shares of unknown modalities, of one where several are meant, and too large ones", () => {
    expect(() => synthetic({ ...base, unique: { d: 0.1 } })).toThrow('"d"');
    expect(() => synthetic({ ...base, synergy: { a: 0.1 } })).toThrow("two modalities");
    expect(() => synthetic({ ...base, unique: { "a, b": 0.1 } })).toThrow("unique");
    expect(() => synthetic({ ...base, redundancy: { "a, b": 0.7, "a, c": 0.4 } })).toThrow("more than 1");
    expect(() => synthetic({ ...base, redundancy: 1.2, synergy: -0.3 })).toThrow("at least 0");
    expect(() => synthetic({ ...base, block: { b: 4 } })).toThrow("12 features");
  });
});

describe("numbers and labels that are drawn", () => {
  const split = { train: 0.5, test: 0.5, seed: 1 };

  it("a sum is explained up to its noise, and up to what is missing", async () => {
    const options = {
      widths: { a: 10, b: 10 },
      target: "sum",
      shared: 1,
      own: 1,
      samples: 40_000,
      latent: 2,
    };
    const whole = await loadFeatureSumNumber({ ...options, noise: 0.5 }, split);
    // 6 latent features are summed; the noise adds a quarter of their variance.
    // Of 20 000 samples its standard error is 0.003.
    expect(Math.abs((whole.test.targets?.best?.r2 ?? NaN) - 1 / 1.25)).toBeLessThan(0.014);
    expect(whole.test.targets?.best?.rmse).toBeCloseTo(Math.sqrt(6 * 1.5 * 0.25), 1);
    // Of a normal error the mean absolute one is its deviation times sqrt(2 / pi).
    const { rmse = 0, mae = 0 } = whole.test.targets?.best ?? {};
    expect(mae / rmse).toBeCloseTo(Math.sqrt(2 / Math.PI), 2);
    const exact = await loadFeatureSumNumber(options, split);
    expect(exact.test.targets?.best?.r2).toBeCloseTo(1, 10);
    const missing = [{ modality: "b", share: 1, part: "test", seed: 1 }] as const;
    const half = await loadFeatureSumNumber(options, { ...split, missing });
    // Without b two of six features aren't seen.
    expect(half.test.targets?.best?.r2).toBeCloseTo(4 / 6, 2);
  });

  it("noise of the sum is in the classes' density, too", () => {
    const data = featureSum({
      widths: { a: 6, b: 6 },
      classes: 3,
      samples: 4000,
      latent: 2,
      shared: 1,
      noise: 0.7,
    });
    for (const read of [1, 2, 3]) expectCalibrated(data.density, read);
    // The classes are quantiles of the noisy sum: as likely as each other.
    const counts = [0, 1, 2].map((y) => data.labels.filter((label) => label === y).length / 4000);
    counts.forEach((share) => expect(share).toBeCloseTo(1 / 3, 1));
    expect(classPosterior(data.density).accuracy).toBeLessThan(0.9);
  });

  it("labels are what the gates give, and the best possible model is that of each gate alone", async () => {
    const options = { widths: { a: 6, b: 6 }, samples: 6000, noise: 0.8 };
    const both = await loadGateLabels({ ...options, gate: ["xor", "and"], labels: ["xor", "and"] }, split);
    const { values, best } = both.test.targets as NonNullable<(typeof both.test)["targets"]>;
    const shareOf = (k: number) =>
      values.filter((_, at) => at % 2 === k).reduce((a, b) => a + b, 0) / both.test.size;
    expect(shareOf(0)).toBeCloseTo(1 / 2, 1);
    expect(shareOf(1)).toBeCloseTo(1 / 4, 1);
    const { density } = logicGate({ ...options, gate: ["xor", "and"] });
    const { classes: posterior } = classPosterior(density, { rows: both.test.index });
    let right = 0;
    both.test.index.forEach((_, i) => {
      const [p00, p01, p10, p11] = posterior.slice(4 * i, 4 * i + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      if ((p10 + p11 >= 0.5 ? 1 : 0) === values[2 * i]) right++;
      if ((p01 + p11 >= 0.5 ? 1 : 0) === values[2 * i + 1]) right++;
      expect(p00 + p01 + p10 + p11).toBeCloseTo(1, 9);
    });
    expect(best?.accuracy).toBeCloseTo(right / (2 * both.test.size), 12);
    expect(best?.subset_accuracy).toBeLessThan(best?.accuracy ?? 0);
    const quiet = await loadGateLabels(
      { ...options, noise: 0.05, gate: ["xor", "or"], labels: ["a", "b"] },
      split,
    );
    expect(quiet.test.targets?.best).toEqual({ accuracy: 1, subset_accuracy: 1, auroc: 1 });
    await expect(loadGateLabels({ ...options, gate: "sum", labels: ["a"] }, split)).rejects.toThrow(
      RangeError,
    );
  });
});
