import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { beforeAll, describe, expect, it } from "vitest";
import { packNpz } from "../../runtime/data/write-npz.js";
import { mmspec } from "../support/cli.js";
import { block, spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-targets-"));
const samples = 600;
const rows = Array.from({ length: samples }, (_, i) => i);
/** Numbers in [-1, 1] that look like chance, the same on every machine. */
const noise = (i: number, j: number) => Math.sin(12.9898 * (i + 1) + 78.233 * (j + 1) * (i + 3));
const left = (i: number) => Array.from({ length: 9 }, (_, j) => noise(i, j));
const right = (i: number) => Array.from({ length: 12 }, (_, j) => noise(i + 5000, j));
/** In thousands, far from 0. */
const price = (i: number) => 250_000 + 40_000 * (left(i)[0] as number) + 30_000 * (right(i)[0] as number);

interface Report {
  run: string;
  metrics: Record<string, { value: number; details?: Record<string, number> }>;
  target: unknown;
  byLabel?: { label: string; samples: number; accuracy: number }[];
  lacking?: { lacks: string[]; samples: number; rmse?: number }[];
  shares?: Record<string, number>;
  pid: { measure: string }[];
}

function train(name: string, source: string, ...more: string[]): Report {
  writeFileSync(join(folder, `${name}.mmspec`), source);
  const { code, out, err } = mmspec(folder, "train", `${name}.mmspec`, "--json", ...more);
  expect(code, err).toBe(0);
  return JSON.parse(out) as Report;
}

async function rowsOf(run: string): Promise<Record<string, number>[]> {
  const file = await asyncBufferFromFile(join(run, "pid.parquet"));
  return (await parquetReadObjects({ file })) as Record<string, number>[];
}

beforeAll(() => {
  const data = packNpz({
    left: { shape: [samples, 9], values: Float32Array.from(rows.flatMap(left)) },
    right: { shape: [samples, 12], values: Float32Array.from(rows.flatMap(right)) },
    price: { shape: [samples], values: Float32Array.from(rows, price) },
  });
  writeFileSync(join(folder, "prices.npz"), data);
  const head = [...left(0).map((_, j) => `l${j}`), ...right(0).map((_, j) => `r${j}`), "calm", "happy"];
  const lines = rows.map((i) => {
    const [x, y] = [left(i)[0] as number, right(i)[0] as number];
    return [...left(i), ...right(i), x > 0 ? 1 : 0, x + y > 0.5 ? 1 : 0].join(",");
  });
  writeFileSync(join(folder, "moods.csv"), [head.join(","), ...lines].join("\n"));
});

const prices = (paradigm: string) =>
  spec({
    fusion: block.replace("gate = mlp(8)", "gate = mlp(8)\n    when missing(right) use unique(left)"),
    train: `train { paradigm ${paradigm} optimizer adam(lr: 5e-3) batch 32 seed 3 }`,
    evaluate: "evaluate { mae, rmse, r2, pid gate per sample }",
    data: 'from "prices.npz"\n  left <- "left"\n  right <- "right"\n  label <- "price"\n  split 0.7 train, 0.1 validation, 0.2 test seed 1\n  missing right in 0.5 of test seed 1',
  })
    .replace("class(3)", "regression")
    .replace("modality right", "optional modality right");

describe("a number, from the spec to the report", () => {
  const dmil = "dmil(intra: 3, consistency: 2, joint: 8, latent: 8)";
  let report: Report;
  beforeAll(() => {
    report = train("price", prices(dmil), "--runs", "prices");
  }, 120_000);

  it("is learned and told in the units of the data, sample by sample", async () => {
    const { metrics, target, lacking, pid, shares } = report;
    expect(target).toEqual({ kind: "regression", numbers: ["label"] });
    const table = await rowsOf(report.run);
    const errors = table.map(({ target: truth = NaN, prediction = NaN }) => prediction - truth);
    table.forEach((row) => expect(row.target).toBeCloseTo(price(Number(row.index)), -1));
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(metrics.mae?.value).toBeCloseTo(mean(errors.map(Math.abs)), 1);
    expect(metrics.rmse?.value).toBeCloseTo(Math.sqrt(mean(errors.map((error) => error ** 2))), 1);
    // Half of the samples lack a modality that tells 9 of 25 parts of the variance.
    expect(metrics.r2?.value).toBeGreaterThan(0.6);
    expect(lacking?.map(({ lacks }) => lacks)).toEqual([[], ["right"]]);
    expect(lacking?.[1]?.rmse).toBeGreaterThan(lacking?.[0]?.rmse ?? Infinity);
    expect(lacking?.[1]?.rmse).toBeGreaterThan(15_000);
    expect(pid.map(({ measure }) => measure)).toEqual(["gate"]);
    expect(Object.values(shares ?? {}).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  it("is measured again by the same weights, which hold the units", () => {
    const metricsOf = () =>
      (JSON.parse(readFileSync(join(report.run, "metrics.json"), "utf8")) as Report).metrics;
    const before = metricsOf();
    expect(mmspec(folder, "evaluate", report.run, "--quiet").code).toBe(0);
    expect(metricsOf()).toEqual(before);
    const { weights } = JSON.parse(readFileSync(join(report.run, "weights.json"), "utf8")) as {
      weights: { name: string }[];
    };
    expect(weights.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["target.mean", "target.deviation"]),
    );
    expect(readdirSync(join(report.run, "tensorboard"))).toHaveLength(1);
  }, 60_000);

  it("is shown in a table, explained and drawn, and reported with its errors", () => {
    writeFileSync(join(folder, "joint.mmspec"), prices("joint epochs 2"));
    const table = mmspec(folder, "train", "joint.mmspec", "--runs", "joints");
    expect(table.code, table.err).toBe(0);
    expect(table.out).toMatch(/rmse +│ [\d.]+ │ [\d.]+ - [\d.]+/);
    expect(table.out).toMatch(/lacks +│ samples +│ +rmse/);
    const explained = mmspec(folder, "explain", "joint.mmspec", "--svg", "model.svg");
    expect(explained.code, explained.err).toBe(0);
    expect(readFileSync(join(folder, "model.svg"), "utf8")).toContain("regression");
    const reported = mmspec(folder, "report", report.run, "-o", "page.html", "--svg", "figures");
    expect(reported.code, reported.err).toBe(0);
    const names = readdirSync(join(folder, "figures"));
    expect(names).toEqual(expect.arrayContaining(["predicted.svg", "residuals.svg", "learning-joint.svg"]));
    expect(names).not.toContain("confusion.svg");
    for (const name of names) {
      const svg = readFileSync(join(folder, "figures", name), "utf8");
      expect(svg, name).not.toMatch(/var\(|<style|NaN|undefined/);
    }
    const points = readFileSync(join(folder, "figures", "predicted.svg"), "utf8").match(/<circle/g);
    expect(points).toHaveLength(samples / 5);
  }, 120_000);
});

const moods = spec({
  train: "train { paradigm joint optimizer adam(lr: 5e-3) epochs 15 batch 32 seed 3 }",
  evaluate: "evaluate { accuracy, subset_accuracy, macro_f1, auroc, calibration, synergy_indicator }",
  data: `from "moods.csv"
  left <- ${left(0)
    .map((_, j) => `"l${j}"`)
    .join(", ")}
  right <- ${right(0)
    .map((_, j) => `"r${j}"`)
    .join(", ")}
  label <- "calm", "happy"
  split 0.7 train, 0.3 test seed 1`,
}).replace("class(3)", 'multilabel("calm", "<b>&happy")');

describe("labels, from the spec to the report", () => {
  let report: Report;
  beforeAll(() => {
    report = train("mood", moods, "--runs", "moods");
  }, 120_000);

  it("are learned, and told label by label and sample by sample", async () => {
    const { metrics, target, byLabel } = report;
    const names = ["calm", "<b>&happy"];
    expect(target).toEqual({ kind: "multilabel", labels: names });
    const table = await rowsOf(report.run);
    const right = names.map(
      (name) =>
        table.filter((row) => row[`label_${name}`] === row[`prediction_${name}`]).length / table.length,
    );
    expect(byLabel?.map(({ accuracy }) => accuracy)).toEqual(right.map((share) => expect.closeTo(share, 10)));
    expect(metrics.accuracy?.value).toBeCloseTo(((right[0] as number) + (right[1] as number)) / 2, 10);
    expect(metrics.accuracy?.value).toBeGreaterThan(0.85);
    expect(metrics.auroc?.value).toBeGreaterThan(0.9);
    for (const row of table)
      for (const name of names)
        expect(row[`prediction_${name}`]).toBe((row[`probability_${name}`] as number) >= 0.5 ? 1 : 0);
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
  });

  it("are reported in a page that no label breaks", () => {
    const { code, err } = mmspec(folder, "report", report.run, "-o", "moods.html");
    expect(code, err).toBe(0);
    expect(readFileSync(join(folder, "moods.html"), "utf8")).not.toContain("<b>&happy");
  });

  it("that are no labels are told with column and row, and the exit code is 1", () => {
    const text = readFileSync(join(folder, "moods.csv"), "utf8").split("\n");
    text[3] = (text[3] as string).replace(/[^,]*$/, "3");
    writeFileSync(join(folder, "wrong.csv"), text.join("\n"));
    writeFileSync(join(folder, "wrong.mmspec"), moods.replace("moods.csv", "wrong.csv"));
    const { code, err } = mmspec(folder, "train", "wrong.mmspec", "--quiet");
    expect(code).toBe(1);
    expect(err).toContain('MM4033: "3" in row 2 says neither 1 nor 0 of label "<b>&happy" of `label`');
  });
});
