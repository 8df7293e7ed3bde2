import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CheckpointError, loadCheckpoint, saveCheckpoint } from "../../runtime/index.js";
import { WeightsError, type NamedTensor } from "../../runtime/layers/parameters.js";
import { loadWeights, saveWeights } from "../../runtime/runs/index.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-strange-"));
const path = join(folder, "checkpoint.safetensors");
const named = (): NamedTensor[] => [
  { name: "a/w", tensor: tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]) },
  { name: "a/b", tensor: tf.tensor1d([7, 8, 9]) },
];
/** What was read, as text; or that it was refused by the error that says so. */
async function outcome(read: () => Promise<NamedTensor[]>, refusal: new () => Error): Promise<string> {
  try {
    const tensors = await read();
    const text = JSON.stringify(
      tensors.map(({ name, tensor }) => [name, tensor.shape, [...tensor.dataSync()]]),
    );
    tensors.forEach(({ tensor }) => tensor.dispose());
    return text;
  } catch (error) {
    if (!(error instanceof refusal)) throw error;
    return "refused";
  }
}
const checkpoint = () =>
  outcome(async () => (await loadCheckpoint(folder))?.tensors() ?? [], CheckpointError as new () => Error);
const weights = () => outcome(() => loadWeights(folder), WeightsError as new () => Error);
const sha256 = (...parts: (string | Uint8Array)[]) => {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part);
  return sum.digest("hex");
};

/** A file of safetensors with a header that may say anything. */
function file(
  header: string,
  body: Uint8Array = new Uint8Array(0),
  length = BigInt(Buffer.byteLength(header)),
) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(length);
  return Buffer.concat([bytes, Buffer.from(header), body]);
}

beforeAll(() => tf.setBackend("cpu"));

describe("a checkpoint of a stranger", () => {
  it("is refused, or is what was saved, whatever bit is turned and wherever it is cut off", async () => {
    await saveCheckpoint(folder, { step: 1 }, named());
    const whole = readFileSync(path);
    const same = await checkpoint();
    expect(same).toContain("a/w");
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), fc.nat(9), async (changes, cut) => {
        const bytes = Buffer.from(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        writeFileSync(path, cut === 0 ? bytes.subarray(0, changes[0]?.[0]) : bytes);
        expect([same, "refused"]).toContain(await checkpoint());
      }),
      { numRuns: 1000 },
    );
    // Other names and shapes that would fit, too.
    const text = whole.toString("latin1");
    for (const [from, to] of [
      ["a/w", "a/v"],
      ["[2,3]", "[3,2]"],
      ["F32", "I32"],
      ['"a/w":{', '"a/x":{'],
    ] as const) {
      writeFileSync(path, Buffer.from(text.replace(from, to), "latin1"));
      expect(await checkpoint(), to).toBe("refused");
    }
  });

  it("of the first format is read", async () => {
    const body = new Uint8Array(new Float32Array([1, 2]).buffer);
    const metadata = { format: "mmspec-checkpoint", plan: "{}", sha256: sha256("{}", body) };
    const w = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
    writeFileSync(path, file(JSON.stringify({ __metadata__: metadata, w }), body));
    expect(await checkpoint()).toBe('[["w",[2],[1,2]]]');
  });

  it("with a header that lies is refused", async () => {
    const body = new Uint8Array(16);
    const metadata = JSON.stringify({ format: "mmspec-checkpoint", plan: "{}", sha256: sha256("{}", body) });
    const header = (entries: string) => `{"__metadata__":${metadata}${entries === "" ? "" : ","}${entries}}`;
    const array = (name: string, shape: string, places: string, type = "F32") =>
      `"${name}":{"dtype":"${type}","shape":${shape},"data_offsets":${places}}`;
    const headers = [
      array("a", "[4]", "[-16,0]"),
      array("a", "[4]", "[16,0]"),
      array("a", "[4]", "[0,1e300]"),
      array("a", "[1e15,1e15]", "[0,16]"),
      array("a", "[1e15,0]", "[0,16]"),
      array("a", "[-2,-2]", "[0,16]"),
      array("a", "[4]", "[0]"),
      array("a", '"4"', "[0,16]"),
      array("a", "[2]", "[0,16]", "F64"),
      array("a", "[4]", "[0,16]", "__proto__"),
      `${array("a", "[3]", "[0,12]")},${array("b", "[3]", "[4,16]")}`,
      `${array("a", "[4]", "[0,16]")},${array("b", "[4]", "[0,16]")}`,
      '"a":null',
      '"a":[[[[]]]]',
    ].map(header);
    const files = [
      ...headers.map((text) => file(text, body)),
      ...["null", "[]", "{", '{"__metadata__":null}', '{"__metadata__":{"plan":1}}'].map((text) =>
        file(text),
      ),
      ...["[", '{"a":'].map((text) => file(text.repeat(19_000_000))),
      file("{}", body, 2n ** 64n - 1n),
      file("{}", body, 2n ** 53n + 1n),
      file("{}", body, 99_999_999n),
      file(`{"__metadata__":{"plan":"{","sha256":"${sha256("{", "[]")}"}}`),
    ];
    for (const bytes of files) {
      writeFileSync(path, bytes);
      expect(await checkpoint(), bytes.toString("latin1", 8, 300)).toBe("refused");
    }
    // Two of one name are the last; a name that JavaScript gives a meaning is one like others.
    const twice = `${array("a", "[2]", "[0,8]")},${array("a", "[4]", "[0,16]")}`;
    writeFileSync(path, file(header(twice), body));
    expect(await checkpoint()).toBe('[["a",[4],[0,0,0,0]]]');
    writeFileSync(path, file(header(array("__proto__", "[4]", "[0,16]")), body));
    expect(await checkpoint()).toBe('[["__proto__",[4],[0,0,0,0]]]');
    expect(({} as { dtype?: string }).dtype).toBeUndefined();
  });
});

