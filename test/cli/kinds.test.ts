import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../runtime/index.js";
import { readNpz } from "../../runtime/data/npz.js";
import { packNpz } from "../../runtime/data/write-npz.js";
import { mmspec } from "../support/cli.js";
import { saveToDisk } from "../support/saved-models.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-kinds-"));

/** Trains a spec. @returns what it says, and the run's folder */
function train(spec: string, runs: string): { metrics: Record<string, { value: number }>; run: string } {
  const { code, out, err } = mmspec(folder, "train", spec, "--json", "--runs", runs);
  expect(code, err).toBe(0);
  return {
    ...(JSON.parse(out) as { metrics: Record<string, { value: number }> }),
    run: join(folder, runs, readdirSync(join(folder, runs))[0] as string),
  };
}

function evaluated(run: string): Record<string, { value: number }> {
  const { code, out, err } = mmspec(folder, "evaluate", run, "--json");
  expect(code, err).toBe(0);
  return (JSON.parse(out) as { metrics: Record<string, { value: number }> }).metrics;
}

beforeAll(() => {
  if (!existsSync("dist/cli/main.js")) throw new Error("Build first: npm run build");
  const prepare = (name: string, ...args: string[]) =>
    execFileSync(process.execPath, [`examples/prepare-${name}.mjs`, join(folder, "data"), ...args]);
  prepare("made-up");
  prepare("spoken", "300");
  prepare("questions", "400");
  prepare("catalogue", "300");
  prepare("heard", "120");
});

describe("every kind of modality", () => {
  it.each([
    ["emotion", /dmil\([^)]*\)/, "dmil(intra: 1, consistency: 1, joint: 2, latent: 16)", 0.4],
    ["reviews", /epochs 8/, "epochs 3", 0.6],
    ["sentiment", /epochs 8/, "epochs 3", 0.6],
    // Of these a few steps: to learn them takes longer than a test.
    ["spoken", /dmil\([^)]*\)/, "dmil(intra: 1, consistency: 1, joint: 1)", 0],
    ["questions", /epochs \d+/, "epochs 1", 0.3],
    ["catalogue", /epochs \d+/, "epochs 4", 0.35],
    ["heard", /epochs \d+/, "epochs 1", 0],
  ])("learns examples/%s.mmspec, and is measured again as it was", (name, whole, short, least) => {
    const text = readFileSync(`examples/${name}.mmspec`, "utf8");
    expect(text).toMatch(whole);
    writeFileSync(join(folder, `${name}.mmspec`), text.replace(whole, short));
    const { metrics, run } = train(`${name}.mmspec`, name);
    // Far above chance, a fourth or a half, where it is trained that long.
    expect(metrics.accuracy?.value).toBeGreaterThanOrEqual(least);
    expect(evaluated(run)).toEqual(metrics);
  });

  it("stands in a run's files as it was given", async () => {
    const run = join(folder, "reviews", readdirSync(join(folder, "reviews"))[0] as string);
    const names = JSON.parse(readFileSync(join(run, "names.json"), "utf8")) as Record<
      string,
      Record<string, string[]>
    >;
    expect(names.stay?.city).toEqual(["Bergen", "Lyon", "Porto", "Turin", "Vilnius"]);
    const kept = (await readNpz(join(run, "held-out.npz"))).columns;
    const data = (await readNpz(join(folder, "data", "reviews.npz"))).columns;
    const valuesOf = (column: string, source = data) => source.get(column)?.values as ArrayLike<never>;
    const index = valuesOf("index", kept) as ArrayLike<number>;
    expect(names.words?.words).toEqual(valuesOf("words.vocabulary"));
    Array.from(index).forEach((row, i) => {
      const stay = Array.from(valuesOf("input_stay", kept) as ArrayLike<number>).slice(4 * i, 4 * i + 4);
      expect(stay.slice(0, 2)).toEqual([valuesOf("price")[row], valuesOf("nights")[row]]);
      expect(names.stay?.city?.[stay[2] as number]).toBe(valuesOf("city")[row]);
      expect(names.stay?.trip?.[stay[3] as number]).toBe(valuesOf("trip")[row]);
    });
    expect(Array.from(valuesOf("input_words", kept)).slice(0, 16)).toEqual(
      Array.from(valuesOf("words")).slice(16 * (index[0] as number), 16 * (index[0] as number) + 16),
    );
  });
});

