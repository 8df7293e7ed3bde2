import { version } from "../../compiler/index.js";
import type { MeanAndError } from "../../runtime/session/report.js";
import { estimate, type Estimate } from "../../studies/results/statistics.js";
import { runFolder } from "../local.js";
import { isComplete, type Outcome, type Scored } from "../outcome.js";
import type { SweepState } from "../state.js";
import { jobKey, type Trial } from "../trial.js";
import { importance, type ImportanceSummary } from "./importance.js";
import { paretoFront } from "./pareto.js";

/** sweep.json: all that a sweep found so far. */
export interface SweepContent {
  model: string;
  spec: string;
  mmspec: string;
  scheduler: string;
  eta: number;
  rungs: number;
  seeds: readonly number[];
  metric: { name: string; larger: boolean };
  paths: readonly string[];
  /** Variants: all, those that were trained at all, to their end, and those that failed. */
  variants: { all: number; trained: number; finished: number; failed: number };
  /** Epochs that were learned, and how many training every variant to its end takes. */
  epochs: { learned: number; all: number };
  /** Wall time of all jobs together. */
  seconds: number;
  /** Best first: those that were trained to their end, then those that came to a lower rung. */
  ranking: RankedVariant[];
  /** Which choice mattered; absent where there are too few variants to tell. */
  importance?: ImportanceSummary & { rung: number };
}

export interface RankedVariant {
  rank: number;
  name: string;
  choices: Readonly<Record<string, string>>;
  parameters: number;
  flops: number;
  /** The highest rung that it came to, counted from 0; -1 when it failed before. */
  rung: number;
  /** Epochs that it learned, of those that its spec plans; it may have stopped early by itself. */
  epochs: number;
  planned: number;
  finished: boolean;
  /** On the validation split at that rung, over seeds. */
  value?: Estimate;
  /** On the test split, over seeds; of one seed the interval is that of drawing the samples. */
  test?: Estimate & { interval?: readonly [number, number] };
  /** Of each rung that it came to: epochs and the mean on the validation split. */
  course: { rung: number; epochs: number; value: number }[];
  /** Wall time of all its jobs together. */
  seconds: number;
  synergyIndicator?: number;
  /** Means of the first measure that its spec asks for, over samples and seeds. */
  interactions?: {
    measure: string;
    unit: string;
    modalities: readonly string[];
    mean: Record<string, number>;
  };
  /** No other one is as small and as good, each by the last value that it came to. */
  pareto: boolean;
  errors: { seed: number; error: string }[];
  /** Folders of its runs, by seed, from the sweep's folder. */
  runs: Record<number, string>;
}

export interface SweepAbout {
  model: string;
  spec: string;
  scheduler: string;
  paths: readonly string[];
}

export function contentOf(state: SweepState, { model, spec, scheduler, paths }: SweepAbout): SweepContent {
  const { trials, seeds, metric, rungs } = state.plan;
  const outcomes = [...state.outcomes.values()];
  const ranking = rank(
    trials
      .map((trial) => rankedOf(trial, state))
      .filter(({ rung, errors }) => rung >= 0 || errors.length > 0),
    metric.larger,
  );
  const mattered = importanceOf(state, paths);
  return {
    ...{ model, spec, mmspec: version, scheduler },
    ...{ eta: rungs.eta, rungs: rungs.count, seeds, metric, paths },
    variants: {
      all: trials.length,
      trained: ranking.filter(({ rung }) => rung >= 0).length,
      finished: ranking.filter(({ finished }) => finished).length,
      failed: ranking.filter(({ rung }) => rung < 0).length,
    },
    epochs: {
      learned: state.learned,
      all: seeds.length * trials.reduce((sum, { epochs }) => sum + epochs.before + epochs.last, 0),
    },
    seconds: outcomes.reduce((sum, { seconds }) => sum + seconds, 0),
    ranking,
    ...(mattered && { importance: mattered }),
  };
}

