import * as tf from "@tensorflow/tfjs-core";
import { takenFrom, type Batch } from "../data/batches.js";
import type { Samples } from "../data/load.js";
import type { DeviceMemory } from "../engines/index.js";
import { oneHot } from "./one-hot.js";

/** A split's arrays on the device. */
interface Held {
  inputs: Record<string, tf.Tensor>;
  /** [size, 1]; nothing where all samples have the modality. */
  present: Record<string, tf.Tensor2D | undefined>;
  /** [size, outputs], by the weights of the classes that they are times. */
  labels: Map<Float32Array | undefined, tf.Tensor2D>;
}

/** What a batch is on the device. */
export interface Gathered {
  /** [batch, ...shape] */
  inputs: Record<string, tf.Tensor>;
  /** [batch, 1] */
  present: Record<string, tf.Tensor2D>;
  /** [batch, outputs] */
  labels: tf.Tensor2D;
}

/**
 * Splits that are kept on a device, where they fit: each goes up once, and of a batch nothing but its positions does. What was changed on the way, as by modality
 * dropout, isn't kept.
 */
export class Resident {
  private readonly held = new Map<Samples, Held | undefined>();
  /** Ones, by how many. */
  private readonly ones = new Map<number, tf.Tensor2D>();
  private bytes = 0;

  constructor(private readonly memory: DeviceMemory) {}

  /**
   * A batch, gathered on the device; the caller's tidy disposes of it.
   * @returns undefined when its samples aren't there
   */
  gather(batch: Batch, weights?: Float32Array): Gathered | undefined {
    const samples = takenFrom(batch);
    const held = samples && this.hold(samples);
    if (samples === undefined || held === undefined) return undefined;
    const rows = tf.tensor1d(batch.rows, "int32");
    const gathered: Gathered = {
      inputs: {},
      present: {},
      labels: tf.gather(this.labels(held, samples, weights), rows),
    };
    for (const [name, input] of Object.entries(held.inputs)) {
      const present = held.present[name];
      gathered.inputs[name] = tf.gather(input, rows);
      gathered.present[name] =
        present === undefined ? tf.clone(this.onesOf(batch.size)) : tf.gather(present, rows);
    }
    return gathered;
  }

  /** Takes all off the device. */
  dispose(): void {
    for (const held of this.held.values()) {
      if (held !== undefined) tf.dispose([held.inputs, Object.values(held.present), ...held.labels.values()]);
    }
    tf.dispose([...this.ones.values()]);
    this.held.clear();
    this.ones.clear();
    this.bytes = 0;
  }

  private hold(samples: Samples): Held | undefined {
    if (!this.held.has(samples)) this.held.set(samples, this.bring(samples));
    return this.held.get(samples);
  }

  private bring(samples: Samples): Held | undefined {
    const { size, shapes, classes } = samples;
    const arrays = [...Object.values(samples.inputs).map(({ length }) => length), size * classes.length];
    const bytes = 4 * (arrays.reduce((a, b) => a + b, 0) + size * Object.keys(shapes).length);
    if (4 * Math.max(...arrays) > this.memory.array || this.bytes + bytes > this.memory.all) return undefined;
    this.bytes += bytes;
    const held: Held = { inputs: {}, present: {}, labels: new Map() };
    for (const [name, shape] of Object.entries(shapes)) {
      const present = samples.present[name] as Uint8Array;
      held.inputs[name] = tf.keep(tf.tensor(samples.inputs[name] as Float32Array, [size, ...shape]));
      if (present.includes(0))
        held.present[name] = tf.keep(tf.tensor2d(Float32Array.from(present), [size, 1]));
    }
    return held;
  }

  private labels(held: Held, samples: Samples, weights?: Float32Array): tf.Tensor2D {
    const found = held.labels.get(weights);
    if (found !== undefined) return found;
    const values = samples.targets?.values ?? oneHot(samples.labels, samples.classes.length, weights);
    const made = tf.keep(tf.tensor2d(values, [samples.size, samples.classes.length]));
    held.labels.set(weights, made);
    return made;
  }

  private onesOf(size: number): tf.Tensor2D {
    let ones = this.ones.get(size);
    if (ones === undefined) this.ones.set(size, (ones = tf.keep(tf.ones<tf.Rank.R2>([size, 1]))));
    return ones;
  }
}
