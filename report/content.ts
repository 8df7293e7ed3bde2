/** What a report is made of: plain data that the command line puts into the page. No DOM, no Node. */

export const atoms = ["r", "u1", "u2", "s"] as const;
export type Atom = (typeof atoms)[number];

/** The kinds of interaction, by their colour: one accent each, wherever it appears. */
export type Kind = "redundant" | "unique1" | "unique2" | "synergistic";
export const kindOf: Readonly<Record<Atom, Kind>> = {
  r: "redundant",
  u1: "unique1",
  u2: "unique2",
  s: "synergistic",
};

export interface MeanAndError {
  mean: number;
  error: number;
}

export interface Metric {
  name: string;
  value: number;
  unit?: "share";
  /** 95 % confidence interval. */
  interval?: [number, number];
  details?: Record<string, number>;
}

/** One measure of one pair (or set) of modalities. */
export interface PidItem {
  measure: string;
  unit: string;
  modalities: string[];
  /** Of which point of the model: `encodings`, `inputs`. */
  on: string;
  samples: number;
  mean: Record<string, MeanAndError>;
  /** Which models were chosen, with how many folds chose them. */
  chosen?: Record<string, Record<string, number>>;
  /** The means that the same samples give when their labels are shuffled. */
  shuffled?: Record<string, number>;
  /** How far the means are from the exact solution, at most. */
  gap?: number;
  /** Suffix of its columns in pid.parquet; absent when it has none (a measure of the whole data set). */
  columns?: string;
}

export interface ModalityContent {
  name: string;
  /** As the spec says: `vector`, `image`, ... */
  kind: string;
  /** Of one sample. */
  shape: number[];
  /** Of a sound: samples a second. */
  rate?: number;
  /** Of tokens: the words that they stand for, where they are known. */
  words?: readonly string[];
  /** Of a table: its columns, and what the numbers of a category stand for. */
  columns?: { name: string; names?: readonly string[] }[];
}

/** A share that the gate gives. */
export interface ComponentContent {
  name: string;
  /** As the spec names it: `unique(top)`. */
  text: string;
  interaction?: "redundant" | "unique" | "synergistic";
  modalities: string[];
}

export interface EpochContent {
  stage: string;
  epoch: number;
  loss: number;
  validationLoss?: number;
  /** Terms of the losses by name. */
  losses?: Record<string, number>;
  validationLosses?: Record<string, number>;
}

/** What a value in nats is multiplied by to be told in a measure's unit; undefined where it can't be. */
export function fromNats(unit: string): number | undefined {
  return unit === "nats" ? 1 : unit === "bits" ? 1 / Math.LN2 : undefined;
}

/** What can be said of a run without its samples. */
export interface RunSummary {
  /** Name of its folder. */
  run: string;
  model: string;
  spec: string;
  seed: number;
  /** In words: `dmil, adam, seed 7`. */
  learning: string;
  samples: { train?: number; validation?: number; test: number };
  metrics: Metric[];
  pid: PidItem[];
  history: EpochContent[];
  /** Seconds a stage. */
  seconds: Record<string, number>;
}

export interface LayerContent {
  part: string;
  layer: string;
  output: number[];
  parameters: number;
  flops: number;
}

/** A target that isn't one class. */
export interface TargetContent {
  kind: "multilabel" | "regression";
  /** Of its labels or numbers. */
  names: string[];
  /** How each label fares. */
  byLabel: LabelContent[];
  /** What the best possible model reaches, by the metric's name, where that is known. */
  best: Record<string, number>;
}

export interface LabelContent {
  label: string;
  /** Samples that have it. */
  samples: number;
  accuracy: number;
  f1?: number;
  auroc?: number;
}

export interface ReportContent extends RunSummary {
  engine: string;
  versions: Record<string, string>;
  started?: string;
  ended?: string;
  target: string;
  /** Absent where the target is one class. */
  targets?: TargetContent;
  /** None where it isn't. */
  classes: string[];
  modalities: ModalityContent[];
  components: ComponentContent[];
  /** As the spec writes them. */
  rules: string[];
  /** True types of synthetic samples. */
  types: string[];
  /** Accuracy of the best possible model on synthetic samples. */
  bayesAccuracy?: number;
  /** The spec's text. */
  source?: string;
  /** The files that it imports. */
  imported?: { file: string; text: string }[];
  /** The architecture as SVG, and its layers; absent when the spec can't be compiled by this version. */
  architecture?: { svg: string; layers: LayerContent[]; parameters: number; flops: number };
  /** How many samples have their inputs in the report; what is missing, in words. */
  inputs: { kept: number; note?: string };
  compared: RunSummary[];
  /** Where each column lies in the packed bytes. */
  columns: ColumnPlace[];
  inputColumns: ColumnPlace[];
}

export type Values = Float32Array | Int32Array | Uint8Array;

export interface Column {
  name: string;
  values: Values;
}

export interface ColumnPlace {
  name: string;
  type: "f4" | "i4" | "u1";
  /** Bytes from the beginning; a multiple of 4. */
  at: number;
  length: number;
}

/** Columns one after the other in one array of bytes. */
export function packColumns(columns: readonly Column[]): { places: ColumnPlace[]; bytes: Uint8Array } {
  let size = 0;
  const places = columns.map(({ name, values }): ColumnPlace => {
    const type = values instanceof Float32Array ? "f4" : values instanceof Int32Array ? "i4" : "u1";
    const place = { name, type, at: size, length: values.length } as const;
    size += Math.ceil(values.byteLength / 4) * 4;
    return place;
  });
  const bytes = new Uint8Array(size);
  columns.forEach(({ values }, c) =>
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), places[c]?.at),
  );
  return { places, bytes };
}

/** The inverse of `packColumns`. */
export function unpackColumns(places: readonly ColumnPlace[], bytes: Uint8Array): Map<string, Values> {
  const { buffer, byteOffset } = bytes;
  const view = ({ type, at, length }: ColumnPlace): Values =>
    type === "f4"
      ? new Float32Array(buffer, byteOffset + at, length)
      : type === "i4"
        ? new Int32Array(buffer, byteOffset + at, length)
        : new Uint8Array(buffer, byteOffset + at, length);
  return new Map(places.map((place) => [place.name, view(place)]));
}
