import * as tf from "@tensorflow/tfjs-core";
import { Random } from "../data/random.js";

/** Fills a new weight array; `fanIn` and `fanOut` are the numbers of connections into and out of one unit. */
export type Initializer = (values: Float32Array, random: Random, fanIn: number, fanOut: number) => void;

/** Zeros: for biases. */
export const zeros: Initializer = () => {};

/** Ones: for scales. */
export const ones: Initializer = (values) => void values.fill(1);

/** Normal with variance 2 / fanIn (He et al. 2015), for layers that ReLU follows. */
export const heNormal: Initializer = (values, random, fanIn) => {
  const deviation = Math.sqrt(2 / fanIn);
  for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
};

/** Uniform with variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010), for linear layers. */
export const glorotUniform: Initializer = (values, random, fanIn, fanOut) => {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  for (let i = 0; i < values.length; i++) values[i] = limit * (2 * random.uniform() - 1);
};

/** Standard normal: for embeddings. */
export const standardNormal: Initializer = (values, random) => {
  for (let i = 0; i < values.length; i++) values[i] = random.normal();
};

/**
 * Square blocks side by side, [fanIn, k fanIn], each orthogonal (Saxe, McClelland and Ganguli 2014): what a state is multiplied by again and again
 * neither fades nor grows.
 */
export const orthogonal: Initializer = (values, random, fanIn) => {
  const width = values.length / fanIn;
  for (let at = 0; at < width; at += fanIn) {
    const rows: Float64Array[] = [];
    while (rows.length < fanIn) {
      const row = Float64Array.from({ length: fanIn }, () => random.normal());
      // Gram and Schmidt, twice for the sake of rounding.
      for (const other of [...rows, ...rows]) {
        const along = other.reduce((sum, value, i) => sum + value * (row[i] as number), 0);
        other.forEach((value, i) => (row[i] = (row[i] as number) - along * value));
      }
      const length = Math.hypot(...row);
      if (length > 1e-6) rows.push(row.map((value) => value / length));
    }
    rows.forEach((row, i) => values.set(row, i * width + at));
  }
};

export interface NamedTensor {
  name: string;
  tensor: tf.Tensor;
}

/** Saved weights can't be used for this model. */
export class WeightsError extends Error {
  override name = "WeightsError";
}

/**
 * All trainable arrays of a model, by name (`top.encoder.1.kernel`). Each draws its first values from a stream of its
 * own, named like it, so that adding a layer doesn't change how the others start.
 */
export class Parameters {
  private readonly variables = new Map<string, tf.Variable>();
  private readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed).fork("parameters");
  }

  scope(name: string): Scope {
    return new Scope(this, name);
  }

  /** @throws Error when the name is taken. */
  add(name: string, shape: number[], initialize: Initializer, fanIn = 1, fanOut = 1): tf.Variable {
    if (this.variables.has(name)) throw new Error(`Two weight arrays are called ${name}.`);
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    initialize(values, this.random.fork(name), fanIn, fanOut);
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, shape), true));
    this.variables.set(name, variable);
    return variable;
  }

  /** An array that is saved with the others but doesn't learn: what a layer or a paradigm remembers from step to step. Zeros at first. */
  addState(name: string, shape: number[], initialize: Initializer = zeros): tf.Variable {
    const variable = this.add(name, shape, initialize);
    variable.trainable = false;
    return variable;
  }

  /** The arrays that learn whose name starts with one of the prefixes (whole dotted words), or all when none is given. */
  select(...prefixes: string[]): tf.Variable[] {
    const wanted = (name: string) =>
      prefixes.length === 0 || prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}.`));
    return [...this.variables]
      .filter(([name, { trainable }]) => trainable && wanted(name))
      .map(([, variable]) => variable);
  }

  named(): NamedTensor[] {
    return [...this.variables].map(([name, tensor]) => ({ name, tensor }));
  }

  /** Those that don't learn. */
  states(): NamedTensor[] {
    return this.named().filter(({ tensor }) => !(tensor as tf.Variable).trainable);
  }

  /** Overwrites one array. */
  set(name: string, values: Float32Array): void {
    const variable = this.variables.get(name);
    tf.tidy(() => variable?.assign(tf.tensor(values, variable.shape)));
  }

  /** Number of trainable scalars. */
  count(): number {
    return this.select().reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Overwrites all arrays.
   * @throws WeightsError when a name is missing or a shape differs: the weights belong to another spec.
   */
  assign(values: readonly NamedTensor[]): void {
    const given = new Map(values.map(({ name, tensor }) => [name, tensor]));
    for (const [name, variable] of this.variables) {
      const tensor = given.get(name);
      if (tensor === undefined)
        throw new Error(`The saved weights lack ${name}: they belong to another spec.`);
      if (tensor.shape.join() !== variable.shape.join()) {
        throw new WeightsError(
          `The saved weights have ${name} as [${tensor.shape.join(", ")}], this model wants [${variable.shape.join(", ")}]: they belong to another spec.`,
        );
      }
    }
    for (const [name, variable] of this.variables) variable.assign(given.get(name) as tf.Tensor);
  }

  /** A copy of all values that outlives further learning; the caller disposes of it. */
  snapshot(): NamedTensor[] {
    return this.named().map(({ name, tensor }) => ({ name, tensor: tf.keep(tensor.clone()) }));
  }

  /** Names of the arrays that hold NaN or Infinity. */
  async broken(): Promise<string[]> {
    const named = this.named();
    if (named.length === 0) return [];
    // x - x is 0 where x is a number, NaN elsewhere.
    const sums = tf.tidy(() => tf.stack(named.map(({ tensor }) => tf.sum(tf.sub(tensor, tensor)))));
    const values = await sums.data();
    sums.dispose();
    return named.filter((_, i) => values[i] !== 0).map(({ name }) => name);
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
    this.variables.clear();
  }
}

/** A dotted prefix of weight names. */
export class Scope {
  constructor(
    private readonly parameters: Parameters,
    readonly name: string,
  ) {}

  scope(name: string): Scope {
    return new Scope(this.parameters, `${this.name}.${name}`);
  }

  add(name: string, shape: number[], initialize: Initializer, fanIn = 1, fanOut = 1): tf.Variable {
    return this.parameters.add(`${this.name}.${name}`, shape, initialize, fanIn, fanOut);
  }

  addState(name: string, shape: number[], initialize?: Initializer): tf.Variable {
    return this.parameters.addState(`${this.name}.${name}`, shape, initialize);
  }
}
