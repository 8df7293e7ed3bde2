import * as tf from "@tensorflow/tfjs-core";

/** What a forward pass takes, whatever the machine. */
export interface Work {
  /** Calls of kernels. */
  operations: number;
  /** Multiplications of matrix products and convolutions. */
  products: number;
  /** Numbers that all others make. */
  numbers: number;
}

/** What a function computes with. */
export async function workOf(run: () => void): Promise<Work> {
  const { kernels } = await tf.profile(() => {
    tf.tidy(run);
    return [] as unknown as tf.TensorContainer;
  });
  const work: Work = { operations: kernels.length, products: 0, numbers: 0 };
  for (const { name, inputShapes, outputShapes } of kernels) {
    const products = productsOf(name, inputShapes, outputShapes);
    if (products === undefined) work.numbers += outputShapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
    else work.products += products;
  }
  return work;
}

const sizeOf = (shape: readonly number[] = []) => shape.reduce((a, b) => a * b, 1);

function productsOf(
  name: string,
  inputs: readonly (number[] | null)[],
  outputs: readonly number[][],
): number | undefined {
  const made = sizeOf(outputs[0]);
  const [a, b] = inputs.map((shape) => shape ?? []);
  if (name === tf.BatchMatMul && a !== undefined && b !== undefined) {
    const matrices = sizeOf(outputs[0]?.slice(0, -2));
    return made * Math.sqrt((sizeOf(a) * sizeOf(b)) / (made * matrices || 1));
  }
  if (name === tf.Conv2D && b !== undefined) return (made * sizeOf(b)) / (b.at(-1) ?? 1);
  if (name === tf.DepthwiseConv2dNative && b !== undefined) return made * sizeOf(b.slice(0, 2));
  return undefined;
}

/** Of one core, about: seconds for a call of a kernel, a multiplication of a matrix product, and a number that another kernel makes. */
const seconds = { operation: 8e-6, product: 8e-11, number: 6e-10 };
/** A step goes forwards once and backwards twice. */
const passes = 3;

/**
 * Whether several workers are worth starting: they must save seconds, and a good part of each step. It depends on nothing but the numbers, so that a spec
 * is always learned by as many workers.
 * @param steps of the stage
 */
export function worthSharing(
  { operations, products, numbers }: Work,
  steps: number,
  workers: number,
): boolean {
  const overhead = passes * operations * seconds.operation;
  const shared = passes * (products * seconds.product + numbers * seconds.number);
  const saved = shared * (1 - 1 / workers);
  return saved > 0.2 * (overhead + shared) && steps * saved > 3;
}
