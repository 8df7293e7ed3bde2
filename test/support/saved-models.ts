import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";

/** Writes a layers model as TensorFlow.js does, its weights cut into files of so many bytes. */
export async function saveToDisk(model: tf.LayersModel, folder: string, shard: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await model.save({
    save: async ({ modelTopology, weightSpecs = [], weightData }) => {
      const bytes = new Uint8Array(weightData as ArrayBuffer);
      const paths: string[] = [];
      for (let at = 0; at < bytes.length; at += shard) {
        const name = `shard${paths.length}.bin`;
        writeFileSync(join(folder, name), bytes.subarray(at, at + shard));
        paths.push(name);
      }
      const description = {
        format: "layers-model",
        modelTopology,
        weightsManifest: [{ paths, weights: weightSpecs }],
      };
      writeFileSync(join(folder, "model.json"), JSON.stringify(description));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    },
  });
}
