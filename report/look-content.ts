import type { ColumnPlace, ModalityContent } from "./content.js";

/** What the page of `mmspec data` shows: what was found, and some samples. Plain data. */
export interface LookPageContent {
  model?: string;
  mmspec: string;
  source: string;
  samples: number;
  more?: boolean;
  target?: { name: string; kind: string; outputs: readonly string[]; counts?: readonly number[] };
  parts: readonly { name: string; samples: number; counts?: readonly number[] }[];
  columns: readonly PageColumn[];
  warnings: readonly { kind: string; text: string; advice: string }[];
  modalities: readonly ModalityContent[];
  /** Some samples of each class; of other targets, some that lie evenly. */
  shown: readonly ShownSample[];
  /** `input:NAME` of the shown samples. */
  inputs: readonly ColumnPlace[];
}

export interface PageColumn {
  name: string;
  feeds?: string;
  role: string;
  kind: "numbers" | "names";
  shape: readonly number[];
  missing: number;
  numbers?: {
    least: number;
    greatest: number;
    mean: number;
    deviation: number;
    histogram: readonly number[];
  };
  names?: { different: number; most: readonly { name: string; count: number }[] };
}

export interface ShownSample {
  /** In the file, from 0. */
  row: number;
  part?: string;
  /** The class, the labels or the numbers, in words. */
  answer: string;
  /** Modalities that it lacks. */
  lacks: readonly string[];
}
