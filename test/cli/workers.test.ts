import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, environment, mmspec as mmspecIn } from "../support/cli.js";
import { block, spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-workers-"));

const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

interface Learned {
  run: string;
  said: string;
  history: {
    losses: Record<string, number>;
    gradient: number;
    validationLoss?: number;
    workers?: number;
  }[];
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
    train: `train { paradigm dmil(intra: 1, consistency: 1, joint: 1) ${sgd} noise 0.2 augment left with noise(0.1) mixup 0.4 modality_dropout 0.2 class_weights balanced }`,
  }).replace("modality right", "optional modality right"),
  ogm: spec({ train: `train { paradigm ogm epochs 2 ${sgd} }` }),
  agm: spec({ train: `train { paradigm agm epochs 2 ${sgd} }` }),
  pmr: spec({ train: `train { paradigm pmr epochs 2 ${sgd} }` }),
  i2moe: spec({ train: `train { paradigm i2moe epochs 2 ${sgd} }` }),
  evidence: spec({ fusion: block, train: `train { paradigm evidence epochs 2 ${sgd} }` }),
  moe: spec({
    fusion: "fusion = moe(experts: 3, top: 2, noise: learned, balance: 0.1)",
    train: `train { paradigm joint epochs 2 ${sgd} }`,
  }),
  joint: spec({ train: `train { paradigm joint epochs 2 optimizer adam(lr: 1e-3) batch 31 seed 3 }` }),
};

describe("workers that share each batch", () => {
  for (const [name, text] of Object.entries(cases)) {
    it(`learn what one does: ${name}`, () => {
      writeFileSync(join(folder, `${name}.mmspec`), text);
      const one = learned(name, "--workers", "1");
      const two = learned(name, "--workers", "2");
      expect(two.said).not.toContain("workers ");
      expect(two.history.map(({ workers }) => workers)).toEqual(two.history.map(() => 2));
      expectSame(one, two);
    });
  }

  it("learn the same in each run, and after a stop", async () => {
    writeFileSync(
      join(folder, "again.mmspec"),
      (cases.dmil as string).replaceAll(/(intra|consistency|joint): 1/g, "$1: 12"),
    );
    const [one, two] = [learned("again", "--workers", "3"), learned("again", "--workers", "3", "--quiet")];
    expect(two.weights).toEqual(one.weights);
    const child = spawn(
      process.execPath,
      [cli, "train", "again.mmspec", "--runs", "stopped", "--workers", "3"],
      {
        cwd: folder,
        env: environment,
      },
    );
    child.stderr.on("data", (chunk: Buffer) => {
      if (/epoch 2\//.test(chunk.toString())) child.kill("SIGTERM");
    });
    expect(await new Promise((end) => child.on("close", end))).toBe(130);
    const stopped = read("stopped");
    expect(stopped.history?.length ?? 0).toBeLessThan(one.history.length);
    // It goes on with as many workers without being told.
    expect(mmspec("resume", stopped.run).code).toBe(0);
    const whole = read("stopped");
    expect(whole.weights).toEqual(one.weights);
    expect(whole.history.map(({ workers }) => workers)).toEqual(one.history.map(() => 3));
  });

  it("name what is no number any more", () => {
    writeFileSync(join(folder, "broken.mmspec"), (cases.ogm as string).replace("lr: 0.02", "lr: 1e18"));
    const [one, two] = ["1", "2"].map((workers) => mmspec("train", "broken.mmspec", "--workers", workers));
    expect(one?.code).toBe(3);
    expect(one?.err).toMatch(/Training failed: .* became/);
    expect(two?.err.split("\n").at(-2)).toBe(one?.err.split("\n").at(-2));
    expect(two?.code).toBe(3);
  });

  it("leave to one what can't be learned from parts of a batch, and say so", () => {
    writeFileSync(
      join(folder, "coupled.ts"),
      `import { tf, type CustomLayer } from "mmspec/runtime";
       const centre: CustomLayer = () => () => ({ apply: (x) => tf.sub(x, tf.mean(x, 0, true)) });
       export default centre;`,
    );
    writeFileSync(
      join(folder, "drawn.ts"),
      `import { tf, type CustomLayer } from "mmspec/runtime";
       const noisy: CustomLayer = () => () => ({ apply: (x, { random }) => tf.add(x, 0.1 * random.normal()) });
       export default noisy;`,
    );
    for (const [layer, reason] of [
      ["coupled", "what it learns from parts of a batch isn't what it learns from all of it"],
      ["drawn", "random numbers are drawn one by one"],
    ] as const) {
      const text = (cases.joint as string).replace(
        "left = mlp(16)",
        `left = custom("./${layer}.ts", 9) -> mlp(16)`,
      );
      writeFileSync(join(folder, `${layer}.mmspec`), text);
      const [one, two] = [learned(layer, "--workers", "1"), learned(layer, "--workers", "2")];
      expect(two.said).toContain(`stage joint is learned by one: ${reason}`);
      expect(two.weights).toEqual(one.weights);
    }
  });

  it("are only as many as were asked for, or as pay", () => {
    writeFileSync(join(folder, "small.mmspec"), cases.ogm as string);
    expect(learned("small").history.map(({ workers }) => workers)).toEqual([undefined, undefined]);
    const { code, err } = mmspec("train", "small.mmspec", "--workers", "0");
    expect(code).toBe(2);
    expect(err).toContain("--workers wants a whole number of threads, 1 to 64; it is 0.");
  });
});
