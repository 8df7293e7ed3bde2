import { distance } from "fastest-levenshtein";
import type { DataColumns, ModalityBinding } from "../../data/load.js";
import { isDeeper } from "../../data/depth.js";
import { size } from "../../data/size.js";
import { own, type Names } from "../../data/names.js";
import type { Samples } from "../../data/samples.js";
import { ProblemList } from "../../data/problems.js";
import { encodingOf, type CellCoder } from "../../data/transforms/coder.js";
import { transform } from "../../data/transforms/transforms.js";
import { codeOf } from "../../data/category-codes.js";
import { unknownAnswers } from "../../data/outputs.js";
import type { RunStatistics } from "../../session/statistics.js";
import type { Limits } from "../options.js";
import { RequestProblem } from "./problem.js";

/** How deep arrays and objects may stand in each other; a picture in a sample in a list makes six. */
const deepest = 32;

/**
 * The list of samples of a body, `{ "samples": [...] }`.
 * @throws RequestProblem when it is no JSON, nested too deeply, or no such list
 */
export function samplesOf(bytes: Uint8Array, limits: Pick<Limits, "samples">): readonly unknown[] {
  let body: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // What is nested deeper than any sample is refused before it is parsed.
    if (isDeeper(text, deepest))
      throw new RequestProblem(400, "too_deep", `Arrays and objects stand more than ${deepest} deep.`);
    body = JSON.parse(text);
  } catch (error) {
    if (error instanceof RequestProblem) throw error;
    const reason = error instanceof SyntaxError ? error.message : "it is not UTF-8";
    throw new RequestProblem(400, "not_json", `The body is no JSON: ${reason}`);
  }
  if (!isRecord(body) || !Object.hasOwn(body, "samples"))
    throw new RequestProblem(400, "no_samples", 'The body is an object with a list: { "samples": [...] }.');
  const unknown = Object.keys(body).find((key) => key !== "samples");
  if (unknown !== undefined)
    throw new RequestProblem(
      400,
      "unknown_key",
      `There is no ${shown(unknown)} beside "samples".`,
      shortened(unknown),
    );
  const { samples } = body;
  if (!Array.isArray(samples))
    throw new RequestProblem(400, "no_samples", `"samples" is a list, not ${described(samples)}.`, "samples");
  if (samples.length === 0)
    throw new RequestProblem(400, "no_samples", "There is no sample in the list.", "samples");
  if (samples.length > limits.samples)
    throw new RequestProblem(
      413,
      "too_many_samples",
      `${samples.length} samples are more than ${limits.samples}, the most of one request: send them in several.`,
      "samples",
    );
  return samples;
}

/**
 * Makes samples of what a request says of them: an object each, with a value for each modality, as the data has them.
 * @param first position of the first of them in the request
 * @throws RequestProblem for the first thing that doesn't fit
 */
export function requestedSamples(
  given: readonly unknown[],
  first: number,
  { modalities, target }: DataColumns,
  {
    names,
    statistics,
    coders,
  }: {
    names: Names | undefined;
    statistics: RunStatistics | undefined;
    coders?: ReadonlyMap<string, CellCoder>;
  },
): Samples {
  const bindings = Object.entries(modalities);
  const inputs: Record<string, Float32Array> = {};
  const present: Record<string, Uint8Array> = {};
  const shapes: Record<string, number[]> = {};
  for (const [name, { shape }] of bindings) {
    inputs[name] = new Float32Array(given.length * size(shape));
    present[name] = new Uint8Array(given.length);
    shapes[name] = [...shape];
  }
  given.forEach((sample, i) => {
    const at = `samples[${first + i}]`;
    if (!isRecord(sample))
      throw new RequestProblem(400, "wrong_type", `A sample is an object, not ${described(sample)}.`, at);
    for (const key of Object.keys(sample))
      if (!Object.hasOwn(modalities, key))
        throw unknownKey(
          key,
          bindings.map(([name]) => name),
          at,
        );
    let some = false;
    for (const [name, binding] of bindings) {
      const value = own(sample, name);
      if (value === undefined || value === null) {
        if (binding.optional === true) continue;
        throw new RequestProblem(400, "missing", `The modality "${name}" is missing; it isn't optional.`, at);
      }
      const width = size(binding.shape);
      const room = (inputs[name] as Float32Array).subarray(i * width, (i + 1) * width);
      const coder = coders?.get(name);
      if (coder !== undefined) coder.write(cellOf(value, binding, `${at}.${name}`), room);
      else fill(room, value, binding, own(names, name), `${at}.${name}`);
      (present[name] as Uint8Array)[i] = 1;
      some = true;
    }
    if (!some) throw new RequestProblem(400, "missing", "The sample has none of the modalities.", at);
  });
  const index = Int32Array.from({ length: given.length }, (_, i) => first + i);
  const answers = unknownAnswers(target, given.length);
  const samples: Samples = { size: given.length, inputs, present, shapes, index, ...answers };
  const problems = new ProblemList();
  transform([samples], modalities, statistics, { where: "the request", problems });
  const [problem] = problems.problems;
  if (problem !== undefined) throw new RequestProblem(400, "not_transformed", problem.message);
  for (const [name, values] of Object.entries(inputs)) {
    if (!values.every(Number.isFinite))
      throw new RequestProblem(400, "not_finite", `A number of "${name}" is too large for float32.`);
  }
  return samples;
}

