import type { DataColumns } from "../../data/load.js";
import { encodingOf } from "../../data/transforms/coder.js";

/** Columns to which nothing is done but to make numbers of names and texts: the graph of a model does the rest by itself. */
export function rawColumns({ modalities, target }: DataColumns): DataColumns {
  const raw = Object.entries(modalities).map(([name, binding]) => {
    const encoding = encodingOf(binding);
    return [name, { ...binding, transforms: encoding === undefined ? [] : [encoding] }] as const;
  });
  return { modalities: Object.fromEntries(raw), target };
}
