import { ProblemList } from "../data/problems.js";
import { placesIn, type AnyPredictions, type Predictions } from "../learning/predict.js";
import { gateAtoms, inUnit, quantise, TooManySymbols } from "../measures/index.js";
import type {
  Atoms,
  Decomposition,
  QuantiseOptions,
  Quantiser,
  SamplePid,
  Unit,
  View,
} from "../measures/index.js";

interface Request<Modalities extends readonly string[]> {
  measure: string;
  modalities: Modalities;
  /** `inputs`, `encodings`, or another point that the model's answer names. */
  on: string;
  /** What the result is told in. @default "nats" */
  unit?: Unit;
}

type Progress = (fraction: number) => void | Promise<void>;

/** A measure of the values themselves. */
export interface ValuesRequest<Modalities extends readonly string[]> extends Request<Modalities> {
  quantiser?: undefined;
  estimate(
    views: { [Modality in keyof Modalities]: View },
    labels: Int32Array,
    progress: Progress,
  ): Promise<Decomposition | SamplePid>;
}

/** A measure of symbols, and what makes them. */
export interface SymbolsRequest<Modalities extends readonly string[]>
  extends Request<Modalities>, QuantiseOptions {
  estimate(
    symbols: Int32Array[],
    labels: Int32Array,
    progress: Progress,
  ): Decomposition | Promise<Decomposition>;
}

/** What is to be measured, and by what. */
export type MeasureRequest<Modalities extends readonly string[] = readonly string[]> =
  ValuesRequest<Modalities> | SymbolsRequest<Modalities>;

/** Interactions that were measured. */
export interface MeasuredPid {
  measure: string;
  modalities: readonly string[];
  on: string;
  unit: Unit | "share";
  /** What made symbols of the values, where it measured symbols. */
  quantiser?: Quantised;
  /** Of the samples that have all of the modalities; `rows` says which they are. */
  pid: Decomposition;
  rows: Int32Array;
}

/** A quantiser, and how many symbols it made of each modality. */
export interface Quantised {
  name: Quantiser;
  bins?: number;
  symbols: number[];
}

/** Measures the samples that have all of the modalities. */
export async function estimatePid<const Modalities extends readonly string[]>(
  predictions: Predictions,
  request: MeasureRequest<Modalities>,
  progress: Progress,
): Promise<MeasuredPid> {
  const { measure, modalities, on, unit = "nats" } = request;
  const rows = rowsWith(predictions, modalities);
  const point = pointOf(predictions, on);
  const places = placesIn(predictions, rows);
  const views = modalities.map((name) => takeRows(point[name] as View, places));
  const labels = Int32Array.from(rows, (row) => predictions.labels[row] as number);
  const measured = (pid: Decomposition): MeasuredPid => ({
    measure,
    modalities,
    on,
    unit,
    pid: inUnit(pid, unit),
    rows,
  });
  try {
    if (request.quantiser === undefined)
      return measured(decomposition(await request.estimate(views as never, labels, progress)));
    const symbols = quantise(views, request);
    const pid = await request.estimate(symbols, labels, progress);
    return { ...measured(pid), quantiser: quantised(request, symbols) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const problems = new ProblemList();
    const reason =
      error instanceof TooManySymbols ? error.reasonOf(modalities[error.view] as string) : error.message;
    const more = error instanceof TooManySymbols ? { fix: error.fix } : {};
    problems.add("unmeasurable", "data", { measure, reason, ...more });
    problems.check();
    throw error;
  }
}

/** Those of the samples that have all of the modalities, and whose values are kept. */
export function rowsWith({ present, size, kept }: Predictions, modalities: readonly string[]): Int32Array {
  const masks = modalities.map((name) => present[name]);
  return (kept ?? Int32Array.from({ length: size }, (_, i) => i)).filter((i) =>
    masks.every((mask) => mask?.[i] !== 0),
  );
}

function quantised({ quantiser, bins }: QuantiseOptions, symbols: readonly Int32Array[]): Quantised {
  const counts = symbols.map((coded) => new Set(coded).size);
  return { name: quantiser, ...(bins !== undefined && { bins }), symbols: counts };
}

/**
 * The gate's shares of every sample, as atoms.
 * @param components the gate's components, in the order of its shares
 * @param atoms the atom of each component
 */
export function measureGate<Component extends string>(
  predictions: Pick<AnyPredictions, "shares" | "size">,
  components: readonly Component[],
  { modalities, atoms }: { modalities: readonly string[]; atoms: Readonly<Record<Component, string>> },
): MeasuredPid {
  const atomOf = components.map((component) => atoms[component]);
  const names = modalities.length === 2 ? ["r", "u1", "u2", "s"] : [...new Set(atomOf)];
  const pid = gateAtoms(predictions.shares ?? new Float32Array(0), atomOf, names);
  const rows = Int32Array.from({ length: predictions.size }, (_, i) => i);
  return { measure: "gate", modalities, on: "gate", unit: "share", pid, rows };
}

export function pointOf(predictions: Predictions, on: string): Record<string, View> {
  if (on === "inputs" || on === "encodings") return predictions[on];
  return predictions.points?.[on] ?? {};
}

/** What `lsmi` finds, as every measure tells it. */
function decomposition(found: Decomposition | SamplePid): Decomposition {
  if (!("r" in found)) return found;
  const columns = ({ r, u1, u2, s }: Atoms) => ({ r, u1, u2, s });
  const { means, errors, chosen } = found;
  return { atoms: columns(found), errors: columns(errors), means, chosen };
}

/** Rows of [n, width]. */
export function takeRows({ values, width }: View, rows: Int32Array): View {
  if (rows.length * width === values.length) return { values, width };
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => taken.set(values.subarray(row * width, (row + 1) * width), i * width));
  return { values: taken, width };
}
