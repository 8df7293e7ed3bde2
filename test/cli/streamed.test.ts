import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../runtime/data/random.js";
import { packNpz } from "../../runtime/data/write-npz.js";
import { cli, environment, mmspec } from "../support/cli.js";
import { spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-streamed-"));

/** Vectors of which the first values tell the label. */
function write(name: string, rows: number): void {
  const random = new Random(3);
  const labels = Int32Array.from({ length: rows }, () => random.integer(3));
  const vectors = (width: number) => {
    const values = random.values([rows, width], (draw) => draw.normal());
    labels.forEach((label, i) => (values[i * width + label] = (values[i * width + label] as number) + 3));
    return { shape: [rows, width], values };
  };
  const arrays = { left: vectors(9), right: vectors(12), label: { shape: [rows], values: labels } };
  writeFileSync(join(folder, name), packNpz(arrays));
}

const source = (streamed: string) =>
  spec({
    train: "train { paradigm joint epochs 6 batch 16 seed 3 }",
    evaluate: "evaluate { accuracy, synergy_indicator }",
    data: `from "data.npz"
  left <- "left" standardised
  right <- "right" standardised
  label <- "label"
  split 0.7 train, 0.1 validation, 0.2 test stratified seed 1
  ${streamed}`,
  });

function runIn(runs: string): string {
  return join(runs, readdirSync(join(folder, runs))[0] as string);
}

function weightsIn(runs: string): string {
  return readFileSync(join(folder, runIn(runs), "weights.bin")).toString("base64");
}

/** Trains until it has said something, and kills it. */
function killed(said: RegExp, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: environment, detached: true });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    if (said.test(err)) process.kill(-(child.pid as number), "SIGKILL");
  });
  return new Promise((end) => child.on("close", () => end()));
}

describe("streamed data", () => {
  it("trains what data in memory trains, also when killed and resumed, and is measured and predicted", async () => {
    write("data.npz", 6000);
    writeFileSync(join(folder, "memory.mmspec"), source(""));
    writeFileSync(join(folder, "stream.mmspec"), source("streamed within 32 MB"));
    expect(mmspec(folder, "train", "memory.mmspec", "--runs", "memory", "--workers", "1").code).toBe(0);
    await killed(/epoch 2/, "train", "stream.mmspec", "--runs", "stream", "--checkpoint-every", "0");
    const run = runIn("stream");
    const resumed = mmspec(folder, "resume", run);
    expect(resumed.code, resumed.err).toBe(0);
    expect(resumed.err).toContain("made before");
    expect(weightsIn("stream")).toBe(weightsIn("memory"));
    const record = JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8")) as Record<string, unknown>;
    expect(record).toMatchObject({
      waitingForData: { seconds: expect.any(Number) as number, share: expect.any(Number) as number },
      peakMemory: expect.any(Number) as number,
    });
    const metrics = (of: string) =>
      (JSON.parse(readFileSync(join(folder, of, "metrics.json"), "utf8")) as { metrics: unknown }).metrics;
    expect(metrics(run)).toEqual(metrics(runIn("memory")));
    expect(mmspec(folder, "evaluate", run).code).toBe(0);
    expect(metrics(run)).toEqual(metrics(runIn("memory")));
    const said = mmspec(folder, "predict", run, "data.npz", "-o", "said.parquet");
    expect(said.code, said.err).toBe(0);
    expect(said.err).toContain("6000 samples predicted");
  });
});
