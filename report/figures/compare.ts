import { colours, figure, gridX, Plot, type FigureOptions } from "./plot.js";

export interface ComparedValue {
  name: string;
  colour: string;
  value: number;
  low?: number;
  high?: number;
  title: string;
}

/** One figure of several runs, with its interval. */
export function comparedValues(
  values: readonly ComparedValue[],
  label: string,
  options: FigureOptions,
): SVGSVGElement {
  return figure(
    {
      height: 40 + 22 * values.length,
      marginLeft: 12,
      marginRight: 12,
      marginTop: 4,
      x: { label, ticks: 4, nice: true, inset: 8 },
      y: { axis: null, domain: values.map(({ name }) => name) },
      color: { type: "identity" },
      marks: [
        gridX({ ticks: 4 }),
        Plot.ruleY(
          values.filter(({ low }) => low !== undefined),
          { x1: "low", x2: "high", y: "name", stroke: "colour", strokeWidth: 2 },
        ),
        Plot.dot(values, {
          x: "value",
          y: "name",
          r: 4.5,
          fill: "colour",
          stroke: colours.surface,
          title: "title",
        }),
      ],
    },
    options,
    `${label}: ${values.map(({ title }) => title).join("; ")}`,
  );
}
