import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mmspec as mmspecIn } from "../support/cli.js";
import { block, spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-workers-"));

const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

interface Learned {
  run: string;
  workers: number;
  said: string;
  history: { loss: number; losses: Record<string, number>; gradient: number; validationLoss?: number }[];
  weights: Float32Array;
}

function learned(name: string, ...args: string[]): Learned {
  const { code, err } = mmspec("train", `${name}.mmspec`, "--runs", `${name}-${args.join("")}`, ...args);
  expect(code, err).toBe(0);
  return { ...read(`${name}-${args.join("")}`), said: err };
}

function read(runs: string): Omit<Learned, "said"> {
  const run = join(runs, readdirSync(join(folder, runs))[0] as string);
  const record = JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8")) as Omit<Learned, "weights">;
  const bytes = readFileSync(join(folder, run, "weights.bin"));
  return { ...record, run, weights: new Float32Array(Uint8Array.from(bytes).buffer) };
}

/** Largest distance, in parts of the largest value. */
function apart(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const largest = (values: Float32Array) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(a.map((value, i) => value - (b[i] as number))) / largest(a);
}

function expectSame(one: Learned, several: Learned): void {
  expect(several.history.length).toBe(one.history.length);
  one.history.forEach((epoch, i) => {
    const other = several.history[i] as typeof epoch;
    const near = (a: number | undefined, b: number | undefined, what: string) =>
      expect(Math.abs((a ?? 0) - (b ?? 0)) / Math.max(1, Math.abs(a ?? 0)), what).toBeLessThan(1e-5);
    for (const [name, value] of Object.entries(epoch.losses)) near(value, other.losses[name], name);
    near(epoch.gradient, other.gradient, "gradient");
    near(epoch.validationLoss, other.validationLoss, "validation");
  });
  expect(apart(one.weights, several.weights)).toBeLessThan(1e-5);
}

const sgd = "optimizer sgd(lr: 0.02, momentum: 0.9) batch 31 seed 3";
// What couples the samples of a batch, and what is drawn for it, in each paradigm.
const cases: Record<string, string> = {
  dmil: spec({
    fusion: block,
    train: `train { paradigm dmil(intra: 1, consistency: 1, joint: 1, bound: cross_covariance) ${sgd} clip 1 schedule warmup -> cosine }`,
  }).replace("left = mlp(16)", "left = norm(batch) -> mlp(16) -> dropout(0.2)"),
  contrast: spec({
    fusion: block.replace("align(cosine)", "align(infonce)"),
    train: `train { paradigm dmil(intra: 1, consistency: 1, joint: 1) ${sgd} noise 0.2 modality_dropout 0.2 class_weights balanced }`,
  }).replace("modality right", "optional modality right"),
  ogm: spec({ train: `train { paradigm ogm epochs 2 ${sgd} }` }),
  agm: spec({ train: `train { paradigm agm epochs 2 ${sgd} }` }),
  pmr: spec({ train: `train { paradigm pmr epochs 2 ${sgd} }` }),
  i2moe: spec({ train: `train { paradigm i2moe epochs 2 ${sgd} }` }),
  evidence: spec({ fusion: block, train: `train { paradigm evidence epochs 2 ${sgd} }` }),
  joint: spec({ train: `train { paradigm joint epochs 2 optimizer adam(lr: 1e-3) batch 31 seed 3 }` }),
};

describe("workers that share each batch", () => {
  for (const [name, text] of Object.entries(cases)) {
    it(`learn what one does: ${name}`, () => {
      writeFileSync(join(folder, `${name}.mmspec`), text);
      const one = learned(name, "--workers", "1");
      const two = learned(name, "--workers", "2");
      expect(two.said).not.toContain("workers ");
      expect(two.workers).toBe(2);
      expectSame(one, two);
    });
  }
});
