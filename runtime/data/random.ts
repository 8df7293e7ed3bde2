import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** Where a stream of random numbers is; plain data. */
export interface RandomState {
  generator: readonly number[];
  /** The second normal of the last pair, when it wasn't asked for yet. */
  spare?: number;
}

/** Numbers that look random and follow from the seed alone, the same on every machine. */
export class Random {
  private generator: ReturnType<typeof xoroshiro128plus>;
  private spare: number | undefined;

  constructor(readonly seed: number) {
    this.generator = xoroshiro128plus(seed | 0);
    // The first numbers of neighbouring seeds are alike; these are thrown away.
    for (let i = 0; i < 20; i++) this.generator.next();
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return uniformFloat64(this.generator);
  }

  /** Standard normal, by the polar method (Marsaglia and Bray 1964). */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        this.spare = v * factor;
        return u * factor;
      }
    }
  }

  /** Uniform in 0 .. n - 1. */
  integer(n: number): number {
    return uniformInt(this.generator, 0, n - 1);
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle<T extends { length: number; [index: number]: unknown }>(array: T): T {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
    return array;
  }

  /**
   * Numbers for all values of an array, in their order.
   * @param shape [batch, ...]
   */
  values(shape: readonly number[], draw: (random: Random) => number): Float32Array {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < values.length; i++) values[i] = draw(this);
    return values;
  }

  state(): RandomState {
    return {
      generator: this.generator.getState(),
      ...(this.spare !== undefined && { spare: this.spare }),
    };
  }

  /** Goes on from where a stream of the same seed was. */
  restore({ generator, spare }: RandomState): void {
    this.generator = xoroshiro128plusFromState(generator);
    this.spare = spare;
  }

  /** A stream of its own that follows from this seed and a name; drawing from one doesn't move the other. */
  fork(name: string): Random {
    let hash = 0x811c9dc5 ^ Math.imul(this.seed | 0, 0x9e3779b1);
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x85ebca6b);
    return new Random(hash ^ (hash >>> 13));
  }
}
