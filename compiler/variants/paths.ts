import type { Path, PathStep } from "../../grammar/syntax.js";
import type { Place } from "./places.js";

/** What a path names, or why it names nothing. */
export type Found =
  | { place: Place }
  | { several: readonly Place[] }
  /** `within` has no `step`; it has `known`. */
  | { step: PathStep; within: string | undefined; known: readonly string[] };

/** Looks a path up among the places of a model. */
export function placeAt(path: Path, places: readonly Place[]): Found {
  let within: string | undefined;
  let level = places;
  let place: Place | undefined;
  for (const step of path.steps) {
    const named = level.filter((candidate) => fits(step, candidate));
    if (named.length > 1) return { several: named };
    [place] = named;
    if (place === undefined) return { step, within, known: [...new Set(level.map(lastStep))] };
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

/** `fusion.unique(top)` -> `unique(top)` */
export function lastStep({ path }: Place): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
