import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { cli, environment, mmspec as mmspecIn } from "../support/cli.js";
import { block, spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-resume-"));

const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

/** Runs mmspec and does something to it once it has said something. @returns how it ended, and what it said */
async function mmspecUntil(said: RegExp, act: (pid: number) => void, ...args: string[]) {
  const options = { cwd: folder, env: environment, detached: true };
  const child = spawn(process.execPath, [cli, ...args], options);
  let err = "";
  let acted = false;
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    if (acted || !said.test(err) || child.pid === undefined) return;
    acted = true;
    act(child.pid);
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((end) =>
    child.on("close", (...how) => end(how)),
  );
  return { code, signal, err };
}

/** Kills all processes of a command after up to so many milliseconds. */
const killWithin = (milliseconds: number) => (pid: number) =>
  void setTimeout(() => process.kill(-pid, "SIGKILL"), Math.random() * milliseconds);

function runIn(runs: string): string {
  return join(runs, readdirSync(join(folder, runs))[0] as string);
}

function fileOf(run: string, name: string): Buffer {
  return readFileSync(join(folder, run, name));
}

function recordOf(run: string): { status: string; history: { stage: string; epoch: number }[] } {
  return JSON.parse(fileOf(run, "run.json").toString()) as never;
}

describe("mmspec resume", () => {
  it("ends a run that was killed at any moment as if it had never been stopped, byte for byte", async () => {
    const source = spec({
      fusion: block,
      train:
        "train { paradigm dmil(intra: 2, consistency: 1, joint: 3) optimizer adamw(lr: 5e-3) batch 16 seed 3 noise 0.2 augment left with noise(0.1) mixup 0.4 modality_dropout 0.2 schedule warmup -> cosine class_weights balanced stop after 2 epochs without improvement }",
      evaluate: "evaluate { accuracy, pid lsmi(folds: 2) per sample }",
    })
      .replace("left = mlp(16)", "left = norm(batch) -> mlp(16) -> dropout(0.2)")
      .replace("modality right", "optional modality right");
    writeFileSync(join(folder, "killed.mmspec"), source);
    expect(mmspec("train", "killed.mmspec", "--runs", "whole").code).toBe(0);
    const whole = runIn("whole");

    // Before learning, in the first stage, about the ends of stages, and in the evaluation.
    const often = ["--checkpoint-every", "0"];
    const train = ["train", "killed.mmspec", "--runs", "killed", ...often];
    await mmspecUntil(/engine/, killWithin(150), ...train);
    const run = runIn("killed");
    for (const [said, within] of [
      [/intra +epoch [12]/, 100],
      [/consistency +epoch 1/, 50],
      [/joint +epoch 3/, 20],
    ] as const) {
      const { signal, err } = await mmspecUntil(said, killWithin(within), "resume", run, ...often);
      expect(signal, err).toBe("SIGKILL");
    }
    expect(recordOf(run).status).toBe("running");
    const end = mmspec("resume", run);
    expect(end.code, end.err).toBe(0);

    for (const name of ["weights.bin", "weights.json", "last.bin", "metrics.json", "pid.parquet"])
      expect(fileOf(run, name).equals(fileOf(whole, name)), name).toBe(true);
    const epochs = (of: string) => recordOf(of).history.map((entry) => ({ ...entry, ended: undefined }));
    expect(epochs(run)).toEqual(epochs(whole));
    expect(readdirSync(join(folder, run)).sort()).toEqual(readdirSync(join(folder, whole)).sort());
    expect(readdirSync(join(folder, run))).not.toContain("checkpoint.safetensors");

    const more = mmspec("resume", run);
    expect(more).toMatchObject({ code: 0, out: "" });
    expect(more.err).toContain("is complete: there is nothing left to learn");
  });

  it("refuses where the data, the trainer or the engine isn't what it was, or the checkpoint is damaged", async () => {
    const line = (i: number) => `${i % 3},${Math.sin(i)},${Math.cos(i)}`;
    const table = `label,a,b\n${Array.from({ length: 90 }, (_, i) => line(i)).join("\n")}\n`;
    writeFileSync(join(folder, "table.csv"), table);
    const source = spec({
      data: 'from "table.csv"\n  left <- "a"\n  right <- "b"\n  label <- "label"\n  split 0.8 train, 0.2 test',
      train: "train { paradigm joint epochs 100000 batch 16 }",
    })
      .replace("vector(9)", "vector(1)")
      .replace("vector(12)", "vector(1)");
    writeFileSync(join(folder, "table.mmspec"), source);
    const interrupt = (pid: number) => void process.kill(-pid, "SIGINT");
    const stopped = await mmspecUntil(/epoch 2\//, interrupt, "train", "table.mmspec", "--runs", "table");
    expect(stopped.code, stopped.err).toBe(130);
    const run = runIn("table");
    expect(stopped.err).toContain(`\`mmspec resume ${join(folder, run)}\` goes on`);

    // What was learned so far can be measured, and the run is still to be resumed.
    expect(mmspec("evaluate", run).code).toBe(0);
    expect(recordOf(run).status).toBe("interrupted");

    const refused = (name: string, text: string, message: string) => {
      const path = join(folder, name);
      const before = readFileSync(path);
      writeFileSync(path, text);
      const { code, err } = mmspec("resume", run);
      writeFileSync(path, before);
      expect(err).toContain(message);
      expect(err).not.toContain("    at ");
      expect(code).toBe(1);
    };
    refused("table.csv", table.replace("0.5", "0.6"), "can't be resumed: the data changed.");
    const learning = join(run, "trainer", "learning.ts");
    const code = fileOf(run, "trainer/learning.ts").toString();
    refused(learning, code.replace("batch: 16", "batch: 8"), "the trainer's learning.ts changed");
    refused(join(run, "checkpoint.safetensors"), "", "checkpoint.safetensors is damaged");

    const imports = [import.meta.resolve("tsx"), resolve("dist/cli/use-own-runtime.js")];
    const script = [...imports.flatMap((path) => ["--import", path]), join(run, "trainer", "train.ts")];
    const cpu = [...script, "--run", run, "--resume", "--engine", "cpu"];
    const elsewhere = spawnSync(process.execPath, cpu, { cwd: folder, encoding: "utf8", env: environment });
    expect(elsewhere.stderr).toMatch(/can't be resumed: the engine was wasm .* and is cpu/);
    expect(elsewhere.status).toBe(1);

    const more = await mmspecUntil(/joint +epoch/, interrupt, "resume", run);
    expect(more.err).toContain("resume    in stage 1, epoch");
    expect(more.code, more.err).toBe(130);
  });

  it("finds a run that a killed command had started at its last checkpoint: the trainer ends by itself", async () => {
    writeFileSync(join(folder, "orphan.mmspec"), spec({ train: "train { epochs 100000 }" }));
    const kill = (pid: number) => void process.kill(pid, "SIGKILL");
    const { signal } = await mmspecUntil(/epoch 2\//, kill, "train", "orphan.mmspec", "--runs", "orphan");
    expect(signal).toBe("SIGKILL");
    const run = runIn("orphan");
    while (recordOf(run).status === "running") await wait(50);
    expect(recordOf(run).status).toBe("interrupted");
    expect(readdirSync(join(folder, run))).toContain("checkpoint.safetensors");
  });

  it("says that a folder is no run", () => {
    const { code, err } = mmspec("resume", ".");
    expect(code).toBe(1);
    expect(err).toContain("is not the folder of a run");
  });

  it("says what a folder is whose command was stopped before its run began", () => {
    const trainer = join(folder, "stopped", "trainer");
    writeFileSync(join(folder, "stopped.mmspec"), spec());
    expect(mmspec("compile", "stopped.mmspec", "-o", trainer).code).toBe(0);
    for (const command of ["resume", "evaluate", "report"]) {
      const { code, err } = mmspec(command, "stopped");
      expect(code, command).toBe(1);
      expect(err, command).toContain("stopped before it began");
    }
  });

  it("keeps the scale of numbers: a killed run of a regression ends as if it had never been stopped", async () => {
    const source = spec({
      train: "train { paradigm joint optimizer adam(lr: 5e-3) epochs 6 batch 8 seed 3 }",
      evaluate: "evaluate { mae, r2 }",
      data: "from feature_sum(shared: 1, noise: 0.3, latent: 3, samples: 3000)\n  split 0.8 train, 0.2 test",
    }).replace("class(3)", "regression");
    writeFileSync(join(folder, "number.mmspec"), source);
    expect(mmspec("train", "number.mmspec", "--runs", "number").code).toBe(0);
    const often = ["--checkpoint-every", "0"];
    const kill = (pid: number) => void process.kill(-pid, "SIGKILL");
    await mmspecUntil(/epoch 3\//, kill, "train", "number.mmspec", "--runs", "killed-number", ...often);
    const run = runIn("killed-number");
    expect(recordOf(run).status).toBe("running");
    const { code, err } = mmspec("resume", run);
    expect(code, err).toBe(0);
    for (const name of ["weights.bin", "metrics.json", "pid.parquet"])
      expect(fileOf(run, name).equals(fileOf(runIn("number"), name)), name).toBe(true);
  }, 120_000);
});
