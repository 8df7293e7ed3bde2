import { format } from "../grammar/index.js";
import type { Column, Measure, Row, Task } from "./study.js";

/** What the command line changes of a study, mostly to cut it short. */
export interface Cut {
  /** How many seeds, counted from 1. */
  seeds?: number;
  /** How many samples are drawn; of a data file nothing is left out. */
  samples?: number;
  epochs?: number;
  /** Names of columns. */
  only?: readonly string[];
  /** Names of rows. */
  rows?: readonly string[];
}

/** The spec of one cell, in its canonical form. */
export function specOf(
  { task }: Row,
  column: Column,
  { seed, cut, measures }: { seed: number; cut: Cut; measures: readonly Measure[] },
): string {
  const epochs = cut.epochs ?? task.recipe.epochs;
  const metrics = new Set(["accuracy", ...measures.flatMap(({ metrics }) => metrics ?? [])]);
  return format(`model ${task.model} {
  ${task.top}
  ${fusionOf(task, column)}
  train {
    ${[column.paradigm(task, epochs), ...task.recipe.settings, `seed ${seed}`].join("\n    ")}
  }
  evaluate { ${[...metrics].join(", ")} }
}

data for ${task.model} {
  ${task.data({ seed, samples: cut.samples ?? task.samples ?? 0 })}
}
`);
}

function fusionOf({ modalities: [a, b], block }: Task, { fusion }: Column): string {
  if (fusion === "ensemble") return "fusion = ensemble";
  if (fusion === "concat") return `fusion = concat -> mlp(${block.units})`;
  return `fusion {
    redundant(${a}, ${b}) = align(cosine) -> linear
    unique(${a}) = linear
    unique(${b}) = linear
    synergistic(${a}, ${b}) = bilinear(rank: ${block.rank}) -> dense(${block.units}) -> linear
    gate = mlp(${block.gate})
  }`;
}
