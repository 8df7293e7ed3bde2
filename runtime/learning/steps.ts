import * as tf from "@tensorflow/tfjs-core";
import { takePart, type Batch } from "../data/batches.js";
import type { Samples } from "../data/load.js";
import type { Random } from "../data/random.js";
import type { Context } from "../layers/layer.js";
import { PartRandom } from "../parallel/part-random.js";
import type { Part, Team } from "../parallel/team.js";
import { onPart, sumOverBatch } from "../parallel/whole-batch.js";
import { augmented } from "./augmented.js";
import { toTensors } from "./batch.js";
import { weightsOf } from "./class-weights.js";
import { addInputNoise } from "./input-noise.js";
import { total, type Losses } from "./losses.js";
import { dropModalities } from "./modality-dropout.js";
import type { Model } from "./model.js";
import type { Resident } from "./resident.js";
import type { Moment } from "./schedules.js";
import type { Stage } from "./stage.js";
import { takeStep } from "./step.js";
import { LossTally } from "./tally.js";

/** Softness of the rules at a moment of learning, from 0.3 at its start to 0.02 at its end. */
function temperatureAt(progress: number): number {
  return 0.3 * Math.pow(0.02 / 0.3, progress);
}

/** The steps of a stage: what this worker makes of a batch, alone or with the others of its team. */
export class Steps<Inputs> {
  readonly weights: tf.Variable[];
  /** Losses of the epoch under way. */
  readonly tally = new LossTally();
  /** Lengths of its gradients. */
  readonly gradients = new LossTally();
  /** The stream of dropout masks and latent samples. */
  readonly noise: Random;
  /** Names of the weights whose gradients get noise. */
  private readonly noisy: ReadonlySet<string> | undefined;
  /** Of the classes; 1 each when it is left out. */
  private readonly classWeights: Float32Array | undefined;
  /** Whether this worker does as another tells. */
  private readonly follows: boolean;

  constructor(
    readonly model: Model<Inputs>,
    readonly samples: Samples,
    readonly stage: Stage<Inputs>,
    random: Random,
    /** What of the samples stays on the device. */
    private readonly resident?: Resident,
    /** Those with whom the stage is learned, while it is shared. */
    public team?: Team,
  ) {
    this.follows = team !== undefined;
    this.weights = model.parameters.select(...(stage.learns ?? []));
    const names = stage.noisy && model.parameters.select(...stage.noisy).map(({ name }) => name);
    this.noisy = names && new Set(names);
    this.noise = random.fork(`${stage.name}.noise`);
    this.classWeights = stage.classWeights && weightsOf(stage.classWeights, samples);
  }

  /** How batches come to the engine. */
  get transfer() {
    return { scale: this.model.scale, weights: this.classWeights, resident: this.resident };
  }

  /** Takes one step. @param moment at which it is taken */
  learnFrom(batch: Batch, moment: Moment): void {
    const { stage, noise, tally, gradients, follows } = this;
    this.onPartOf(batch, (part) => {
      let own: { names: string[]; terms: tf.Tensor1D } | undefined;
      const losses = this.lossesOf(batch, part, moment);
      const loss = () => {
        const terms = losses();
        if (part === undefined) {
          if (!follows) tally.note(terms, batch.size);
          return total(terms);
        }
        own = { names: Object.keys(terms), terms: tf.keep(tf.stack(Object.values(terms))) as tf.Tensor1D };
        return tf.mul<tf.Scalar>(total(terms), part.rows / part.batch);
      };
      // The terms travel with the gradient.
      const shared = (gradient: tf.Tensor1D) => {
        const { names, terms } = own as NonNullable<typeof own>;
        const { rows, batch: all } = part as Part;
        const sums = sumOverBatch(tf.concat1d([gradient, tf.mul<tf.Tensor1D>(terms, rows / all)]));
        terms.dispose();
        if (!follows) tally.noteStacked(names, tf.slice1d(sums, gradient.size, names.length), batch.size);
        return tf.slice1d(sums, 0, gradient.size);
      };
      takeStep(stage.optimizer, this.weights, loss, {
        factor: stage.schedule?.(moment),
        clipNorm: stage.clipNorm,
        decay: stage.weightDecay,
        noise: this.noisy && { to: this.noisy, random: noise },
        ...(part && { shared }),
        ...(!follows && { onGradient: (length) => gradients.note({ length }, batch.size) }),
      });
    });
  }

  /** Runs what is to be done with this worker's part of a batch, or with all of it, and tidies. */
  onPartOf(batch: { size: number }, run: (part?: Part) => void): void {
    const { team } = this;
    const part = team?.part(batch.size);
    tf.tidy(() => {
      if (team === undefined || part === undefined) run();
      else onPart(team, part, () => run(part));
    });
  }

  /** The losses of a batch or a part of it, to be worked out once. What is drawn for it is drawn for all of the batch. */
  lossesOf(batch: Batch, part: Part | undefined, { taken, planned }: Moment): () => Losses {
    const { stage, samples, noise } = this;
    const progress = taken / planned;
    const random = part === undefined ? noise : new PartRandom(noise, part);
    const context: Context = { training: true, random, temperature: temperatureAt(progress), progress };
    const changed = augmented(batch, stage, samples, noise, this.classWeights);
    const kept = stage.modalityDropout ? dropModalities(changed, stage.modalityDropout, noise) : changed;
    const own = part === undefined ? kept : takePart(kept, part.begin, part.rows);
    const tensors = toTensors<Inputs>(own, samples, this.transfer);
    if (stage.inputNoise)
      tensors.inputs = addInputNoise(tensors.clean, stage.inputNoise, random, stage.padded);
    return () => stage.loss(tensors, context);
  }

  /** Gives all workers the weights of the one that leads. */
  shareWeights(): void {
    const { team, model } = this;
    if (team === undefined) return;
    for (const { name, tensor } of model.parameters.named()) {
      const values = tensor.dataSync().slice() as Float32Array;
      team.follow(values);
      if (team.rank > 0) model.parameters.set(name, values);
    }
  }

  dispose(): void {
    this.tally.dispose();
    this.gradients.dispose();
  }
}
