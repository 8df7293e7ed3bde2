/** What the page of a sweep shows: sweep.json, and where the reports of its runs lie. */
export interface SweepPageContent {
  model: string;
  spec: string;
  mmspec: string;
  scheduler: string;
  eta: number;
  rungs: number;
  seeds: readonly number[];
  metric: { name: string; larger: boolean };
  paths: readonly string[];
  variants: { all: number; trained: number; finished: number; failed: number };
  epochs: { learned: number; all: number };
  seconds: number;
  ranking: readonly PageVariant[];
  importance?: { paths: readonly PageChoice[]; rest: number; variants: number; rung: number };
}

/** A mean over seeds with half the width of its 95 % interval; null where one seed tells nothing of it. */
export interface PageEstimate {
  mean: number;
  half: number | null;
  n: number;
  interval?: readonly [number, number];
}

export interface PageVariant {
  rank: number;
  name: string;
  choices: Readonly<Record<string, string>>;
  parameters: number;
  flops: number;
  rung: number;
  epochs: number;
  planned: number;
  finished: boolean;
  value?: PageEstimate;
  test?: PageEstimate;
  course: readonly { rung: number; epochs: number; value: number }[];
  seconds: number;
  synergyIndicator?: number;
  interactions?: {
    measure: string;
    unit: string;
    modalities: readonly string[];
    mean: Readonly<Record<string, number>>;
  };
  pareto: boolean;
  errors: readonly { seed: number; error: string }[];
  /** The report of one of its runs, from the page's folder. */
  report?: string;
}

export interface PageChoice {
  path: string;
  share: number;
  chance: number;
  p: number;
  values: readonly { value: string; metric: number; variants: number }[];
}