function rankedOf(trial: Trial, state: SweepState): Omit<RankedVariant, "rank" | "pareto"> {
  const { seeds, metric, rungs } = state.plan;
  const at = (rung: number): Outcome[] =>
    seeds.flatMap((seed) => state.outcomes.get(jobKey(trial.name, seed, rung)) ?? []);
  const byRung = Array.from({ length: rungs.count }, (_, rung) => at(rung));
  const done = byRung.map((outcomes) => outcomes.filter((one): one is Scored => one.status === "done"));
  const rung = done.findLastIndex((outcomes) => outcomes.length > 0);
  const best = done[rung] ?? [];
  const tested = best.filter(isComplete);
  const valueOf = ({ validation }: Scored) => validation[metric.name] as number;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const tests = tested.flatMap(({ test }) => test?.metrics[metric.name] ?? []);
  const indicators = tested.flatMap(({ test }) => test?.metrics.synergy_indicator?.value ?? []);
  const interactions = interactionsOf(tested);
  const interval = tests.length === 1 ? tests[0]?.interval : undefined;
  return {
    name: trial.name,
    choices: trial.choices,
    parameters: trial.parameters,
    flops: trial.flops,
    rung,
    epochs: Math.max(0, ...best.map(({ epochs }) => epochs)),
    planned: trial.epochs.before + trial.epochs.last,
    finished: best.length > 0 && tested.length === best.length,
    ...(best.length > 0 && { value: estimate(best.map(valueOf)) }),
    ...(tests.length > 0 && {
      test: { ...estimate(tests.map(({ value }) => value)), ...(interval && { interval }) },
    }),
    course: done.flatMap((outcomes, k) =>
      outcomes.length === 0
        ? []
        : [
            {
              rung: k,
              epochs: mean(outcomes.map(({ epochs }) => epochs)),
              value: mean(outcomes.map(valueOf)),
            },
          ],
    ),
    seconds: byRung.flat().reduce((sum, { seconds }) => sum + seconds, 0),
    ...(indicators.length > 0 && { synergyIndicator: mean(indicators) }),
    ...(interactions && { interactions }),
    errors: byRung
      .flat()
      .flatMap((one) => (one.status === "failed" ? [{ seed: one.seed, error: one.error }] : [])),
    runs: Object.fromEntries(tested.map(({ seed }) => [seed, runFolder("", { trial: trial.name, seed })])),
  };
}

function interactionsOf(outcomes: readonly Scored[]): RankedVariant["interactions"] {
  const items = outcomes.flatMap(({ test }) => test?.pid[0] ?? []);
  const [first] = items;
  if (first === undefined) return undefined;
  const { measure, unit, modalities } = first;
  const meanOf = (atom: string) =>
    items.reduce((sum, { mean }) => sum + (mean[atom] as MeanAndError).mean, 0) / items.length;
  return {
    measure,
    unit,
    modalities,
    mean: Object.fromEntries(Object.keys(first.mean).map((atom) => [atom, meanOf(atom)])),
  };
}

function rank(variants: Omit<RankedVariant, "rank" | "pareto">[], larger: boolean): RankedVariant[] {
  const scoreOf = ({ value }: Pick<RankedVariant, "value">) =>
    value === undefined ? -Infinity : larger ? value.mean : -value.mean;
  const sorted = [...variants].sort(
    (a, b) =>
      Number(b.finished) - Number(a.finished) ||
      b.rung - a.rung ||
      scoreOf(b) - scoreOf(a) ||
      a.parameters - b.parameters ||
      (a.name < b.name ? -1 : 1),
  );
  const valued = sorted.filter(({ value }) => value !== undefined);
  const front = paretoFront(valued.map((one) => ({ score: scoreOf(one), size: one.parameters })));
  const onFront = new Set(valued.filter((_, i) => front[i]).map(({ name }) => name));
  return sorted.map((one, i) => ({ rank: i + 1, ...one, pareto: onFront.has(one.name) }));
}

/** Compared at the highest rung that every variant came to which came to the lowest. */
function importanceOf(state: SweepState, paths: readonly string[]): SweepContent["importance"] {
  const { trials, rungs } = state.plan;
  const valuesAt = (rung: number) =>
    trials.flatMap(({ name, choices }) => {
      const value = state.valueAt(name, rung);
      return value === undefined ? [] : [{ choices, value }];
    });
  const lowest = valuesAt(0);
  let rung = 0;
  while (rung + 1 < rungs.count && valuesAt(rung + 1).length === lowest.length) rung++;
  const found = importance(valuesAt(rung), paths);
  return found && { rung, ...found };
}
