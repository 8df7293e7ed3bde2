import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { closeEngine, EngineError, openEngine, surveyEngines } from "../../runtime/engines/index.js";

describe("openEngine", () => {
  it("opens the engine that is asked for, and says so", async () => {
    const { name, why } = await openEngine("wasm");
    expect(name).toBe("wasm");
    expect(why).toContain("asked for");
  });

  it("opens the one that the survey prefers", async () => {
    const preferred = (await surveyEngines()).find((report) => report.preferred);
    expect((await openEngine()).name).toBe(preferred?.name);
  });

  it("says why an engine can't be opened, and how to get it", async () => {
    const report = (await surveyEngines()).find(({ name }) => name === "tensorflow");
    if (report?.available) return;
    await expect(openEngine("tensorflow")).rejects.toThrow(EngineError);
    await expect(openEngine("tensorflow")).rejects.toThrow("mmspec engines --install tensorflow");
    await expect(openEngine("abacus" as never)).rejects.toThrow("There is no engine abacus");
  });
});

describe("closeEngine", () => {
  it("leaves nothing behind, and an engine can be opened again", async () => {
    closeEngine();
    for (const name of ["wasm", "cpu", "wasm"] as const) {
      await openEngine(name);
      expect(tf.memory().numTensors).toBe(0);
      const product = () => tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync());
      tf.variable(tf.ones([4]));
      expect([...product()]).toEqual([3, 3, 3, 3]);
      closeEngine();
    }
  });
});

describe("surveyEngines", () => {
  it("finds wasm and cpu everywhere, and prefers exactly one engine, never a GPU in software", async () => {
    const reports = await surveyEngines();
    const available = reports.filter((report) => report.available).map(({ name }) => name);
    expect(available).toEqual(expect.arrayContaining(["wasm", "cpu"]));
    const preferred = reports.filter((report) => report.preferred);
    expect(preferred).toHaveLength(1);
    expect(preferred[0]?.software).toBeUndefined();
    for (const { available: there, reason } of reports) if (!there) expect(reason).toBeTruthy();
  });
});
