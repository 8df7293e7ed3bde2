import type { Estimate } from "./bootstrap.js";

/** One value a sample, by the name of what it is of. */
export type Columns = Record<string, Float64Array>;

/**
 * What a measure finds, in nats. Atoms are named `r`, `u1`, `u2` and `s` of two sources, by their antichains, as `{1}{23}`, of more.
 */
export interface Decomposition {
  means: Record<string, Estimate>;
  /** Of each sample; absent where the measure is one of the whole data set. */
  atoms?: Columns;
  /** Standard error of each sample's value, where the measure has one. */
  errors?: Columns;
  /** What each atom is the difference of, where the measure tells: what the sources rule out, and what of that was the truth's. */
  parts?: { informative: Columns; misinformative: Columns };
  /** Mutual informations of the target with sources, `i1`, `i12` ...; of plug-in probabilities. */
  informations?: Record<string, PluginInformation>;
  /** The means that the same samples give when their labels are shuffled: what chance alone looks like. */
  shuffled?: Record<string, number>;
  /** Certified bound, in nats, on how far the means are from the exact solution of the measure's optimisation. */
  gap?: number;
  /** The models that were chosen. */
  chosen?: unknown;
}

/** What informations are told in. */
export type Unit = "nats" | "bits";

/** A decomposition in nats as one in another unit. */
export function inUnit(pid: Decomposition, unit: Unit): Decomposition {
  if (unit === "nats") return pid;
  const one = (value: number) => value / Math.LN2;
  const record = <From, To>(values: Record<string, From>, change: (value: From) => To) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
  const columns = (values: Columns) => record(values, (column) => column.map(one));
  const { means, atoms, errors, parts, informations, shuffled, gap } = pid;
  return {
    ...pid,
    means: record(means, ({ mean, error }) => ({ mean: one(mean), error: one(error) })),
    ...(atoms && { atoms: columns(atoms) }),
    ...(errors && { errors: columns(errors) }),
    ...(parts && {
      parts: { informative: columns(parts.informative), misinformative: columns(parts.misinformative) },
    }),
    ...(informations && {
      informations: record(informations, ({ plugin, millerMadow }) => ({
        plugin: one(plugin),
        millerMadow: one(millerMadow),
      })),
    }),
    ...(shuffled && { shuffled: record(shuffled, one) }),
    ...(gap !== undefined && { gap: one(gap) }),
  };
}

/** A mutual information with the frequencies taken for the probabilities, in nats. */
export interface PluginInformation {
  plugin: number;
  /** Less its bias to first order in 1 / n (Miller 1955). */
  millerMadow: number;
}
