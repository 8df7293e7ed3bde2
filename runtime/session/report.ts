import { join } from "node:path";
import type { Rule } from "../fusion/index.js";
import type { Predictions } from "../learning/predict.js";
import { meanEstimate } from "../measures/index.js";
import type { MetricResult } from "../metrics/index.js";
import { writeAtomically, writeParquet, type ParquetColumn } from "../runs/index.js";
import type { MeasuredPid } from "./measure.js";
import { summariseOutside, type OutsideSummary } from "./outside.js";
import type { Versions } from "./versions.js";

/** What an evaluation found. */
export interface Findings {
  predictions: Predictions;
  metrics: Readonly<Record<string, MetricResult>>;
  pid: readonly MeasuredPid[];
  /** The gate's components, in the order of its shares. */
  components?: readonly string[];
  rules?: readonly Rule[];
  /** Of the samples whose classes were held out. */
  outside?: Predictions | undefined;
}

export interface About {
  model: string;
  spec: string;
  seed: number;
  engine: string;
  versions: Versions;
}

export const atoms = ["r", "u1", "u2", "s"] as const;
export type Atom = (typeof atoms)[number];

/** A mean in nats and its standard error. */
export interface MeanAndError {
  mean: number;
  error: number;
}

export interface ClassSummary extends Record<Atom, MeanAndError> {
  class: string;
  samples: number;
  accuracy: number;
}

export interface PidSummary {
  measure: string;
  unit: "nats";
  modalities: readonly [string, string];
  on: string;
  samples: number;
  mean: Record<Atom, MeanAndError>;
  byClass: ClassSummary[];
  /** Rows of the data's source in which each interaction is strongest, strongest first. */
  strongest: Record<
    "redundant" | "unique" | "synergistic",
    { index: number; label: string; value: number }[]
  >;
  chosen: unknown;
}

/** metrics.json. The same run on the same engine gives the same bytes. */
export interface ReportContent extends About {
  samples?: { train: number; validation?: number; test: number };
  metrics: Readonly<Record<string, MetricResult>>;
  /** Mean share of each component, where the model has a gate. */
  shares?: Record<string, number>;
  /** How many samples each rule decided. */
  rules?: { rule: string; samples: number }[];
  /** Where samples lack modalities: how those fare that lack the same ones; those that lack none come first. */
  lacking?: { lacks: string[]; samples: number; accuracy: number }[];
  /** Of synthetic data: what the best possible model reaches, and how each true type of sample fares. */
  truth?: { bayesAccuracy: number; byType: TypeSummary[] };
  /** How well samples of the classes held out are told from those of the classes learned. */
  outside?: OutsideSummary;
  pid: PidSummary[];
}

/** How the samples of one true type fare. */
export interface TypeSummary {
  type: string;
  samples: number;
  accuracy: number;
  /** Mean share of each component, where the model has a gate. */
  shares?: Record<string, number>;
}

/** Writes metrics.json and pid.parquet into the run. */
export async function report(
  folder: string,
  about: About,
  findings: Findings,
  samples: ReportContent["samples"],
): Promise<ReportContent> {
  const content: ReportContent = {
    ...about,
    ...(samples && { samples }),
    metrics: findings.metrics,
    ...shareSummary(findings),
    ...lackingSummary(findings),
    ...truthSummary(findings),
    ...(findings.outside && { outside: summariseOutside(findings.predictions, findings.outside) }),
    pid: findings.pid.map((measured) => summarise(measured, findings.predictions)),
  };
  await writeParquet(join(folder, "pid.parquet"), sampleColumns(findings));
  await writeAtomically(join(folder, "metrics.json"), `${JSON.stringify(content, null, 2)}\n`);
  return content;
}

function shareSummary({ predictions, components, rules }: Findings): Pick<ReportContent, "shares" | "rules"> {
  const { shares, rule, size } = predictions;
  const summary: Pick<ReportContent, "shares" | "rules"> = {};
  if (shares !== undefined && components !== undefined) {
    const means = components.map((name, c) => {
      let total = 0;
      for (let i = 0; i < size; i++) total += shares[i * components.length + c] as number;
      return [name, total / size] as const;
    });
    summary.shares = Object.fromEntries(means);
  }
  if (rule !== undefined && rules !== undefined) {
    summary.rules = rules.map(({ text }, k) => ({
      rule: text,
      samples: rule.filter((taken) => taken === k).length,
    }));
  }
  return summary;
}

function lackingSummary({ predictions }: Findings): Pick<ReportContent, "lacking"> {
  const { present, size, predicted, labels } = predictions;
  const names = Object.keys(present);
  const groups = new Map<string, { lacks: string[]; samples: number; right: number }>();
  for (let i = 0; i < size; i++) {
    const lacks = names.filter((name) => present[name]?.[i] === 0);
    const group = groups.get(lacks.join()) ?? { lacks, samples: 0, right: 0 };
    group.samples++;
    if (predicted[i] === labels[i]) group.right++;
    groups.set(lacks.join(), group);
  }
  if (![...groups.values()].some(({ lacks }) => lacks.length > 0)) return {};
  const lacking = [...groups.values()]
    .sort((a, b) => a.lacks.length - b.lacks.length || a.lacks.join().localeCompare(b.lacks.join()))
    .map(({ lacks, samples, right }) => ({ lacks, samples, accuracy: right / samples }));
  return { lacking };
}

