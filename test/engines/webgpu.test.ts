import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, environment } from "../support/cli.js";
import { block, spec } from "../support/specs.js";
import { swiftShader } from "../support/swift-shader.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-webgpu-"));

/** What a script that is run on an engine prints, as JSON, on its last line. */
function onEngine<Result>(engine: string, body: string, gpu: Record<string, string>): Result {
  const script = `
    import { openEngine, tf } from "mmspec/runtime";
    import { fitMixture, readMixture } from ${JSON.stringify(join(process.cwd(), "dist/runtime/measures/gaussian-mixture.js"))};
    import { trainNetwork } from ${JSON.stringify(join(process.cwd(), "dist/runtime/measures/network.js"))};
    import { Random } from ${JSON.stringify(join(process.cwd(), "dist/runtime/data/random.js"))};
    await openEngine(${JSON.stringify(engine)});
    const result = await (async () => { ${body} })();
    console.log(JSON.stringify(result));
    process.exit(0);
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    env: { ...process.env, ...gpu },
  });
  return JSON.parse(output.trim().split("\n").at(-1) as string) as Result;
}

function metricsOf(runs: string): { accuracy: number; pid: unknown } {
  const [run = ""] = readdirSync(join(folder, runs));
  return JSON.parse(readFileSync(join(folder, runs, run, "metrics.json"), "utf8")) as never;
}

/** All numbers of a value, in order. */
function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

describe("webgpu, on a GPU in software", () => {
  it("adds up more tensors than a shader can bind", () => {
    const gpu = swiftShader();
    if (gpu === undefined) return;
    const body = `
      const terms = Array.from({ length: 20 }, (_, i) => tf.fill([3000], i));
      return [...(await tf.addN(terms).slice(0, 2).data()), tf.memory().numTensors];
    `;
    expect(onEngine<number[]>("webgpu", body, gpu).slice(0, 2)).toEqual([190, 190]);
  });

  it("fits what measures are made of to the values that wasm gives", () => {
    const gpu = swiftShader();
    if (gpu === undefined) return;
    const body = `
      const random = new Random(1);
      const labels = Int32Array.from({ length: 40 }, (_, i) => i % 2);
      const x = { values: Float32Array.from({ length: 80 }, (_, i) => random.normal() + 2 * labels[i >> 1]), width: 2 };
      const mixture = await fitMixture(x, labels, 2, { form: "full", components: 2 }, new Random(2));
      const { density } = await readMixture(mixture, x, 2);
      const options = { hidden: [4], decay: 0.1, learningRate: 0.01, mostEpochs: 3 };
      const { network } = await trainNetwork(x, labels, 2, options, new Random(3));
      return [...density, ...(await network.read(x))];
    `;
    const [ours, wasm] = ["webgpu", "wasm"].map((engine) => onEngine<number[]>(engine, body, gpu));
    expect(wasm).toHaveLength(120);
    wasm?.forEach((value, i) => expect(ours?.[i]).toBeCloseTo(value, 2));
  });

  it("trains all stages, evaluates and measures as wasm does, and keeps the dispatches of a step few", () => {
    const gpu = swiftShader();
    if (gpu === undefined) return;
    // Notes what was dispatched, read and brought up between two steps of learning; changes nothing.
    writeFileSync(
      join(folder, "counting.ts"),
      `import { writeFileSync } from "node:fs";
import { tf, type CustomLayer } from "mmspec/runtime";

const steps: { dispatches: number; reads: number; uploads: number }[] = [];
let now = { dispatches: 0, reads: 0, uploads: 0 };
let watched = false;
const layer: CustomLayer = () => () => ({
  apply(x, { training }) {
    const backend = tf.backend() as unknown as Record<string, (...args: unknown[]) => unknown>;
    const watch = (name: string, count: keyof typeof now) => {
      const run = backend[name]!;
      backend[name] = function (...args: unknown[]) {
        // Of what goes up, a batch of a modality: 32 samples of 9 or 12 numbers.
        if (name !== "write" || ["32,9", "32,12"].includes(String(args[1]))) now[count]++;
        return run.apply(this, args);
      };
    };
    if (!watched && backend.runWebGPUProgram !== undefined) {
      watched = true;
      watch("runWebGPUProgram", "dispatches");
      watch("getBufferData", "reads");
      watch("write", "uploads");
    }
    if (training) {
      steps.push(now);
      now = { dispatches: 0, reads: 0, uploads: 0 };
      writeFileSync("steps.json", JSON.stringify(steps));
    }
    return x;
  },
});
export default layer;
`,
    );
    const train =
      "train { paradigm dmil(intra: 1, consistency: 1, joint: 1) optimizer adam(lr: 5e-3) batch 32 seed 3 }";
    const evaluate = "evaluate { accuracy, pid lsmi(folds: 2) per sample }";
    const source = spec({ fusion: block, train, evaluate }).replace(
      "left = mlp(16)",
      'left = custom("./counting.ts", 9) -> mlp(16)',
    );
    writeFileSync(join(folder, "test.mmspec"), source);
    for (const engine of ["wasm", "webgpu"]) {
      const { status, stderr } = spawnSync(
        process.execPath,
        [cli, "train", "test.mmspec", "--engine", engine, "--runs", engine, "--checkpoint-every", "600"],
        { cwd: folder, encoding: "utf8", env: { ...environment, ...gpu } },
      );
      expect(status, stderr).toBe(0);
    }
    const [ours, wasm] = [metricsOf("webgpu"), metricsOf("wasm")];
    const expected = numbersOf(wasm.pid);
    expect(expected.length).toBeGreaterThan(10);
    numbersOf(ours.pid).forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 1));
    // 180 samples, 32 a step: six steps an epoch; the second of each stage has nothing between it and the first but the step.
    const steps = JSON.parse(readFileSync(join(folder, "steps.json"), "utf8")) as Record<string, number>[];
    expect(steps).toHaveLength(18);
    const inEpoch = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17].map((step) => steps[step]);
    expect(inEpoch.map((step) => [step?.reads, step?.uploads])).toEqual(inEpoch.map(() => [0, 0]));
    const [intra = 0, consistency = 0, joint = 0] = [1, 7, 13].map((step) => steps[step]?.dispatches);
    console.info(`dispatches a step: intra ${intra}, consistency ${consistency}, joint ${joint}`);
    expect(intra).toBeLessThanOrEqual(mostDispatches.intra);
    expect(consistency).toBeLessThanOrEqual(mostDispatches.consistency);
    expect(joint).toBeLessThanOrEqual(mostDispatches.joint);
  });
});

/** What a step of each stage took when this was written: fewer are better. */
const mostDispatches = { intra: 253, consistency: 515, joint: 924 };