describe("a run whose names are damaged", () => {
  it("isn't measured", () => {
    const run = join(folder, "damaged");
    cpSync(join(folder, "reviews", readdirSync(join(folder, "reviews"))[0] as string), run, {
      recursive: true,
    });
    writeFileSync(join(run, "names.json"), "{");
    const { code, err } = mmspec(folder, "evaluate", run);
    expect(code).toBe(1);
    expect(err).toContain("names.json is damaged");
  });
});

describe("layers from files", () => {
  const samples = 40;

  beforeAll(async () => {
    const random = new Random(1);
    const filled = (...shape: number[]) => ({
      shape: [samples, ...shape],
      values: Float32Array.from({ length: samples * shape.reduce((a, b) => a * b, 1) }, () =>
        random.normal(),
      ),
    });
    const words = {
      shape: [samples, 12],
      values: Int32Array.from({ length: 12 * samples }, () => random.integer(200)),
    };
    const towns = Array.from({ length: samples }, (_, i) => ["Bern", "Oslo", "Rome"][i % 3] as string);
    const data = packNpz({
      ...{ sound: filled(3200), picture: filled(32, 32, 3), words, years: filled(), waves: filled(24, 2) },
      town: { shape: [samples], values: towns },
      kind: { shape: [samples], values: Int32Array.from({ length: samples }, (_, i) => i % 3) },
    });
    writeFileSync(join(folder, "samples.npz"), data);
    for (const name of ["layers.mmspec", "own-layer.ts"])
      copyFileSync(resolve("test/golden", name), join(folder, name));
    await tf.setBackend("cpu");
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [5, 2, 4], filters: 3, kernelSize: 2, activation: "relu" }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 16 }),
      ],
    });
    await saveToDisk(model, join(folder, "models", "waves"), 1000);
  });

  it("learn beside the others, and are kept with the run", () => {
    writeFileSync(
      join(folder, "short.mmspec"),
      readFileSync(join(folder, "layers.mmspec"), "utf8").replace("seed 2", "epochs 2 seed 2"),
    );
    const { metrics, run } = train("short.mmspec", "layers");
    expect(readFileSync(join(run, "trainer", "custom-own-layer.ts"), "utf8")).toBe(
      readFileSync("test/golden/own-layer.ts", "utf8"),
    );
    const weights = JSON.parse(readFileSync(join(run, "weights.json"), "utf8")) as {
      weights: { name: string }[];
    };
    const names = weights.weights.map(({ name }) => name);
    expect(names).toContain("encoder.words.3.score");
    expect(names).toContain("encoder.picture.1.stem.norm.variance");
    expect(names.filter((name) => name.startsWith("encoder.waves.3"))).toEqual([]);
    expect(evaluated(run)).toEqual(metrics);
  });

  it("are refused with --no-custom, and named when they aren't there", () => {
    for (const command of [["check"], ["explain"], ["train"], ["compile", "-o", "nowhere"]]) {
      const { code, err } = mmspec(folder, ...command, "layers.mmspec", "--no-custom");
      expect(code).toBe(1);
      expect(err).toContain("MM3024");
    }
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
    const text = readFileSync(join(folder, "layers.mmspec"), "utf8");
    writeFileSync(join(folder, "lost.mmspec"), text.replace("./own-layer.ts", "./lost.ts"));
    expect(mmspec(folder, "train", "lost.mmspec")).toMatchObject({
      code: 1,
      err: expect.stringContaining("lost.ts: there is no such file") as string,
    });
    writeFileSync(join(folder, "unsaved.mmspec"), text.replace("models/waves", "models/lost"));
    const unsaved = mmspec(folder, "train", "unsaved.mmspec", "--quiet");
    expect(unsaved.code).toBe(1);
    expect(unsaved.err).toContain("MM4001");
    mkdirSync(join(folder, "models", "wide"));
    writeFileSync(
      join(folder, "wide.mmspec"),
      text.replace('frozen("models/waves", 16)', 'frozen("models/waves", 17)'),
    );
    const wide = mmspec(folder, "train", "wide.mmspec", "--quiet");
    expect(wide.code).toBe(1);
    expect(wide.err).toContain("MM4022");
  });
});
