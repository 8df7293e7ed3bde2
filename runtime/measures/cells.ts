/** Symbols of one discrete variable, one a sample; whole numbers. */
export type Symbols = ArrayLike<number>;

/** Numbers the distinct symbols from 0 in the order in which they occur. */
export function codes(symbols: Symbols): Int32Array {
  const known = new Map<number, number>();
  return Int32Array.from(symbols, (symbol) => {
    const code = known.get(symbol) ?? known.size;
    known.set(symbol, code);
    return code;
  });
}

/** One code for each pair that occurs. */
export function pairCodes(a: Int32Array, b: Int32Array): Int32Array {
  const width = countOf(b);
  return codes(Float64Array.from(a, (code, i) => code * width + (b[i] as number)));
}

/** How many codes there are; they are numbered from 0. */
export function countOf(coded: Int32Array): number {
  return coded.reduce((most, code) => Math.max(most, code), -1) + 1;
}

/** The weight of each code. */
export function weightsOf(coded: Int32Array, weights: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(countOf(coded));
  coded.forEach((code, i) => (sums[code] = (sums[code] as number) + (weights[i] as number)));
  return sums;
}

/** Samples of discrete sources and a target; those that are alike are one cell. */
export interface Cells {
  sources: Int32Array[];
  target: Int32Array;
  weights: Float64Array;
  total: number;
  /** The cell of each sample. */
  of: Int32Array;
}

/**
 * Gathers samples into cells.
 * @param weights how much each sample counts; all the same when they are left out
 * @throws RangeError when the lengths differ, there are no samples, or a weight isn't above 0
 */
export function cellsOf(sources: readonly Symbols[], target: Symbols, weights?: ArrayLike<number>): Cells {
  const n = target.length;
  if (n === 0) throw new RangeError("There are no samples.");
  if (sources.some(({ length }) => length !== n) || (weights !== undefined && weights.length !== n))
    throw new RangeError("Sources, labels and weights must have the same length.");
  if (weights !== undefined && !Array.from(weights).every((weight) => weight > 0 && Number.isFinite(weight)))
    throw new RangeError("Weights must lie above 0.");
  const coded = sources.map(codes);
  const labels = codes(target);
  const of = [...coded, labels].reduce(pairCodes);
  const first = new Int32Array(countOf(of));
  for (let i = n - 1; i >= 0; i--) first[of[i] as number] = i;
  const atFirst = (values: Int32Array) => first.map((i) => values[i] as number);
  const sums = weightsOf(of, weights ?? new Float64Array(n).fill(1));
  return {
    sources: coded.map(atFirst),
    target: atFirst(labels),
    weights: sums,
    total: sums.reduce((a, b) => a + b, 0),
    of,
  };
}

/** One value a cell as one value a sample. */
export function spread(values: Float64Array, { of }: Cells): Float64Array {
  return Float64Array.from(of, (cell) => values[cell] as number);
}
