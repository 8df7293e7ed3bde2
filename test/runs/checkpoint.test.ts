import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CheckpointError, loadCheckpoint, Random, saveCheckpoint } from "../../runtime/index.js";
import { removeTemporaryFiles } from "../../runtime/runs/index.js";

beforeAll(() => tf.setBackend("cpu"));

const folder = mkdtempSync(join(tmpdir(), "mmspec-checkpoint-"));
const path = join(folder, "checkpoint.safetensors");

describe("a checkpoint", () => {
  it("gives back what was saved, bit by bit", async () => {
    const arrays = fc.dictionary(
      fc.string().filter((name) => !name.startsWith("__")),
      fc.array(fc.float({ noDefaultInfinity: false }), { maxLength: 5 }),
      { maxKeys: 4, noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(arrays, fc.jsonValue(), async (given, plan) => {
        const named = Object.entries(given).map(([name, values]) => ({
          name,
          tensor: tf.tensor(values, [values.length, 1], "float32"),
        }));
        await saveCheckpoint(folder, plan, named);
        const loaded = await loadCheckpoint(folder);
        expect(JSON.stringify(loaded?.plan)).toBe(JSON.stringify(plan));
        const tensors = loaded?.tensors() ?? [];
        const bits = (tensor: tf.Tensor) => [
          ...new Uint8Array((tensor.dataSync() as Float32Array).slice().buffer),
        ];
        const seen = tensors.map(({ name, tensor }) => [name, tensor.shape, bits(tensor)]).sort();
        expect(seen).toEqual(named.map(({ name, tensor }) => [name, tensor.shape, bits(tensor)]).sort());
        tf.dispose([...named, ...tensors].map(({ tensor }) => tensor));
      }),
      { numRuns: 50 },
    );
  });

  it("is laid out as safetensors says: a length, a header of JSON, arrays at a multiple of 8", async () => {
    await saveCheckpoint(folder, { step: 1 }, [{ name: "w", tensor: tf.tensor1d([1, -2]) }]);
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    expect((8 + length) % 8).toBe(0);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, object>;
    expect(header.w).toEqual({ dtype: "F32", shape: [2], data_offsets: [0, 8] });
    expect(header.__metadata__).toMatchObject({ plan: '{"step":1}' });
    expect([bytes.readFloatLE(8 + length), bytes.readFloatLE(12 + length)]).toEqual([1, -2]);
    expect(bytes.length).toBe(16 + length);
  });

  it("that is damaged is refused, wherever the damage is", async () => {
    await saveCheckpoint(folder, { step: 1 }, [{ name: "w", tensor: tf.tensor1d([1, 2, 3]) }]);
    const whole = readFileSync(path);
    const plan = whole.indexOf("step");
    for (const at of [0, plan, whole.length - 1]) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ 1;
      writeFileSync(path, damaged);
      await expect(loadCheckpoint(folder), `byte ${at}`).rejects.toThrow(CheckpointError);
    }
    for (const length of [0, 5, plan, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(loadCheckpoint(folder), `${length} bytes`).rejects.toThrow(/is damaged/);
    }
    expect(await loadCheckpoint(join(folder, "nowhere"))).toBeUndefined();
  });

  it("leaves alone what isn't a half-written file of ours", async () => {
    writeFileSync(join(folder, "weights.bin.0123456789ab.tmp"), "");
    writeFileSync(join(folder, "mine.tmp"), "");
    await removeTemporaryFiles(folder);
    expect(readdirSync(folder).sort()).toEqual(["checkpoint.safetensors", "mine.tmp"]);
  });
});

describe("a stream of random numbers", () => {
  it("goes on from its state, between the two of a pair of normals too", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(20), (seed, drawn) => {
        const random = new Random(seed);
        for (let i = 0; i < drawn; i++) random.normal();
        const again = new Random(seed);
        again.restore(JSON.parse(JSON.stringify(random.state())) as ReturnType<Random["state"]>);
        const draw = (from: Random) => [from.normal(), from.normal(), from.uniform(), from.integer(1000)];
        expect(draw(again)).toEqual(draw(random));
      }),
    );
  });
});
