import { Random } from "../data/random.js";
import type { Part } from "./team.js";

/** What is learned can't be worked out from parts of a batch. */
export class NotShareable extends Error {
  override name = "NotShareable";
}

/**
 * The numbers of a stream that are a part's: all are drawn for the whole batch, in the order in which one worker would draw them for it, and those of the
 * part's rows are kept. So what is learned doesn't depend on how many workers share a batch.
 */
export class PartRandom extends Random {
  constructor(
    private readonly whole: Random,
    private readonly part: Part,
  ) {
    super(whole.seed);
  }

  override values(shape: readonly number[], draw: (random: Random) => number): Float32Array {
    const { begin, rows, batch } = this.part;
    if (shape[0] !== rows) throw new NotShareable(`random numbers are drawn for [${shape.join(", ")}]`);
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    const values = new Float32Array(rows * width);
    const skip = (count: number) => {
      for (let i = 0; i < count * width; i++) draw(this.whole);
    };
    skip(begin);
    for (let i = 0; i < values.length; i++) values[i] = draw(this.whole);
    skip(batch - begin - rows);
    return values;
  }

  override uniform(): number {
    return this.refuse();
  }

  override normal(): number {
    return this.refuse();
  }

  override integer(): number {
    return this.refuse();
  }

  override shuffle(): never {
    return this.refuse();
  }

  override fork(): Random {
    return this.refuse();
  }

  private refuse(): never {
    throw new NotShareable("random numbers are drawn one by one and not by `values`");
  }
}
