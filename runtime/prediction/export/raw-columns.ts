import type { DataColumns } from "../../data/load.js";

/** Columns to which nothing is done: the graph of a model transforms by itself. */
export function rawColumns({ modalities, target }: DataColumns): DataColumns {
  const raw = Object.entries(modalities).map(
    ([name, binding]) => [name, { ...binding, transforms: [] }] as const,
  );
  return { modalities: Object.fromEntries(raw), target };
}
