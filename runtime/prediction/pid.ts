import { ProblemList } from "../data/problems.js";
import { apartFromSoftwareGpu, type Engine } from "../engines/index.js";
import { placesIn, type AnyPredictions, type Predictions } from "../learning/predict.js";
import { fitLsmi, type Atoms, type View } from "../measures/index.js";
import { pointOf, rowsWith, takeRows } from "../session/measure.js";
import type { AnswerPlan, PidPlan } from "./plan.js";

/** Redundancy, uniqueness and synergy of samples, in nats. */
export interface PidReader {
  /** NaN for a sample that lacks a modality. [size] each */
  read(predictions: AnyPredictions): Promise<Pick<Atoms, "r" | "u1" | "u2" | "s">>;
}

/**
 * Learns `lsmi` from the samples that the run held out, so that a sample's values don't depend on what else is in its file.
 * @throws DataError when the run's data is gone, or too few samples are held out
 */
export async function learnPid(plan: AnswerPlan, pid: PidPlan, engine: Engine): Promise<PidReader> {
  const { folds, seed } = pid;
  return apartFromSoftwareGpu(engine, async () => {
    const known = await plan.predict(await pid.learnFrom());
    if (known.kind !== undefined) throw new Error("lsmi measures classes.");
    const { views, labels } = viewsOf(known, pid);
    const model = await fitLsmi(...views, labels, known.classes.length, { folds, seed }).catch(
      (error: unknown) => {
        if (!(error instanceof RangeError)) throw error;
        const problems = new ProblemList();
        problems.add("unmeasurable", "data", { measure: "lsmi", reason: error.message });
        problems.check();
        throw error;
      },
    );
    return {
      async read(predictions) {
        const atoms = Object.fromEntries(
          (["r", "u1", "u2", "s"] as const).map((atom) => [
            atom,
            new Float64Array(predictions.size).fill(NaN),
          ]),
        ) as Record<"r" | "u1" | "u2" | "s", Float64Array>;
        const { views, labels, rows } = viewsOf(predictions as Predictions, pid);
        if (rows.length === 0) return atoms;
        const found = await apartFromSoftwareGpu(engine, () => model.read(...views, labels));
        for (const atom of ["r", "u1", "u2", "s"] as const)
          rows.forEach((row, i) => (atoms[atom][row] = found[atom][i] as number));
        return atoms;
      },
    };
  });
}

/** The samples that have both modalities. */
function viewsOf(
  predictions: Predictions,
  { modalities, on }: PidPlan,
): { views: [View, View]; labels: Int32Array; rows: Int32Array } {
  const rows = rowsWith(predictions, modalities);
  const point = pointOf(predictions, on);
  const places = placesIn(predictions, rows);
  const views = modalities.map((name) => takeRows(point[name] as View, places)) as [View, View];
  return { views, labels: Int32Array.from(rows, (row) => predictions.labels[row] as number), rows };
}
