import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { graphOf } from "../../runtime/prediction/export/graph.js";
import { modelFiles } from "../../runtime/prediction/export/model-files.js";
import { trace } from "../../runtime/prediction/export/trace.js";

beforeAll(async () => void (await tf.setBackend("cpu")));

type Body = (x: tf.Tensor2D) => tf.Tensor;

const weight = tf.tensor2d([1, 2, 3, 4], [2, 2]);

/** The graph of a function of [batch, 2], traced with batches of 5 and 7. */
function traced(body: Body) {
  const [a, b] = [5, 7].map((size) => {
    const x = tf.tensor2d(
      Array.from({ length: 2 * size }, (_, i) => Math.sin(i)),
      [size, 2],
    );
    return trace({ x }, [{ name: "layer.kernel", tensor: weight }], () => ({ y: body(x) }));
  });
  return graphOf(a as NonNullable<typeof a>, b as NonNullable<typeof b>, [5, 7]);
}

async function graphSays(body: Body, x: tf.Tensor2D): Promise<number[]> {
  const { artifacts } = modelFiles(traced(body), { mmspec: "test" });
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
  const said = model.predict({ x }) as Record<string, tf.Tensor>;
  return Array.from((said.y as tf.Tensor).dataSync());
}

const bodies: Readonly<Record<string, Body>> = {
  "a product, and sizes that follow from the batch": (x) =>
    tf.reshape(tf.matMul(x, weight), [x.shape[0] * 2]),
  "zeros, rows and slices as many as samples": (x) =>
    tf.concat(
      [
        tf.add(tf.zeros(x.shape), tf.slice(x, [0, 1], [x.shape[0], 1])),
        tf.tile(tf.tensor2d([[3, 4]]), [x.shape[0], 1]),
      ],
      1,
    ),
  "reductions, splits and choices": (x) => {
    const [left, right] = tf.split(x, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    return tf.where(tf.greater(left, right), tf.softmax(x), tf.sub(x, tf.mean(x, -1, true)));
  },
  "axes that are counted from the back, and several outputs": (x) =>
    tf.addN([
      tf.reverse(x, -1),
      tf.cumsum(x, 1, true, true),
      tf.stack(tf.unstack(x, 1), 1),
      tf.topk(x, 2).values,
    ]),
};

describe("a traced graph", () => {
  for (const [name, body] of Object.entries(bodies)) {
    it(`says what the function says of any batch: ${name}`, async () => {
      for (const size of [1, 3]) {
        const x = tf.tensor2d(
          Array.from({ length: 2 * size }, (_, i) => Math.cos(3 * i)),
          [size, 2],
        );
        expect(await graphSays(body, x)).toEqual(Array.from(body(x).dataSync()));
      }
    });
  }

  it("keeps the names of weights and leaves out what no output needs", () => {
    const { nodes, weights } = traced((x) => {
      tf.exp(x);
      return tf.matMul(x, weight);
    });
    expect(nodes.map(({ op }) => op)).toEqual(["Placeholder", "Const", "MatMul", "Identity"]);
    expect(weights).toMatchObject([{ name: "weights/layer.kernel", shape: [2, 2], dtype: "float32" }]);
  });

  it("refuses what a graph can't say", () => {
    expect(() => traced((x) => tf.add(x, x.dataSync().at(-1) as number))).toThrow(
      /outside of TensorFlow\.js/,
    );
    expect(() => traced((x) => (x.shape[0] > 6 ? tf.exp(x) : tf.log(x)))).toThrow(/how many samples/);
    expect(() => traced((x) => tf.multinomial(x, 2, 1))).toThrow(/computes Multinomial/);
    // The engine is as it was.
    expect(Object.hasOwn(tf.engine(), "runKernel")).toBe(false);
  });
});
