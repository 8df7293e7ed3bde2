import type { RunReport } from "./results/report.js";

/** A comparison: tasks x ways to learn x seeds, and what is read off each run. */
export interface Study {
  name: string;
  /** One line for the list of studies. */
  summary: string;
  /** What it asks, for the top of its table. */
  question: string;
  rows: readonly Row[];
  columns: readonly Column[];
  /** How many seeds; a seed is that of the data, the split and the training. */
  seeds: number;
  /** What is measured; the first is what the study is about. */
  measures: readonly Measure[];
  /** True to tell which share of the distance to the best possible model each column closes. */
  closes?: boolean;
  /** True to show which component has the largest share in the samples of each true type. */
  confusion?: boolean;
}

/** A task of the study. */
export interface Row {
  /** A plain name, for files and for `--rows`. */
  name: string;
  title: string;
  task: Task;
}

/** What is to be learned, and from which samples. */
export interface Task {
  /** The model's name. */
  model: string;
  /** Members of the model before its fusion: target, modalities, encoders. */
  top: string;
  modalities: readonly [string, string];
  /** Of the fusion block: the rank of the bilinear synergy and the units after it, and those of the gate. */
  block: { rank: number; units: number; gate: number };
  /** Members of `data for MODEL`. */
  data(size: { seed: number; samples: number }): string;
  /** How many samples are drawn when the command line says nothing; absent for a data file. */
  samples?: number;
  /** The data file, and the script that prepares it. */
  file?: DataFile;
  recipe: Recipe;
}

/** A data file that a spec reads as `data/NAME`. */
export interface DataFile {
  name: string;
  /** In `examples/`. */
  script: string;
}

/** How all columns learn one task. */
export interface Recipe {
  epochs: number;
  /** Settings of `train` besides paradigm, epochs and seed. */
  settings: readonly string[];
}

/** A way to learn. */
export interface Column {
  /** A plain name, for files and for `--only`. */
  name: string;
  fusion: "concat" | "ensemble" | "block";
  /** The paradigm, as `train` wants it, for so many epochs. */
  paradigm(task: Task, epochs: number): string;
}

/** A figure of a run. */
export interface Measure {
  /** A plain name, for files. */
  name: string;
  title: string;
  /** Undefined where a run doesn't have it. */
  of(report: RunReport): number | undefined;
  /** The same of the best possible model, where it is known. */
  best?(report: RunReport): number | undefined;
  /** Metrics that `evaluate` must ask for. */
  metrics?: readonly string[];
}
