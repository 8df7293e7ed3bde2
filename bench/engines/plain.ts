/** Learns with plain TensorFlow.js: `plain.ts ENGINE`, as published or, with `corrected`, on the engine with what this runtime corrects. */
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { openEngine, type EngineName } from "../../runtime/index.js";
import { models, type BenchModel, type Plain } from "./models.js";
import { serve } from "./protocol.js";

const [engine = "wasm", corrected] = process.argv.slice(2);
if (corrected === undefined) {
  if (engine === "wasm") {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    const folder = new URL("../../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
    setWasmPaths(fileURLToPath(folder));
  }
  await tf.setBackend(engine);
  tf.enableProdMode();
} else await openEngine(engine as EngineName);

const made = new Map<string, { plain: Plain; optimizer: tf.Optimizer }>();

await serve(async ({ model: name, batch, steps }) => {
  const { inputs, classes, plain: make } = models.find((one) => one.name === name) as BenchModel;
  if (make === undefined) throw new Error("not written by hand");
  const learner = made.get(name) ?? { plain: make(), optimizer: tf.train.adam(1e-3) };
  made.set(name, learner);
  const { plain, optimizer } = learner;
  // As one reads batches: plain arrays, copied to the engine step by step.
  const arrays = Object.entries(inputs).map(([key, shape]) => {
    const width = shape.reduce((a, b) => a * b, 1);
    return { key, shape, values: Float32Array.from({ length: batch * width }, () => Math.random() - 0.5) };
  });
  const labels = Int32Array.from({ length: batch }, (_, i) => i % classes);
  const step = () =>
    tf.tidy(() => {
      const given = arrays.map(({ key, shape, values }) => [key, tf.tensor(values, [batch, ...shape])]);
      const target = tf.oneHot(tf.tensor1d(labels, "int32"), classes) as tf.Tensor2D;
      return optimizer.minimize(
        () => plain.loss(Object.fromEntries(given) as Record<string, tf.Tensor>, target),
        true,
        plain.weights,
      ) as tf.Scalar;
    });
  const losses: tf.Scalar[] = [step()];
  const [begin, processor] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < steps; i++) losses.push(step());
  losses.forEach((loss) => loss.dataSync());
  tf.dispose(losses);
  const { user, system } = process.cpuUsage(processor);
  return { seconds: (performance.now() - begin) / 1000, processor: (user + system) / 1e6 };
});