function truthSummary({ predictions, components }: Findings): Pick<ReportContent, "truth"> {
  const { truth, labels, predicted, shares } = predictions;
  if (truth === undefined) return {};
  const byType = truth.typeNames.flatMap((type, t) => {
    const members = [...truth.types.keys()].filter((i) => truth.types[i] === t);
    if (members.length === 0) return [];
    const share = (c: number, width: number) =>
      members.reduce((sum, i) => sum + (shares?.[i * width + c] as number), 0) / members.length;
    const means = components?.map((name, c) => [name, share(c, components.length)] as const);
    return {
      type,
      samples: members.length,
      accuracy: members.filter((i) => predicted[i] === labels[i]).length / members.length,
      ...(shares && means && { shares: Object.fromEntries(means) }),
    };
  });
  return { truth: { bayesAccuracy: truth.bayesAccuracy, byType } };
}

function summarise(
  { measure, modalities, on, pid, rows }: MeasuredPid,
  predictions: Predictions,
): PidSummary {
  const { labels, predicted, classes, index } = predictions;
  const byClass = classes.flatMap((name, c) => {
    const members = [...rows.keys()].filter((i) => labels[rows[i] as number] === c);
    if (members.length === 0) return [];
    const right = members.filter((i) => predicted[rows[i] as number] === c).length;
    const means = atoms.map(
      (atom) => [atom, meanEstimate(Float64Array.from(members, (i) => pid[atom][i] as number))] as const,
    );
    return {
      class: name,
      samples: members.length,
      accuracy: right / members.length,
      ...(Object.fromEntries(means) as Record<Atom, MeanAndError>),
    };
  });
  const strongest = (value: (i: number) => number) =>
    [...rows.keys()]
      .sort((a, b) => value(b) - value(a) || a - b)
      .slice(0, 3)
      .map((i) => ({
        index: index[rows[i] as number] as number,
        label: classes[labels[rows[i] as number] as number] as string,
        value: value(i),
      }));
  return {
    measure,
    unit: "nats",
    modalities,
    on,
    samples: rows.length,
    mean: pid.means,
    byClass,
    strongest: {
      redundant: strongest((i) => pid.r[i] as number),
      unique: strongest((i) => Math.max(pid.u1[i] as number, pid.u2[i] as number)),
      synergistic: strongest((i) => pid.s[i] as number),
    },
    chosen: pid.chosen,
  };
}

/** One row a held-out sample: what it is, what the model said, where its answer came from. */
function sampleColumns({ predictions, pid, components, rules }: Findings): ParquetColumn[] {
  const { size, classes, labels, predicted, probabilities, index, shares, rule } = predictions;
  const name = (c: number) => classes[c] as string;
  const columns: ParquetColumn[] = [
    { name: "index", type: "int", values: index },
    { name: "label", type: "text", values: Array.from(labels, name) },
    { name: "prediction", type: "text", values: Array.from(predicted, name) },
    {
      name: "confidence",
      type: "float",
      values: Float64Array.from(predicted, (c, i) => probabilities[i * classes.length + c] as number),
    },
  ];
  if (predictions.truth !== undefined) {
    const { types, typeNames, exact, information } = predictions.truth;
    columns.push({ name: "type", type: "text", values: Array.from(types, (t) => typeNames[t] as string) });
    for (const atom of atoms) {
      if (exact) columns.push({ name: `exact_${atom}`, type: "float", values: exact[atom] });
    }
    for (const [names, values] of Object.entries(information ?? {}))
      columns.push({ name: `exact_i(${names})`, type: "float", values });
  }
  pid.forEach(({ pid: values, rows, modalities, measure }, k) => {
    const suffix = pid.length === 1 ? "" : `_${measure}_${modalities.join("_")}_${k + 1}`;
    const spread = (source: ArrayLike<number>) => {
      const column = new Float64Array(size).fill(NaN);
      rows.forEach((row, i) => (column[row] = source[i] as number));
      return column;
    };
    for (const atom of atoms)
      columns.push({ name: atom + suffix, type: "float", values: spread(values[atom]) });
    for (const atom of atoms) {
      columns.push({ name: `${atom}_error${suffix}`, type: "float", values: spread(values.errors[atom]) });
    }
  });
  if (shares !== undefined && components !== undefined) {
    components.forEach((component, c) =>
      columns.push({
        name: `share_${component}`,
        type: "float",
        values: Float64Array.from({ length: size }, (_, i) => shares[i * components.length + c] as number),
      }),
    );
  }
  if (rule !== undefined && rules !== undefined) {
    columns.push({ name: "rule", type: "text", values: Array.from(rule, (k) => rules[k]?.text ?? "") });
  }
  return columns;
}
