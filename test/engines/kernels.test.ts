import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { cases, type Case } from "../../bench/wasm-cases.js";
import { openEngine, Random } from "../../runtime/index.js";

beforeAll(async () => {
  await openEngine("cpu");
  await openEngine("wasm");
});

/** What a case computes, and its gradients by all that it depends on, weighted by fixed numbers so that nothing cancels. */
async function computed(engine: string, { make }: Case): Promise<Float32Array[]> {
  await tf.setBackend(engine);
  const { variables, compute } = make("small");
  const before = tf.memory().numTensors;
  const found = tf.tidy(() => {
    const value = compute();
    const random = new Random(2);
    const weights = tf.tensor(
      Float32Array.from({ length: value.size }, () => random.normal()),
      value.shape,
    );
    const { grads } = tf.variableGrads(() => tf.sum<tf.Scalar>(tf.mul(compute(), weights)), variables);
    const ordered = variables.map(({ name }) => grads[name] as tf.Tensor);
    return [value, ...ordered].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
  expect(tf.memory().numTensors, "tensors were left behind").toBe(before);
  tf.dispose(variables);
  return found;
}

describe("what learning asks of wasm is what plain JavaScript computes, forwards and backwards", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
    const [wasm, cpu] = [await computed("wasm", one), await computed("cpu", one)];
    expect(wasm.length).toBe(cpu.length);
    wasm.forEach((values, i) => {
      const expected = cpu[i] as Float32Array;
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      values.forEach((value, k) =>
        expect(Math.abs(value - (expected[k] as number)) / scale).toBeLessThan(2e-5),
      );
    });
  });
});
