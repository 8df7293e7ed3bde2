import { atoms, type Atom, type MeanAndError } from "../content.js";
import { atomName, fixed, percent } from "./names.js";
import { colours, figure, gridX, Plot, type FigureOptions } from "./plot.js";
import type { Bin } from "./statistics.js";

/** Means of the four interactions with two standard errors to either side. */
export function interactionMeans(
  mean: Readonly<Record<Atom, MeanAndError>>,
  {
    modalities,
    unit,
    share,
  }: { modalities: readonly string[]; unit: string; share?: Readonly<Record<Atom, MeanAndError>> },
  options: FigureOptions,
): SVGSVGElement {
  const rows = atoms.map((atom) => ({
    ...mean[atom],
    atom,
    name: atomName(atom, modalities),
    part: share?.[atom].mean,
  }));
  const values = rows.flatMap(({ mean: value, error }) => [value - 2 * error, value + 2 * error]);
  const least = Math.min(0, ...values);
  const greatest = Math.max(0, ...values);
  const label = ({ mean: value, error, part }: (typeof rows)[number]) =>
    `${fixed(value)} ± ${fixed(error)}${part === undefined ? "" : `   ${percent(part, 0)}`}`;
  return figure(
    {
      height: 168,
      marginLeft: Math.max(90, 10 + 6.6 * Math.max(...rows.map(({ name }) => name.length))),
      marginRight: 140,
      marginTop: 6,
      x: { label: `mean, ${unit}`, domain: [least, greatest], ticks: 5, nice: true },
      y: { label: null, domain: rows.map(({ name }) => name), tickSize: 0, padding: 0.36 },
      marks: [
        gridX({ ticks: 5 }),
        Plot.barX(rows, { x: "mean", y: "name", fill: ({ atom }: { atom: Atom }) => colours[atom], rx: 1.5 }),
        Plot.ruleX([0], { stroke: colours.strong }),
        Plot.ruleY(rows, {
          x1: ({ mean: value, error }: MeanAndError) => value - 2 * error,
          x2: ({ mean: value, error }: MeanAndError) => value + 2 * error,
          y: "name",
          stroke: colours.ink,
          strokeWidth: 1.5,
        }),
        Plot.text(rows, {
          y: "name",
          frameAnchor: "right",
          textAnchor: "start",
          dx: 10,
          text: label,
          fill: colours.ink,
          fontVariant: "tabular-nums",
        }),
      ],
    },
    options,
    `Means: ${rows.map((row) => `${row.name} ${label(row)}`).join("; ")} ${unit}`,
  );
}

/** How one interaction is distributed over samples: the chosen ones before all. */
export function distribution(
  atom: Atom,
  {
    all,
    chosen,
    mean,
    name,
    unit,
  }: { all: readonly Bin[]; chosen: readonly Bin[]; mean: MeanAndError; name: string; unit: string },
  options: FigureOptions,
): SVGSVGElement {
  const top = Math.max(1, ...all.map(({ count }) => count));
  return figure(
    {
      height: 150,
      marginLeft: 34,
      marginRight: 8,
      marginTop: 12,
      x: { label: unit, domain: [all[0]?.from ?? 0, all.at(-1)?.to ?? 1], ticks: 5 },
      // A root keeps the few samples in the tails visible.
      y: { label: null, type: "sqrt", domain: [0, top], ticks: 4, tickFormat: shortCount, tickSize: 0 },
      marks: [
        Plot.gridY({ stroke: colours.line, strokeOpacity: 1, ticks: 4 }),
        Plot.rectY(all, {
          x1: "from",
          x2: "to",
          y: "count",
          fill: colours.strong,
          fillOpacity: 0.45,
          insetLeft: 0.5,
          insetRight: 0.5,
        }),
        Plot.rectY(chosen, {
          x1: "from",
          x2: "to",
          y: "count",
          fill: colours[atom],
          insetLeft: 0.5,
          insetRight: 0.5,
        }),
        Plot.ruleX([0], { stroke: colours.strong, strokeDasharray: "2 2" }),
        Plot.ruleX([mean.mean], { stroke: colours.ink, strokeWidth: 1.5 }),
      ],
    },
    options,
    `Distribution of ${name}: mean ${fixed(mean.mean)} ± ${fixed(mean.error)} ${unit}`,
  );
}

export interface ClassComposition {
  name: string;
  mean: Record<Atom, MeanAndError>;
}

/** Mean interactions of each class, stacked: what misleads goes to the left of zero. */
export function compositionByClass(
  classes: readonly ClassComposition[],
  { modalities, unit }: { modalities: readonly string[]; unit: string },
  options: FigureOptions,
): SVGSVGElement {
  const rows = classes.flatMap(({ name, mean }) =>
    atoms.map((atom) => ({ class: name, atom, ...mean[atom] })),
  );
  const longest = Math.max(3, ...classes.map(({ name }) => name.length));
  return figure(
    {
      height: 44 + 24 * classes.length,
      marginLeft: Math.min(160, 16 + 7 * longest),
      marginTop: 6,
      marginRight: 12,
      x: { label: `mean, ${unit}`, nice: true },
      y: {
        label: null,
        domain: classes.map(({ name }) => name),
        tickSize: 0,
        padding: 0.25,
        tickFormat: short,
      },
      marks: [
        gridX(),
        Plot.barX(rows, {
          x: "mean",
          y: "class",
          order: [...atoms],
          z: "atom",
          fill: ({ atom }: { atom: Atom }) => colours[atom],
          insetRight: 0.5,
          title: ({ class: name, atom, mean, error }: (typeof rows)[number]) =>
            `${name}: ${atomName(atom, modalities)} ${fixed(mean)} ± ${fixed(error)} ${unit}`,
        }),
        Plot.ruleX([0], { stroke: colours.strong }),
      ],
    },
    options,
    "Mean interactions of each class; the table beside it has the numbers",
  );
}

function short(text: string): string {
  return text.length > 20 ? `${text.slice(0, 19)}…` : text;
}

/** 1500 -> "1.5k" */
function shortCount(count: number): string {
  return count >= 1000 ? `${Number((count / 1000).toFixed(1))}k` : String(count);
}