describe("weights of a stranger", () => {
  it("are refused, or are what was saved, whatever is turned or cut off", async () => {
    await saveWeights(folder, named());
    const same = await weights();
    expect(same).toContain("a/w");
    const [json, bin] = ["weights.json", "weights.bin"].map((name) => readFileSync(join(folder, name)));
    for (const [name, whole] of [
      ["weights.bin", bin as Buffer],
      ["weights.json", json as Buffer],
    ] as const) {
      for (let at = 0; at < whole.length; at += name === "weights.bin" ? 1 : 3) {
        writeFileSync(join(folder, name), whole.subarray(0, at));
        expect(["refused", same]).toContain(await weights());
      }
      writeFileSync(join(folder, name), whole);
    }
    for (let at = 0; at < (bin as Buffer).length; at++) {
      const turned = Buffer.from(bin as Buffer);
      turned[at] = (turned[at] as number) ^ 1;
      writeFileSync(join(folder, "weights.bin"), turned);
      expect(await weights()).toBe("refused");
    }
  });

  it("whose description lies are refused, and take no time or memory", async () => {
    const bytes = new Uint8Array(16);
    writeFileSync(join(folder, "weights.bin"), bytes);
    const whole = { name: "a", shape: [4], dtype: "float32" };
    const described = (described: unknown) => {
      const manifest = { format: "mmspec-weights", sha256: sha256(bytes), weights: described };
      writeFileSync(join(folder, "weights.json"), JSON.stringify(manifest));
    };
    for (const lie of [
      undefined,
      null,
      {},
      [null],
      [{ ...whole, shape: [2 ** 40] }],
      [{ ...whole, shape: [2 ** 40], dtype: "string" }],
      [{ ...whole, shape: [-4] }],
      [{ ...whole, shape: [3] }],
      [{ ...whole, shape: "4" }],
      [{ ...whole, name: 1 }],
      [{ ...whole, dtype: "bool", shape: [16] }],
      [{ ...whole, shape: [16], quantization: { dtype: "uint8", scale: 1, min: 0 } }],
      [
        { ...whole, shape: [2] },
        { ...whole, shape: [2] },
      ],
    ]) {
      described(lie);
      expect(await weights(), JSON.stringify(lie)).toBe("refused");
    }
    described([{ ...whole, name: "__proto__" }]);
    expect(await weights()).toBe('[["__proto__",[4],[0,0,0,0]]]');
    for (const text of ["null", "[]", "1", '"a"', "[".repeat(1_000_000)]) {
      writeFileSync(join(folder, "weights.json"), text);
      expect(await weights(), text.slice(0, 9)).toBe("refused");
    }
  });
});
