import * as Plot from "@observablehq/plot";

export { Plot };

export interface FigureOptions {
  width: number;
  /** Where elements are made; the page's own when left out. */
  document?: Document;
}

/** A plot as one SVG element without a style element of its own, which the page's policy would refuse. */
export function figure(
  options: Plot.PlotOptions,
  { width, document }: FigureOptions,
  label: string,
): SVGSVGElement {
  const made = Plot.plot({
    width,
    ...(document && { document }),
    className: "figure",
    marginBottom: 38,
    ...options,
  }) as SVGSVGElement;
  made.querySelector("style")?.remove();
  made.setAttribute("font-size", "12");
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", label);
  return made;
}

/** Colours are the page's; on paper they are replaced. */
export const colours = {
  ink: "var(--ink)",
  quiet: "var(--quiet)",
  line: "var(--line)",
  strong: "var(--line-strong)",
  surface: "var(--surface)",
  accent: "var(--accent)",
  r: "var(--redundant)",
  u1: "var(--unique1)",
  u2: "var(--unique2)",
  s: "var(--synergistic)",
} as const;

/** Thin zero line, quiet grid: the same in every figure. */
export const gridX = (options: Plot.GridXOptions = {}) =>
  Plot.gridX({ stroke: colours.line, strokeOpacity: 1, ...options });
export const gridY = (options: Plot.GridYOptions = {}) =>
  Plot.gridY({ stroke: colours.line, strokeOpacity: 1, ...options });
