import type * as tf from "@tensorflow/tfjs-core";
import type { Description } from "./description.js";
import type { TracedGraph } from "./graph.js";
import { shapeJson, typeOf, type Weight } from "./nodes.js";

/** Bytes of a file of weights, so that browsers keep them. */
const shardBytes = 4 * 2 ** 20;

interface ModelFiles {
  /** model.json, in the format of TensorFlow.js's graph models. */
  json: string;
  shards: readonly { name: string; bytes: Uint8Array }[];
  /** The same, as TensorFlow.js has it in memory. */
  artifacts: tf.io.ModelArtifacts;
}

export function modelFiles(
  { nodes, weights, inputs, outputs }: TracedGraph,
  { mmspec }: Pick<Description, "mmspec">,
): ModelFiles {
  const bytes = new Uint8Array(Buffer.concat(weights.map(bytesOf)));
  const count = Math.max(1, Math.ceil(bytes.length / shardBytes));
  const shards = Array.from({ length: count }, (_, i) => ({
    name: `group1-shard${i + 1}of${count}.bin`,
    bytes: bytes.subarray(i * shardBytes, (i + 1) * shardBytes),
  }));
  const tensorInfo = (name: string, { shape, dtype }: (typeof inputs)[string]) => ({
    name: `${name}:0`,
    dtype: typeOf(dtype).type,
    tensorShape: shapeJson(shape),
  });
  const signature = {
    inputs: Object.fromEntries(Object.entries(inputs).map(([key, about]) => [key, tensorInfo(key, about)])),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([key, about]) => [key, tensorInfo(about.name, about)]),
    ),
  };
  const specs = weights.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const model = {
    format: "graph-model",
    generatedBy: `mmspec ${mmspec}`,
    convertedBy: null,
    signature,
    userDefinedMetadata: { structuredOutputKeys: Object.keys(outputs) },
    modelTopology: { node: nodes, versions: { producer: 1087 } },
    weightsManifest: [{ paths: shards.map(({ name }) => name), weights: specs }],
  };
  return {
    json: JSON.stringify(model),
    shards,
    artifacts: {
      format: model.format,
      signature,
      userDefinedMetadata: model.userDefinedMetadata,
      modelTopology: model.modelTopology,
      weightSpecs: specs,
      weightData: bytes.slice().buffer,
    },
  };
}

/** Little-endian, as TensorFlow.js reads them. */
function bytesOf({ values, dtype }: Weight): Uint8Array {
  if (dtype === "bool") return Uint8Array.from(values);
  const typed = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
  return new Uint8Array(typed.buffer);
}
