import { augmentations } from "./augmentations.js";
import { columnKinds, drawn, modalityKinds, tokenizers } from "./data.js";
import { measures, metrics } from "./evaluation.js";
import { layers } from "./layers.js";
import { ensembleFusion, merges } from "./merges.js";
import type { Callable } from "./parameters.js";
import { targets } from "./targets.js";
import { optimizers, paradigms, schedules, teachers } from "./training.js";

/** Where in a spec something of a table is called. */
export type Role =
  | "target"
  | "modality"
  | "column"
  | "layer"
  | "layer of an interaction"
  | "fusion"
  | "merge"
  | "paradigm"
  | "optimizer"
  | "schedule"
  | "teacher"
  | "augmentation"
  | "metric"
  | "measure"
  | "source"
  | "tokenizer";

type Table = ReadonlyMap<string, Callable & { paper?: string }>;

const tableOf = (...rows: readonly Callable[]): Table => new Map(rows.map((row) => [row.name, row]));

const linear: Callable = {
  name: "linear",
  doc: "An interaction's own prediction of the target; it stands at the end.",
  example: "dense(64) -> linear",
  parameters: [],
};

/** What can be called in each role: what editors complete, and what the reference lists. */
export const roles: Readonly<Record<Role, Table>> = {
  target: targets,
  modality: modalityKinds,
  column: columnKinds,
  layer: layers,
  "layer of an interaction": tableOf(...layers.values(), linear),
  fusion: tableOf(...merges.values(), ensembleFusion),
  merge: merges,
  paradigm: paradigms,
  optimizer: optimizers,
  schedule: schedules,
  teacher: teachers,
  augmentation: augmentations,
  metric: metrics,
  measure: measures,
  source: drawn,
  tokenizer: tokenizers,
};

/** The settings of `train` whose value is called from a table. */
export const settingRoles: ReadonlyMap<string, Role> = new Map([
  ["paradigm", "paradigm"],
  ["optimizer", "optimizer"],
  ["schedule", "schedule"],
]);
