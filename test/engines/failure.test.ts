import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { EngineFailure, failureOf } from "../../runtime/engines/index.js";
import { cli, environment, mmspec as mmspecIn } from "../support/cli.js";
import { spec } from "../support/specs.js";
import { swiftShader } from "../support/swift-shader.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-failure-"));
const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

/** A layer that fails while learning, once it was asked `calls` times, as long as `when` holds. */
function failing(file: string, when: string, act: string): void {
  writeFileSync(
    join(folder, file),
    `import { existsSync, writeFileSync } from "node:fs";
import { tf, type CustomLayer } from "mmspec/runtime";

let calls = 0;
const layer: CustomLayer = () => () => ({
  apply(x, { training }) {
    if (training && ++calls > 30 && ${when}) { ${act} }
    return x;
  },
});
export default layer;
// ${"existsSync writeFileSync tf"}
void [existsSync, writeFileSync, tf];
`,
  );
}

const withLayer = (file: string, train: string) =>
  spec({ train }).replace("left = mlp(16)", `left = custom("./${file}", 9) -> mlp(16)`);

function runIn(runs: string): { folder: string; record: Record<string, unknown> } {
  const run = join(runs, readdirSync(join(folder, runs))[0] as string);
  return { folder: run, record: JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8")) as never };
}

beforeAll(() => {
  failing(
    "greedy.ts",
    "(x.shape[0] ?? 0) > 10",
    'throw new Error("OOM when allocating tensor with shape[32,9]");',
  );
  writeFileSync(
    join(folder, "greedy.mmspec"),
    withLayer("greedy.ts", "train { paradigm joint epochs 20 batch 32 seed 3 }"),
  );
});

describe("an engine that runs out of memory", () => {
  it("ends the run with its checkpoint and says what can be done", () => {
    const { code, err } = mmspec("train", "greedy.mmspec", "--runs", "ends", "--checkpoint-every", "0");
    expect(code).toBe(3);
    expect(err).toContain("The wasm engine ran out of memory: OOM when allocating tensor with shape[32,9].");
    expect(err).toMatch(/mmspec resume .*goes on from the last checkpoint|Nothing had been saved yet/);
    expect(err).toContain("--smaller-batch");
    expect(err).not.toContain("    at ");
    expect(runIn("ends").record.status).toBe("failed");
  });

  it("goes on with a smaller batch where that is allowed, as often as it takes", () => {
    const { code, err } = mmspec("train", "greedy.mmspec", "--runs", "goes-on", "--smaller-batch");
    expect(code, err).toBe(0);
    expect(err).toContain("Going on with 16 samples a step.");
    expect(err).toContain("Going on with 8 samples a step.");
    const { record } = runIn("goes-on");
    expect(record).toMatchObject({ status: "complete", batchDividedBy: 4 });
    expect(record.history).toHaveLength(20);
  });
});

describe("failureOf", () => {
  it("knows what engines say when memory runs out, and nothing else", () => {
    for (const message of [
      "memory access out of bounds",
      "Array buffer allocation failed",
      "OOM when allocating tensor with shape[1,2]",
      "Buffer size (2516582400) exceeds the max buffer size limit (1073741824).",
      "std::bad_alloc",
    ]) {
      expect(failureOf(new Error(message), "wasm"), message).toMatchObject({ memory: true });
    }
    expect(failureOf(new (class RuntimeError extends Error {})("unreachable"), "wasm")).toMatchObject({
      memory: false,
    });
    expect(failureOf(new Error("Shapes don't match: [3] and [4]"), "wasm")).toBeUndefined();
    expect(failureOf(new TypeError("x is not a function"), "wasm")).toBeUndefined();
    const failure = new EngineFailure("gone", false);
    expect(failureOf(failure, "webgpu")).toBe(failure);
  });
});

describe("a GPU that is lost", () => {
  it("ends the run, which goes on from its checkpoint", () => {
    const gpu = swiftShader();
    if (gpu === undefined) return;
    failing(
      "losing.ts",
      '!existsSync("lost")',
      'writeFileSync("lost", ""); (tf.backend() as unknown as { device: { destroy(): void } }).device.destroy();',
    );
    writeFileSync(
      join(folder, "losing.mmspec"),
      withLayer("losing.ts", "train { paradigm joint epochs 8 batch 32 seed 3 }"),
    );
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [cli, ...args], {
        cwd: folder,
        encoding: "utf8",
        env: { ...environment, ...gpu },
      });
    const { status, stderr } = run(
      ...["train", "losing.mmspec", "--engine", "webgpu", "--runs", "lost-runs", "--checkpoint-every", "0"],
    );
    expect(status, stderr).toBe(3);
    expect(stderr).toContain("The webgpu engine died: The GPU is lost");
    expect(stderr).toContain("goes on from the last checkpoint");
    const { folder: path } = runIn("lost-runs");
    expect(existsSync(join(folder, path, "checkpoint.safetensors"))).toBe(true);
    const after = run("resume", path);
    expect(after.status, after.stderr).toBe(0);
    expect(runIn("lost-runs").record.status).toBe("complete");
  });
});
