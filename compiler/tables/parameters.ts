/** What an argument of a call in the spec may be. */
export interface Parameter {
  name: string;
  /** One line, for completion and the documentation. */
  doc: string;
  type: ParameterType;
  /** Taken when the argument is left out; without it the argument must be given. */
  default?: Argument;
  /** May be left out without a default. */
  optional?: boolean;
  /** Takes all remaining positional arguments as a list. */
  variadic?: boolean;
  /** May also be given for one modality, `noise(left): 0.3`, or for some of them together, `synergy(left, right): 0.2`. */
  of?: "one modality" | "several modalities";
}

export type ParameterType =
  /** `only` says in words which of them it may be, and tells for each. */
  | { kind: "integer"; min: number; max?: number; only?: { words: string; has(value: number): boolean } }
  | { kind: "number"; min: number; max?: number; above?: boolean }
  | { kind: "word"; words: readonly string[] }
  /** A bare name, that what uses it looks up. */
  | { kind: "name" }
  /** A string that names a file. */
  | { kind: "path" }
  | { kind: "modality" };

export type Argument =
  | number
  | string
  | readonly number[]
  | readonly string[]
  /** By modality, or by several: "left, right". */
  | Readonly<Record<string, number>>;

/** All arguments of one call, checked, defaults filled in. */
export type Arguments = Readonly<Record<string, Argument>>;

/** A row of any table whose entries are called by name in the spec. */
export interface Callable {
  name: string;
  doc: string;
  /** As one would write it. */
  example: string;
  parameters: readonly Parameter[];
}

export const count = (name: string, doc: string, fallback?: number): Parameter => ({
  name,
  doc,
  type: { kind: "integer", min: 1 },
  ...(fallback !== undefined && { default: fallback }),
});

export const whole = (name: string, doc: string, fallback?: number): Parameter => ({
  name,
  doc,
  type: { kind: "integer", min: 0 },
  ...(fallback !== undefined && { default: fallback }),
});

/** A number at or above 0. */
export const weight = (name: string, doc: string, fallback?: number): Parameter => ({
  name,
  doc,
  type: { kind: "number", min: 0 },
  ...(fallback !== undefined && { default: fallback }),
});

/** A number above 0. */
export const positive = (name: string, doc: string, fallback?: number): Parameter => ({
  name,
  doc,
  type: { kind: "number", min: 0, above: true },
  ...(fallback !== undefined && { default: fallback }),
});

/** A number in [0, 1]. */
export const share = (name: string, doc: string, fallback?: number): Parameter => ({
  name,
  doc,
  type: { kind: "number", min: 0, max: 1 },
  ...(fallback !== undefined && { default: fallback }),
});

export const word = (name: string, doc: string, words: readonly string[], fallback?: string): Parameter => ({
  name,
  doc,
  type: { kind: "word", words },
  ...(fallback !== undefined && { default: fallback }),
});

/** The name of a modality; whether there is one is asked where the modalities are known. */
export const modality = (name: string, doc: string): Parameter => ({ name, doc, type: { kind: "modality" } });

/** A file in the spec's folder; whether it stays there is asked by what uses it. */
export const path = (name: string, doc: string): Parameter => ({ name, doc, type: { kind: "path" } });

export const several = (name: string, doc: string): Parameter => ({
  name,
  doc,
  type: { kind: "integer", min: 1 },
  variadic: true,
});

/** One word or a list of them. */
export const severalWords = (name: string, doc: string, words: readonly string[]): Parameter => ({
  name,
  doc,
  type: { kind: "word", words },
  variadic: true,
});

/** "a whole number from 1", "one of `same` or `valid`" */
export function describeType(type: ParameterType): string {
  if (type.kind === "name") return "a name";
  if (type.kind === "path") return 'a path in "..."';
  if (type.kind === "integer" && type.only) return type.only.words;
  if (type.kind === "word") return type.words.map((text) => `\`${text}\``).join(" or ");
  if (type.kind === "modality") return "the name of a modality";
  const noun = type.kind === "integer" ? "a whole number" : "a number";
  if (type.max !== undefined) return `${noun} from ${type.min} to ${type.max}`;
  if (type.kind === "number" && type.above) return `${noun} above ${type.min}`;
  return `${noun} from ${type.min} up`;
}
