import type { Outcome, Variant, VariantSpace } from "../../compiler/index.js";

/** Which variants are wanted. */
export interface Wanted {
  /** The first so many. */
  list?: number | undefined;
  /** So many at random. */
  random?: number | undefined;
  seed: number;
  /** The one at this place. */
  at?: bigint | undefined;
}

export type NoVariant = Exclude<Outcome, { kind: "variant" }>;

/** What was found in a space. */
export interface Found {
  variants: Variant[];
  others: NoVariant[];
  /** Variants beyond those that were wanted. */
  more: number;
  /** True when no combination is left that `limit` and `sample` ask for. */
  complete: boolean;
  /** Combinations that were looked at. */
  looked: number;
}

/** Combinations that are looked at in search of one more variant, before the search is given up. */
const mostMisses = 10_000;
/** Combinations of which the table tells how many are variants. */
const counted = 1000;

/**
 * Looks for the variants that are wanted, one at a time.
 * @param each is given every variant as soon as it is found
 * @param count whether combinations behind the last that is wanted are counted as well
 */
export async function look(
  space: VariantSpace,
  { list, random, seed, at }: Wanted,
  each: (variant: Variant) => void | Promise<void>,
  count: boolean,
): Promise<Found> {
  const found: Found = { variants: [], others: [], more: 0, complete: false, looked: 0 };
  const order = at !== undefined ? [at] : random !== undefined ? space.random(seed) : undefined;
  const most = at !== undefined ? 1 : (random ?? list ?? Infinity);
  let misses = 0;
  for (const outcome of space.walk(order)) {
    found.looked++;
    if (outcome.kind !== "variant") {
      found.others.push(outcome);
      if (++misses >= mostMisses) return found;
    } else if (found.variants.length < most) {
      misses = 0;
      found.variants.push(outcome.variant);
      await each(outcome.variant);
    } else found.more++;
    if (found.variants.length >= most && (!count || found.looked >= counted)) return found;
  }
  found.complete = true;
  return found;
}
