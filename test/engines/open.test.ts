import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { EngineError, openEngine, surveyEngines } from "../../runtime/engines/index.js";

/** Where Debian's chromium puts a GPU in software. */
const swiftShader = "/usr/lib/chromium/vk_swiftshader_icd.json";

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
    await expect(openEngine("tensorflow")).rejects.toThrow("npm install @tensorflow/tfjs-node-gpu");
    await expect(openEngine("abacus" as never)).rejects.toThrow("There is no engine abacus");
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

describe("webgpu", () => {
  it("computes and learns on a GPU in software when it is asked for", () => {
    if (!existsSync(swiftShader)) {
      if (process.env.CI) throw new Error("CI must have SwiftShader: .ci/run installs Debian's chromium.");
      console.info("skipped: there is no SwiftShader here (Debian: apt-get install chromium)");
      return;
    }
    const script = `
      const { openEngine, surveyEngines, tf, dense, Parameters, Random } = await import("mmspec/runtime");
      const reports = await surveyEngines();
      const { name, detail } = await openEngine("webgpu");
      const parameters = new Parameters(1);
      const layer = dense({ inputs: 3, units: 2 })(parameters.scope("layer"));
      const context = { training: true, random: new Random(1), temperature: 0 };
      const { grads } = tf.variableGrads(() => tf.sum(layer.apply(tf.ones([4, 3]), context)), parameters.select());
      const bias = await Object.values(grads)[1].data();
      console.log(JSON.stringify({ name, detail, preferred: reports.find((r) => r.preferred).name, bias: [...bias] }));
      process.exit(0);
    `;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      env: {
        ...process.env,
        VK_ICD_FILENAMES: swiftShader,
        LD_LIBRARY_PATH: [dirname(swiftShader), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
      },
    });
    const { name, detail, preferred, bias } = JSON.parse(
      output.trim().split("\n").at(-1) as string,
    ) as Record<string, unknown>;
    expect(name).toBe("webgpu");
    expect(detail).toMatch(/swiftshader/i);
    expect(preferred).toBe("wasm");
    for (const value of bias as number[]) expect([0, 4]).toContain(value);
  });
});
