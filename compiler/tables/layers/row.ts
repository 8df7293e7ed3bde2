import type { ModalityIr, RuntimeCall, Shape } from "../../ir.js";
import { word, type Arguments, type Callable } from "../parameters.js";

/** Why a layer can't take what comes before it. */
export type ShapeProblem =
  { wants: string; fix?: string } | { window: string } | { features: number; heads: number };

/** What a layer may know of the modality that it reads; unknown behind a layer that made something else of it. */
export type LayerSource = Pick<ModalityIr, "name" | "kind" | "rate" | "vocabulary" | "padding" | "columns">;

/** One layer of the language. Shapes leave the batch out. */
export interface LayerRow extends Callable {
  /** The output's shape, or why there is none. */
  shape(input: Shape, args: Arguments, source?: LayerSource): Shape | ShapeProblem;
  /** Trainable scalars. */
  weights(input: Shape, args: Arguments, source?: LayerSource): number;
  /** Multiplications and additions for one sample, forwards. */
  flops(input: Shape, args: Arguments, source?: LayerSource): number;
  /** What of the runtime builds it. */
  call(input: Shape, args: Arguments, source?: LayerSource): RuntimeCall;
  /** True where it reads tokens and a table's categories as they are: names, not amounts. */
  readsNames?: boolean;
  /** True where it reads the padding of a sequence as if it were real. */
  readsPadding?(args: Arguments): boolean;
  /** True where weights and FLOPs aren't known before it runs, and count nothing. */
  uncounted?: boolean;
  /** What it may call of the runtime. Its own name when left out. */
  runtime?: readonly string[];
}

const activations = ["relu", "gelu", "tanh", "none"];

export const activation = word("activation", "What follows the layer.", activations, "relu");

export const size = (shape: Shape) => shape.reduce((a, b) => a * b, 1);

export const number = (args: Arguments, name: string) => args[name] as number;

export const features: ShapeProblem = { wants: "[features]", fix: "put `flatten` before it" };

export const picture: ShapeProblem = { wants: "[height, width, channels]" };

export const sequence: ShapeProblem = { wants: "[time, features]" };

/** Options that differ from what the runtime does by itself. */
export function unlessDefault(
  args: Arguments,
  defaults: Record<string, unknown>,
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(defaults)
      .filter(([name, value]) => args[name] !== value)
      .map(([name]) => [name, args[name] as string | number]),
  );
}

export const square = (side: number) => `${side} x ${side}`;

export function windows([height = 0, width = 0]: Shape, args: Arguments): [number, number] {
  const kernel = number(args, "kernel");
  const stride = number(args, "stride");
  const across = (length: number) =>
    args.padding === "same" ? Math.ceil(length / stride) : Math.floor((length - kernel) / stride) + 1;
  return [across(height), across(width)];
}

/** A picture's sizes; [height, width] has one channel. */
export function pictureOf(input: Shape): [number, number, number] {
  const [height = 0, width = 0, channels = 1] = input;
  return [height, width, channels];
}

export const moments = (length: number) => `${length} moment${length === 1 ? "" : "s"}`;
