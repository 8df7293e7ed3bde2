import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CheckedEngine } from "../../runtime/engine-check/index.js";
import { tensorflowFolder } from "../../runtime/engines/tensorflow.js";
import { mmspec as mmspecIn } from "../support/cli.js";
import { block, spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-tensorflow-"));
const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

/** `.ci/run` builds the engine and then asks for it; elsewhere it may be missing. */
function isBuilt(): boolean {
  if (existsSync(tensorflowFolder())) return true;
  if (process.env.MMSPEC_TEST_TENSORFLOW) throw new Error("The tensorflow engine wasn't built.");
  console.info("skipped: the tensorflow engine isn't built (mmspec engines --install tensorflow)");
  return false;
}

describe("the tensorflow engine", () => {
  it("computes what plain JavaScript does, and is preferred to wasm", () => {
    if (!isBuilt()) return;
    const { code, out, err } = mmspec("engines", "--json");
    expect(code, err).toBe(0);
    const engines = JSON.parse(out) as CheckedEngine[];
    const found = engines.find(({ name }) => name === "tensorflow");
    expect(found).toMatchObject({ available: true });
    expect(found?.failure).toBeUndefined();
    expect(found?.check?.gradientError).toBeLessThan(1e-4);
    const order = engines.map(({ name }) => name);
    expect(order.indexOf("tensorflow")).toBeLessThan(order.indexOf("wasm"));
  });

  it("trains, evaluates and measures", () => {
    if (!isBuilt()) return;
    const train =
      "train { paradigm dmil(intra: 1, consistency: 1, joint: 2) optimizer adam(lr: 5e-3) batch 32 seed 3 }";
    const evaluate = "evaluate { accuracy, pid lsmi(folds: 2) per sample }";
    writeFileSync(join(folder, "test.mmspec"), spec({ fusion: block, train, evaluate }));
    const means = ["tensorflow", "wasm"].map((engine) => {
      const { code, err } = mmspec("train", "test.mmspec", "--engine", engine, "--runs", engine);
      expect(code, err).toBe(0);
      const [run = ""] = readdirSync(join(folder, engine));
      const read = (name: string) =>
        JSON.parse(readFileSync(join(folder, engine, run, name), "utf8")) as {
          engine: { name: string };
          history: { loss: number }[];
        };
      expect(read("run.json").engine.name).toBe(engine);
      return read("run.json").history.map(({ loss }) => loss);
    });
    const [ours = [], wasm = []] = means;
    expect(ours).toHaveLength(4);
    ours.forEach((loss, i) => expect(loss).toBeCloseTo(wasm[i] as number, 3));
  });
});
