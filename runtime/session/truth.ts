import type { Predictions } from "../learning/predict.js";
import { auroc } from "../metrics/index.js";

/** What is known of samples that were drawn, and what the model made of it. */
export interface TruthSummary {
  /** Accuracy of the best possible model. */
  bayesAccuracy: number;
  /** Of each type that occurs. */
  byType: TypeSummary[];
}

/** How the samples of one true type fare. */
export interface TypeSummary {
  type: string;
  samples: number;
  accuracy: number;
  /** Mean share of each component, where the model has a gate. */
  shares?: Record<string, number>;
  /** Of how many samples each component has the largest share. */
  dominant?: Record<string, number>;
  /**
   * How well each component's share tells the samples of this type from all others: area under the receiver operating characteristic, 0.5
   * being chance. Absent where all samples are of one type.
   */
  auroc?: Record<string, number>;
  /** The same of the exact posterior of the type, given all that a sample shows: no gate can do better. */
  posterior?: { dominant: Record<string, number>; auroc: number };
}

/** @param components the gate's components, in the order of its shares */
export function summariseTruth(
  predictions: Predictions,
  components: readonly string[] | undefined,
): TruthSummary | undefined {
  const { truth, labels, predicted, shares } = predictions;
  if (truth === undefined) return undefined;
  const { types, typeNames, typePosterior, bayesAccuracy } = truth;
  const membersOf = typeNames.map((_, t) => [...types.keys()].filter((i) => types[i] === t));
  const occurring = [...typeNames.keys()].filter((t) => (membersOf[t] as number[]).length > 0);
  const byType = occurring.map((t): TypeSummary => {
    const members = membersOf[t] as number[];
    const others = [...types.keys()].filter((i) => types[i] !== t);
    const right = members.filter((i) => predicted[i] === labels[i]).length;
    const summary: TypeSummary = {
      type: typeNames[t] as string,
      samples: members.length,
      accuracy: right / members.length,
    };
    if (shares !== undefined && components !== undefined) {
      const gate = { values: shares, names: components };
      summary.shares = perName(components, (c) => mean(column(gate, members, c)));
      summary.dominant = dominantOf(gate, members);
      if (others.length > 0)
        summary.auroc = perName(components, (c) => auroc(column(gate, members, c), column(gate, others, c)));
    }
    if (occurring.length > 1) {
      const posterior = { values: typePosterior, names: typeNames };
      const counts = dominantOf(posterior, members);
      summary.posterior = {
        dominant: Object.fromEntries(occurring.map((u) => [typeNames[u], counts[typeNames[u] as string]])),
        auroc: auroc(column(posterior, members, t), column(posterior, others, t)),
      };
    }
    return summary;
  });
  return { bayesAccuracy, byType };
}

/** Shares of each sample, [samples, names]. */
interface Weights {
  values: Float32Array | Float64Array;
  names: readonly string[];
}

function column({ values, names }: Weights, rows: readonly number[], c: number): Float64Array {
  return Float64Array.from(rows, (row) => values[row * names.length + c] as number);
}

/** Of how many of the rows each name has the largest share; of equal ones the first. */
function dominantOf({ values, names }: Weights, rows: readonly number[]): Record<string, number> {
  const counts = names.map(() => 0);
  for (const row of rows) {
    const own = values.subarray(row * names.length, (row + 1) * names.length);
    const largest = own.indexOf(Math.max(...own));
    counts[largest] = (counts[largest] as number) + 1;
  }
  return perName(names, (c) => counts[c] as number);
}

function perName(names: readonly string[], of: (c: number) => number): Record<string, number> {
  return Object.fromEntries(names.map((name, c) => [name, of(c)]));
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
