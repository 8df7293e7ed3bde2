import type { Measure, Row, Study } from "../study.js";
import type { CellResult } from "./cell-result.js";
import { closingShare, estimate, type Estimate } from "./statistics.js";

/** One measure of all rows and columns. */
export interface MeasureSummary {
  name: string;
  title: string;
  rows: RowSummary[];
}

export interface RowSummary {
  name: string;
  title: string;
  /** Of the best possible model, where it is known. */
  best?: Estimate;
  /** By column; absent where no run has this figure. */
  columns: Record<string, Estimate>;
}

/** Which share of the distance between the better of `joint` and `ensemble` and the best possible model a column closes. */
export interface ClosingSummary {
  rows: { name: string; title: string; base: string; columns: Record<string, Estimate> }[];
}

/** Of the samples of each true type, the share that each component has the largest share in: means over seeds. */
export interface ConfusionSummary {
  row: string;
  rowTitle: string;
  /** A column of the study, or "best possible": the type that is most probable. */
  column: string;
  /** What samples were taken for. */
  heads: string[];
  types: { type: string; shares: number[] }[];
}

/** Looks results up by row, column and seed. */
class Results {
  private readonly found: ReadonlyMap<string, CellResult>;

  constructor(results: readonly CellResult[]) {
    this.found = new Map(results.map((one) => [this.key(one.row, one.column, one.seed), one]));
  }

  /** A figure of each seed that has it, by seed. */
  values(row: Row, column: string, of: Measure["of"], seeds: number): Map<number, number> {
    const values = new Map<number, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const report = this.found.get(this.key(row.name, column, seed))?.report;
      const value = report && of(report);
      // What is no number is null in JSON.
      if (typeof value === "number" && !Number.isNaN(value)) values.set(seed, value);
    }
    return values;
  }

  private key(row: string, column: string, seed: number): string {
    return `${row}.${column}.${seed}`;
  }
}

export function summarise(study: Study, results: readonly CellResult[]): MeasureSummary[] {
  const found = new Results(results);
  return study.measures.map(({ name, title, of, best }) => ({
    name,
    title,
    rows: study.rows.map((row): RowSummary => {
      const columns = study.columns.flatMap((column) => {
        const values = [...found.values(row, column.name, of, study.seeds).values()];
        return values.length === 0 ? [] : [[column.name, estimate(values)] as const];
      });
      const optimum = best && bestOf(found, study, row, best);
      return {
        name: row.name,
        title: row.title,
        ...(optimum && optimum.size > 0 && { best: estimate([...optimum.values()]) }),
        columns: Object.fromEntries(columns),
      };
    }),
  }));
}

/** What the best possible model reaches, by seed: the same whichever column's run told it. */
function bestOf(
  found: Results,
  { columns, seeds }: Study,
  row: Row,
  best: NonNullable<Measure["best"]>,
): Map<number, number> {
  return new Map(columns.flatMap(({ name }) => [...found.values(row, name, best, seeds)]));
}

/** @returns undefined when the study lacks what it needs */
export function summariseClosing(study: Study, results: readonly CellResult[]): ClosingSummary | undefined {
  const [measure] = study.measures;
  const bases = ["joint", "ensemble"].filter((name) => study.columns.some((column) => column.name === name));
  if (!study.closes || measure?.best === undefined || bases.length < 2) return undefined;
  const { of, best } = measure;
  const found = new Results(results);
  const rows = study.rows.flatMap((row) => {
    const optimum = bestOf(found, study, row, best);
    const valuesOf = (column: string) => found.values(row, column, of, study.seeds);
    const means = bases.map((name) => ({ name, ...estimate([...valuesOf(name).values()]) }));
    if (means.some(({ n }) => n === 0)) return [];
    const base = means.reduce((a, b) => (b.mean > a.mean ? b : a)).name;
    const baseValues = valuesOf(base);
    const columns = study.columns.flatMap(({ name }) => {
      if (bases.includes(name)) return [];
      const own = valuesOf(name);
      const seeds = [...own.keys()].filter((seed) => baseValues.has(seed) && optimum.has(seed));
      const pick = (values: Map<number, number>) => seeds.map((seed) => values.get(seed) as number);
      const share = seeds.length === 0 ? undefined : closingShare(pick(own), pick(baseValues), pick(optimum));
      return share === undefined ? [] : [[name, share] as const];
    });
    return [{ name: row.name, title: row.title, base, columns: Object.fromEntries(columns) }];
  });
  return { rows };
}

export function summariseConfusion(study: Study, results: readonly CellResult[]): ConfusionSummary[] {
  if (!study.confusion) return [];
  return study.rows.flatMap(({ name: row, title: rowTitle }) => {
    const byType = (column: string) =>
      results
        .filter((one) => one.row === row && one.column === column)
        .flatMap(({ report }) => (report?.truth === undefined ? [] : [report.truth.byType]));
    const own = study.columns.flatMap(({ name: column }) => {
      const types = averaged(
        byType(column).map((types) => types.map(({ type, dominant }) => ({ type, counts: dominant }))),
      );
      return types === undefined ? [] : [{ row, rowTitle, column, ...types }];
    });
    // The same for every column: the first one's runs tell it.
    const told = study.columns.map(({ name }) => byType(name)).find((found) => found.length > 0) ?? [];
    const best = averaged(
      told.map((types) => types.map(({ type, posterior }) => ({ type, counts: posterior?.dominant }))),
    );
    return best === undefined ? own : [...own, { row, rowTitle, column: "best possible", ...best }];
  });
}

/** Means over seeds of each type's shares. @param seeds of each, how many samples of each type were taken for what */
function averaged(
  seeds: readonly { type: string; counts: Record<string, number> | undefined }[][],
): Pick<ConfusionSummary, "heads" | "types"> | undefined {
  const heads = [...new Set(seeds.flat().flatMap(({ counts }) => Object.keys(counts ?? {})))];
  if (heads.length === 0) return undefined;
  const names = [...new Set(seeds.flatMap((types) => types.map(({ type }) => type)))];
  const types = names.map((name) => {
    const rows = seeds.flatMap((own) => {
      const counts = own.find(({ type }) => type === name)?.counts;
      return counts === undefined ? [] : [counts];
    });
    const shares = rows.map((counts) => {
      const samples = Object.values(counts).reduce((a, b) => a + b, 0);
      return heads.map((head) => (counts[head] ?? 0) / samples);
    });
    return { type: name, shares: heads.map((_, h) => estimate(shares.map((row) => row[h] as number)).mean) };
  });
  return { heads, types };
}