/** A name or a text, as a column has it. */
function cellOf(value: unknown, binding: ModalityBinding, at: string): string {
  const names = encodingOf(binding)?.kind === "one_hot";
  if (typeof value === "string" && value.trim() !== "") return value;
  if (names && typeof value === "number" && Number.isFinite(value)) return String(value);
  const wanted = names ? "A name" : "A text";
  throw new RequestProblem(400, "wrong_type", `${wanted} is wanted, not ${described(value)}.`, at);
}

/** True of a modality that is a row of a table: a value for each column. */
export function isRow({ columns, shape }: ModalityBinding): boolean {
  return columns.length > 1 && columns.length === size(shape);
}

function fill(
  room: Float32Array,
  value: unknown,
  binding: ModalityBinding,
  names: Readonly<Record<string, readonly string[]>> | undefined,
  at: string,
): void {
  const { columns, categories = {}, vocabulary } = binding;
  const number = (item: unknown, where: string): number => {
    if (typeof item !== "number")
      throw new RequestProblem(400, "wrong_type", `A number is wanted, not ${described(item)}.`, where);
    const value = Math.fround(item);
    if (!Number.isFinite(value))
      throw new RequestProblem(400, "not_finite", "The number is too large for float32.", where);
    return value;
  };
  const token = (item: unknown, where: string): number => {
    const words = own(names, columns[0] ?? "");
    const position = typeof item === "string" && words !== undefined ? words.indexOf(item) : item;
    if (typeof item === "string" && position === -1)
      throw new RequestProblem(
        400,
        "unknown_token",
        `${shown(item)} is none of the ${words?.length} words that the model knows.`,
        where,
      );
    if (
      typeof position !== "number" ||
      !Number.isInteger(position) ||
      position < 0 ||
      position >= (vocabulary ?? 0)
    )
      throw new RequestProblem(
        400,
        "not_a_token",
        `A token is a whole number from 0 to ${(vocabulary ?? 0) - 1}${words ? ", or a word that the model knows" : ""}, not ${described(position)}.`,
        where,
      );
    return position;
  };
  const cell = (column: string) => (item: unknown, where: string) => {
    const most = own(categories, column);
    if (most === undefined) return number(item, where);
    if (
      (typeof item !== "string" && typeof item !== "number") ||
      item === "" ||
      !Number.isFinite(Number(typeof item === "number" ? item : 0))
    )
      throw new RequestProblem(
        400,
        "wrong_type",
        `A category's name is wanted, not ${described(item)}.`,
        where,
      );
    return codeOf(item, own(names, column) ?? [], most);
  };
  if (isRow(binding) && isRecord(value)) {
    for (const key of Object.keys(value)) if (!columns.includes(key)) throw unknownKey(key, columns, at);
    columns.forEach((column, j) => {
      const item = own(value, column);
      if (item === undefined)
        throw new RequestProblem(400, "missing", `The column "${column}" is missing.`, at);
      room[j] = cell(column)(item, `${at}.${column}`);
    });
    return;
  }
  const read = vocabulary === undefined ? number : token;
  const items = flattened(value, binding, at);
  items.forEach(({ item, where }, j) => {
    room[j] = isRow(binding) ? cell(columns[j] as string)(item, where) : read(item, where);
  });
}

/** The values of a nested list of the modality's shape; a flat list, and one without a last 1, are taken too. */
function flattened(
  value: unknown,
  { shape }: ModalityBinding,
  at: string,
): readonly { item: unknown; where: string }[] {
  const wanted = size(shape);
  const shapes = [shape, ...(shape.at(-1) === 1 ? [shape.slice(0, -1)] : []), [wanted]];
  const found = shapeOf(value, shape.length + 1);
  const fits = shapes.find((candidate) => candidate.join() === found.join());
  if (fits === undefined)
    throw new RequestProblem(
      400,
      "wrong_shape",
      `[${shape.join(", ")}] is wanted, or a flat list of ${wanted}; ${found.length === 0 ? described(value) : `[${found.join(", ")}]`} was given.`,
      at,
    );
  const items: { item: unknown; where: string }[] = [];
  const walk = (part: unknown, axis: number, where: string): void => {
    if (axis === fits.length) {
      items.push({ item: part, where });
      return;
    }
    if (!Array.isArray(part) || part.length !== fits[axis])
      throw new RequestProblem(
        400,
        "wrong_shape",
        `A list of ${fits[axis]} is wanted here; ${Array.isArray(part) ? `one of ${part.length}` : described(part)} was given.`,
        where,
      );
    part.forEach((inner: unknown, i) => walk(inner, axis + 1, `${where}[${i}]`));
  };
  walk(value, 0, at);
  return items;
}

/** The lengths of the first list of each depth. */
function shapeOf(value: unknown, depth: number): number[] {
  const found: number[] = [];
  for (let part = value; Array.isArray(part) && found.length < depth; part = part[0] as unknown)
    found.push(part.length);
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownKey(key: string, known: readonly string[], at: string): RequestProblem {
  const near =
    key.length > 100
      ? undefined
      : known.find((name) => distance(name.toLowerCase(), key.toLowerCase()) <= Math.max(1, name.length / 3));
  const hint =
    near === undefined
      ? `There are ${known.map((name) => `"${name}"`).join(", ")}.`
      : `Did you mean "${near}"?`;
  return new RequestProblem(400, "unknown_key", `There is no ${shown(key)}. ${hint}`, at);
}

/** What a stranger's value is, in few words. */
function described(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return shown(value);
  return String(value);
}

function shown(text: string): string {
  return JSON.stringify(shortened(text));
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
