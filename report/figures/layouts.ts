import type { AtomColumns } from "../headline.js";
import { quantiles } from "./statistics.js";

/** Where the map puts samples: x to the right, y upwards, in about [-1, 1]. */
export interface Layout {
  name: string;
  describe: string;
  place(columns: AtomColumns): { x: Float32Array; y: Float32Array };
  /** Corners of the frame, and what stands at them. */
  corners: readonly { x: number; y: number; text: string; kind?: "r" | "u1" | "u2" | "s" }[];
  /** Values along the axes, where they have some. */
  axes?: { x: string; y: string; range(columns: AtomColumns): { x: [number, number]; y: [number, number] } };
}

/** Shares of what informs: a negative value counts as 0. All 0 when nothing informs. */
function shares({ r, u1, u2, s }: AtomColumns, i: number): [number, number, number, number] {
  const parts = [r, u1, u2, s].map((values) => Math.max(0, values[i] as number));
  const total = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => (total > 0 ? part / total : 0)) as [number, number, number, number];
}

function placed(
  columns: AtomColumns,
  place: (i: number) => [number, number],
): { x: Float32Array; y: Float32Array } {
  const n = columns.r.length;
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const missing = Number.isNaN(columns.r[i]);
    [x[i], y[i]] = missing ? [NaN, NaN] : place(i);
  }
  return { x, y };
}

/** A compass: redundancy up, synergy down, what is unique to the sides; a pure sample stands in its corner. */
export function compass([a = "first", b = "second"]: readonly string[]): Layout {
  return {
    name: "compass",
    describe: `Up: either tells. Down: only both together tell. Left: only ${a} tells. Right: only ${b} tells.`,
    place: (columns) =>
      placed(columns, (i) => {
        const [r, u1, u2, s] = shares(columns, i);
        return [u2 - u1, r - s];
      }),
    corners: [
      { x: 0, y: 1, text: "redundancy", kind: "r" },
      { x: 1, y: 0, text: b, kind: "u2" },
      { x: 0, y: -1, text: "synergy", kind: "s" },
      { x: -1, y: 0, text: a, kind: "u1" },
    ],
  };
}

/** A ternary plot: both kinds of uniqueness share a corner. */
export function ternary(): Layout {
  const low = -0.8;
  return {
    name: "triangle",
    describe: "Nearer to a corner: more of the sample's information is of that kind.",
    place: (columns) =>
      placed(columns, (i) => {
        const [r, u1, u2, s] = shares(columns, i);
        return [s - u1 - u2, r + low * (1 - r) + (r + u1 + u2 + s > 0 ? 0 : 0.6)];
      }),
    corners: [
      { x: 0, y: 1, text: "redundancy", kind: "r" },
      { x: 1, y: low, text: "synergy", kind: "s" },
      { x: -1, y: low, text: "uniqueness" },
    ],
  };
}

/** Redundancy against synergy as they were measured, with their signs. */
export function plane(unit: string): Layout {
  const range = ({ r, s }: AtomColumns) => {
    const wide = (values: ArrayLike<number>): [number, number] => {
      const [least = -1, greatest = 1] = quantiles(Array.from(values), [0.001, 0.999]);
      return least === greatest ? [least - 1, greatest + 1] : [least, greatest];
    };
    return { x: wide(r), y: wide(s) };
  };
  return {
    name: "values",
    describe: "Redundancy to the right, synergy upwards, as measured: below zero it misleads.",
    place: (columns) => {
      const { x, y } = range(columns);
      const scaled = (value: number, [least, greatest]: [number, number]) =>
        Math.max(-1, Math.min(1, (2 * (value - least)) / (greatest - least) - 1));
      return placed(columns, (i) => [scaled(columns.r[i] as number, x), scaled(columns.s[i] as number, y)]);
    },
    corners: [
      { x: -1, y: 1, text: "" },
      { x: 1, y: 1, text: "" },
      { x: 1, y: -1, text: "" },
      { x: -1, y: -1, text: "" },
    ],
    axes: { x: `redundancy, ${unit}`, y: `synergy, ${unit}`, range },
  };
}
