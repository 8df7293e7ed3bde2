import { kmeans } from "ml-kmeans";
import { Random } from "../data/random.js";
import { codes, countOf } from "./cells.js";
import { rowsOf, type View } from "./view.js";

/** What makes symbols of numbers. */
export type Quantiser = "none" | "uniform" | "quantiles" | "kmeans";

export interface QuantiseOptions {
  /**
   * `none`: the rows as they are, for what is discrete already. `uniform`: bins of equal width in each column, `quantiles`: bins of equally
   * many samples in each column; a symbol is a row of bins. `kmeans`: the nearest of `bins` centres (k-means++, Lloyd 1982) of the
   * standardised columns, for wide views.
   */
  quantiser: Quantiser;
  /** Bins of a column, or centres. @default 4 */
  bins?: number;
  /** Of the centres that k-means begins with. @default 0 */
  seed?: number;
}

/** The samples have more symbols than frequencies can be told of. */
export class TooManySymbols extends RangeError {
  override name = "TooManySymbols";

  /** @param view which of the views it is */
  constructor(
    readonly view: number,
    private readonly symbols: number,
    private readonly samples: number,
    private readonly quantiser: Quantiser,
  ) {
    super();
    this.message = this.reasonOf(`view ${view + 1}`);
  }

  /** What is wrong, the view called by a name. */
  reasonOf(name: string): string {
    return `${name} has ${this.symbols} different symbols in ${this.samples} samples; frequencies can be counted only where samples are alike.`;
  }

  /** What would most likely mend it. */
  get fix(): string {
    if (this.quantiser === "kmeans") return "take fewer `bins`, or hold out more samples";
    return "quantise it, for example `quantiser: kmeans, bins: 8`, or `quantiser: quantiles, bins: 4` where it has few columns";
  }
}

/**
 * Symbols of each view, one a sample, numbered from 0. The labels are not looked at.
 * @throws TooManySymbols when a view has more symbols than half as many as there are samples: nearly every sample would be alone
 */
export function quantise(views: readonly View[], options: QuantiseOptions): Int32Array[] {
  return views.map((view, k) => {
    const symbols = codes(quantisers[options.quantiser](view, options));
    const count = countOf(symbols);
    if (count > symbols.length / 2) throw new TooManySymbols(k, count, symbols.length, options.quantiser);
    return symbols;
  });
}

type Quantise = (view: View, options: QuantiseOptions) => ArrayLike<number>;

const quantisers: Record<Quantiser, Quantise> = {
  none: (view) => rowSymbols(view, (value) => value),
  uniform: (view, { bins = 4 }) => {
    const ranges = columnsOf(view).map((column) => {
      const [least, most] = [
        column.reduce((a, b) => Math.min(a, b)),
        column.reduce((a, b) => Math.max(a, b)),
      ];
      return { least, width: (most - least) / bins || 1 };
    });
    return rowSymbols(view, (value, j) => {
      const { least, width } = ranges[j] as { least: number; width: number };
      return Math.min(bins - 1, Math.floor((value - least) / width));
    });
  },
  quantiles: (view, { bins = 4 }) => {
    const borders = columnsOf(view).map((column) => {
      const sorted = column.slice().sort();
      return Array.from(
        { length: bins - 1 },
        (_, b) => sorted[Math.ceil(((b + 1) * sorted.length) / bins) - 1] as number,
      );
    });
    return rowSymbols(view, (value, j) => (borders[j] as number[]).filter((border) => value > border).length);
  },
  kmeans: (view, { bins = 4, seed = 0 }) => {
    const columns = columnsOf(view).map(alike);
    const rows = Array.from({ length: rowsOf(view) }, (_, i) => columns.map((column) => column[i] as number));
    if (rows.length === 0) return [];
    const random = new Random(seed).fork("k-means");
    const centres = Math.min(bins, rows.length);
    return kmeans(rows, centres, { seed: random.integer(2 ** 31 - 1), maxIterations: 100 }).clusters;
  },
};

/** A column less its mean, over its standard deviation. */
function alike(column: Float32Array): Float64Array {
  const mean = column.reduce((sum, value) => sum + value / column.length, 0);
  const variance = column.reduce((sum, value) => sum + (value - mean) ** 2 / column.length, 0);
  const deviation = variance > 1e-12 * mean ** 2 ? Math.sqrt(variance) : Infinity;
  return Float64Array.from(column, (value) => (value - mean) / deviation);
}

function columnsOf({ values, width }: View): Float32Array[] {
  return Array.from({ length: width }, (_, j) =>
    Float32Array.from({ length: values.length / width }, (_, i) => values[i * width + j] as number),
  );
}

/** One number for each distinct row of the columns' symbols. */
function rowSymbols(view: View, symbol: (value: number, column: number) => number): ArrayLike<number> {
  const { values, width } = view;
  const known = new Map<string, number>();
  return Int32Array.from({ length: rowsOf(view) }, (_, i) => {
    const row = Array.from(values.subarray(i * width, (i + 1) * width), symbol).join(",");
    const code = known.get(row) ?? known.size;
    known.set(row, code);
    return code;
  });
}
