import * as tf from "@tensorflow/tfjs";
import type { EngineDriver } from "./engine.js";
import { correctUnsortedSegmentSum } from "./gradients/unsorted-segment-sum.js";

let corrected = false;
const detail = "plain JavaScript, 1 thread";

/** TensorFlow.js in plain JavaScript: always there, and slow. */
export const cpu: EngineDriver = {
  name: "cpu",
  probe: async () => ({ available: true, detail, reason: "some 30 times slower than wasm" }),
  async open() {
    await tf.setBackend("cpu");
    if (!corrected) correctUnsortedSegmentSum();
    corrected = true;
    return { detail, version: tf.version_core };
  },
  close() {
    tf.engine().reset();
  },
};
