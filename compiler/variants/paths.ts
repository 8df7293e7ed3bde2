import type { Demand, Path, PathStep, VariantsDeclaration } from "../../grammar/syntax.js";
import type { Place } from "./places.js";

/** What a path names, or why it names nothing. */
export type Found =
  | { place: Place }
  /** As paths to the same part of each. */
  | { several: readonly string[] }
  /** `within` has no `step`; it has other parts. */
  | { step: PathStep; within: string | undefined; parts: readonly Place[] };

/** Looks a path up among the places of a model. */
export function placeAt(path: Path, places: readonly Place[]): Found {
  let within: string | undefined;
  let level = places;
  let place: Place | undefined;
  for (const [i, step] of path.steps.entries()) {
    const named = level.filter((candidate) => fits(step, candidate));
    if (named.length > 1) {
      const rest = path.steps.slice(i + 1).map(stepText);
      return { several: named.map((candidate) => [candidate.path, ...rest].join(".")) };
    }
    [place] = named;
    if (place === undefined) {
      return { step, within, parts: level };
    }
    within = place.path;
    level = place.parts;
  }
  return place === undefined ? { several: [] } : { place };
}

function fits({ name, modalities, index }: PathStep, place: Place): boolean {
  if (name.text !== place.name) return false;
  if (index !== undefined && index.value !== place.index) return false;
  if (modalities === undefined) return true;
  const names = modalities.map(({ text }) => text);
  return place.modalities?.length === names.length && names.every((each) => place.modalities?.includes(each));
}

/** All paths of a block, in its lists and its conditions. */
export function pathsOf({ varies, wheres }: VariantsDeclaration): Path[] {
  return [...varies.map(({ path }) => path), ...wheres.flatMap(({ demand }) => pathsIn(demand))];
}

function pathsIn(demand: Demand): Path[] {
  if (demand.kind === "not") return pathsIn(demand.operand);
  if (demand.kind !== "comparison") return [...pathsIn(demand.left), ...pathsIn(demand.right)];
  return [demand.left, demand.right].filter((operand): operand is Path => operand.kind === "path");
}

/** `dense[2]`, `unique(top)` */
export function stepText({ name, modalities, index }: PathStep): string {
  const names = modalities ? `(${modalities.map(({ text }) => text).join(", ")})` : "";
  return `${name.text}${names}${index ? `[${index.value}]` : ""}`;
}

/** `train.paradigm`, `Eye.dense[2].units` */
export function pathText({ steps }: Path): string {
  return steps.map(stepText).join(".");
}

/** `fusion.unique(top)` -> `unique(top)` */
export function lastStep({ path }: Place): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
