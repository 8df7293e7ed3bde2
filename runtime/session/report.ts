import { join } from "node:path";
import type { Reading } from "../data/samples.js";
import type { Rule } from "../fusion/index.js";
import type { AnyPredictions, Predictions } from "../learning/predict.js";
import { meanEstimates, type Columns, type Decomposition, type Estimate } from "../measures/index.js";
import type { MetricResult } from "../metrics/index.js";
import { writeAtomically, writeParquet, type ParquetColumn } from "../runs/index.js";
import type { MeasuredPid, Quantised } from "./measure.js";
import { summariseOutside, type OutsideSummary } from "./outside.js";
import { suffixesOf } from "./suffixes.js";
import { rightness, targetColumns, targetSummary, type TargetSummary } from "./targets.js";
import { summariseTruth, type TruthSummary } from "./truth.js";
import type { Versions } from "./versions.js";

/** What an evaluation found. */
export interface Findings {
  predictions: AnyPredictions;
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

/** A mean and its standard error, in the unit of the measure. */
export type MeanAndError = Estimate;

/** Of one class: what it fares like, and the mean of each atom by the atom's name. */
export interface ClassSummary {
  class: string;
  samples: number;
  accuracy: number;
  [atom: string]: MeanAndError | string | number;
}

export interface PidSummary extends Pick<Decomposition, "informations" | "shuffled" | "gap" | "chosen"> {
  measure: string;
  /** Of all figures here and of its columns in pid.parquet; the gate's shares add up to 1. */
  unit: MeasuredPid["unit"];
  modalities: readonly string[];
  on: string;
  /** What made symbols of the values, where it measured symbols. */
  quantiser?: Quantised;
  samples: number;
  /** What follows the name of each of its columns in pid.parquet. */
  suffix: string;
  /** By the atom's name: r, u1, u2 and s of two modalities, antichains like {1}{23} of more. */
  mean: Record<string, MeanAndError>;
  /** Empty where the measure is of the whole data set. */
  byClass: ClassSummary[];
  /** Rows of the data's source in which each interaction is strongest, strongest first. */
  strongest: Record<string, { index: number; label: string; value: number }[]>;
  /** Mean informative and misinformative parts of each atom, where the measure has them. */
  parts?: Record<string, { informative: number; misinformative: number }>;
}

/** metrics.json. The same run on the same engine gives the same bytes. */
export interface ReportContent extends About, TargetSummary {
  samples?: { train: number; validation?: number; test: number };
  /** Where samples were left out when the data was read, or files were joined. */
  reading?: Reading;
  metrics: Readonly<Record<string, MetricResult>>;
  /** Mean share of each component, where the model has a gate. */
  shares?: Record<string, number>;
  /** How many samples each rule decided. */
  rules?: { rule: string; samples: number }[];
  /** Where samples lack modalities: how those fare that lack the same ones; those that lack none come first. */
  lacking?: LackingSummary[];
  /** Of synthetic data: what the best possible model reaches, and how each true type of sample fares. */
  truth?: TruthSummary;
  /** How well samples of the classes held out are told from those of the classes learned. */
  outside?: OutsideSummary;
  pid: PidSummary[];
}

/** How the samples fare that lack the same modalities. */
export interface LackingSummary {
  lacks: string[];
  samples: number;
  /** Of classes or labels. */
  accuracy?: number;
  /** Of numbers. */
  rmse?: number;
}

/** Writes metrics.json and pid.parquet into the run. */
export async function report(
  folder: string,
  about: About,
  findings: Findings,
  samples: ReportContent["samples"],
  reading?: Reading,
): Promise<ReportContent> {
  const suffixes = suffixesOf(findings.pid);
  const content: ReportContent = {
    ...about,
    ...(samples && { samples }),
    ...(reading && { reading }),
    metrics: findings.metrics,
    ...targetSummary(findings.predictions),
    ...shareSummary(findings),
    ...lackingSummary(findings),
    ...truthSummary(findings),
    ...outsideSummary(findings),
    pid: findings.pid.map((measured, k) => summarise(measured, suffixes[k] as string, findings.predictions)),
  };
  await writeParquet(join(folder, "pid.parquet"), sampleColumns(findings, suffixes));
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

function outsideSummary({ predictions, outside }: Findings): Pick<ReportContent, "outside"> {
  if (outside === undefined || predictions.kind !== undefined) return {};
  return { outside: summariseOutside(predictions, outside) };
}

function lackingSummary({ predictions }: Findings): Pick<ReportContent, "lacking"> {
  const { present, size } = predictions;
  const names = Object.keys(present);
  const groups = new Map<string, { lacks: string[]; samples: number; sum: number }>();
  const { of, mean } = rightness(predictions);
  for (let i = 0; i < size; i++) {
    const lacks = names.filter((name) => present[name]?.[i] === 0);
    const group = groups.get(lacks.join()) ?? { lacks, samples: 0, sum: 0 };
    group.samples++;
    group.sum += of(i);
    groups.set(lacks.join(), group);
  }
  if (![...groups.values()].some(({ lacks }) => lacks.length > 0)) return {};
  const lacking = [...groups.values()]
    .sort((a, b) => a.lacks.length - b.lacks.length || a.lacks.join().localeCompare(b.lacks.join()))
    .map(({ lacks, samples, sum }) => ({ lacks, samples, ...mean(sum / samples) }));
  return { lacking };
}

function truthSummary({ predictions, components }: Findings): Pick<ReportContent, "truth"> {
  if (predictions.kind !== undefined) return {};
  const truth = summariseTruth(predictions, components);
  return truth === undefined ? {} : { truth };
}

function summarise(measured: MeasuredPid, suffix: string, predictions: AnyPredictions): PidSummary {
  const { measure, modalities, on, unit, quantiser, pid, rows } = measured;
  const { informations, shuffled, gap, chosen } = pid;
  return {
    measure,
    unit,
    modalities,
    on,
    ...(quantiser && { quantiser }),
    samples: rows.length,
    suffix,
    mean: pid.means,
    byClass: pid.atoms && predictions.kind === undefined ? byClass(pid.atoms, rows, predictions) : [],
    strongest: pid.atoms ? strongestSamples(measured, pid.atoms, predictions) : {},
    ...(pid.parts && { parts: meanParts(pid.parts) }),
    ...(informations && { informations }),
    ...(shuffled && { shuffled }),
    ...(gap !== undefined && { gap }),
    ...(chosen !== undefined && { chosen }),
  };
}

function byClass(
  atoms: Columns,
  rows: Int32Array,
  { classes, labels, predicted }: Predictions,
): ClassSummary[] {
  return classes.flatMap((name, c) => {
    const members = [...rows.keys()].filter((i) => labels[rows[i] as number] === c);
    if (members.length === 0) return [];
    const right = members.filter((i) => predicted[rows[i] as number] === c).length;
    const own = Object.entries(atoms).map(
      ([atom, values]) => [atom, Float64Array.from(members, (i) => values[i] as number)] as const,
    );
    const means = meanEstimates(Object.fromEntries(own));
    return { class: name, samples: members.length, accuracy: right / members.length, ...means };
  });
}

/** How many atoms are shown where a measure has more than people can read. */
const readable = 5;

/** The atoms that a table has room for: all four of two modalities, the largest means of more, in the lattice's order. */
export function readableAtoms(mean: Record<string, MeanAndError>): string[] {
  const names = Object.keys(mean);
  if (names.length <= readable) return names;
  const size = (name: string) => Math.abs(mean[name]?.mean ?? 0);
  const largest = [...names].sort((a, b) => size(b) - size(a)).slice(0, readable);
  return names.filter((name) => largest.includes(name));
}

function strongestSamples(
  { pid, rows }: MeasuredPid,
  atoms: Columns,
  predictions: AnyPredictions,
): PidSummary["strongest"] {
  const { index } = predictions;
  const label = (row: number) =>
    predictions.kind === undefined ? (predictions.classes[predictions.labels[row] as number] as string) : "";
  const strongest = (value: (i: number) => number) =>
    [...rows.keys()]
      .sort((a, b) => value(b) - value(a) || a - b)
      .slice(0, 3)
      .map((i) => ({
        index: index[rows[i] as number] as number,
        label: label(rows[i] as number),
        value: value(i),
      }));
  const { r, u1, u2, s } = atoms;
  if (r && u1 && u2 && s)
    return {
      redundant: strongest((i) => r[i] as number),
      unique: strongest((i) => Math.max(u1[i] as number, u2[i] as number)),
      synergistic: strongest((i) => s[i] as number),
    };
  const named = readableAtoms(pid.means).map(
    (name) => [name, strongest((i) => (atoms[name] as Float64Array)[i] as number)] as const,
  );
  return Object.fromEntries(named);
}

function meanParts({ informative, misinformative }: NonNullable<Decomposition["parts"]>) {
  const mean = (values: Float64Array | undefined) =>
    values ? values.reduce((sum, value) => sum + value / values.length, 0) : NaN;
  return Object.fromEntries(
    Object.keys(informative).map((name) => [
      name,
      { informative: mean(informative[name]), misinformative: mean(misinformative[name]) },
    ]),
  );
}

/** One row a held-out sample: what it is, what the model said, where its answer came from. */
function sampleColumns(
  { predictions, pid, components, rules }: Findings,
  suffixes: readonly string[],
): ParquetColumn[] {
  const { size, index, shares, rule } = predictions;
  const columns: ParquetColumn[] = [
    { name: "index", type: "int", values: index },
    ...targetColumns(predictions),
  ];
  if (predictions.truth !== undefined) {
    const { types, typeNames, exact, information } = predictions.truth;
    columns.push({ name: "type", type: "text", values: Array.from(types, (t) => typeNames[t] as string) });
    for (const [atom, values] of Object.entries(exact ?? {}))
      columns.push({ name: `exact_${atom}`, type: "float", values, unit: "nats" });
    for (const [names, values] of Object.entries(information ?? {}))
      columns.push({ name: `exact_i(${names})`, type: "float", values, unit: "nats" });
  }
  pid.forEach(({ pid: { atoms = {}, errors = {}, parts }, rows, unit, modalities }, k) => {
    const add = (group: Columns, ending: string) => {
      for (const [atom, source] of Object.entries(group)) {
        const values = new Float64Array(size).fill(NaN);
        rows.forEach((row, i) => (values[row] = source[i] as number));
        columns.push({ name: `${atom}${ending}${suffixes[k]}`, type: "float", values, unit });
      }
    };
    add(atoms, "");
    add(errors, "_error");
    // Of four modalities there would be 332 columns of parts: metrics.json has their means.
    if (parts === undefined || modalities.length > 3) return;
    add(parts.informative, "_informative");
    add(parts.misinformative, "_misinformative");
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
