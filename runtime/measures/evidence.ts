import type { Density } from "./density.js";
import type { Components } from "./latent-class.js";
import { firstColumns, firstRows, sideBySide, type View } from "./view.js";

/** A whitened view and how many of its axes lead. */
export interface Whitened {
  view: View;
  leading: number;
}

/** What a classifier may look at: one view or two. */
export interface Evidence {
  /** All axes of each view side by side, [n, width], or as many of each as a classifier can use. */
  whole: View;
  /** The leading axes alone; the same as `whole` when nearly all lead. */
  leading: View;
  /** p(component | x) of each view's density. */
  components: readonly Components[];
}

/** Axes of a view that classifiers look at. */
const mostAxes = 128;
/** Leading axes are looked at by themselves when they are a smaller share of all than this. */
export const mostLeading = 0.8;

export async function evidenceOf(
  views: readonly Whitened[],
  densities: readonly Density[],
): Promise<Evidence> {
  const join = (parts: readonly View[]) => parts.reduce((a, b) => sideBySide(a, b));
  const whole = join(views.map(({ view }) => firstColumns(view, mostAxes)));
  const axes = views.reduce((sum, { leading }) => sum + Math.min(leading, mostAxes), 0);
  const read = await Promise.all(views.map(({ view }, i) => (densities[i] as Density).read(view)));
  return {
    whole,
    leading:
      axes > mostLeading * whole.width
        ? whole
        : join(views.map(({ view, leading }) => firstColumns(view, Math.min(leading, mostAxes)))),
    components: read.map(({ components }) => components),
  };
}

/** The first rows of all that a classifier may look at. */
export function firstEvidence({ whole, leading, components }: Evidence, rows: number): Evidence {
  const first = firstRows(whole, rows);
  return {
    whole: first,
    leading: leading === whole ? first : firstRows(leading, rows),
    components: components.map((one) => ({ ...firstRows(one, rows), factors: one.factors })),
  };
}
