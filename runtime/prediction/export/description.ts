import type { DataColumns } from "../../data/load.js";
import type { Names } from "../../data/names.js";
import { cellCoders } from "../../data/transforms/coder.js";
import type { Tokenizers } from "../../data/transforms/tokenizer.js";
import { frozenHashes } from "../../layers/frozen.js";
import type { RunStatistics } from "../../session/statistics.js";
import { versions } from "../../session/versions.js";
import type { ExportForm } from "../options.js";
import type { AnswerPlan } from "../plan.js";
import { answersOf, type SampleAnswer } from "../serve/answer.js";
import { heldOutExamples } from "../serve/examples.js";
import { requestedSamples } from "../serve/request.js";

/** The file that an exported folder is known by. */
export const descriptionName = "description.json";

/** What an export says of its model: enough to make samples of values as the data has them, and words of its answers. */
export interface Description {
  format: "mmspec-export";
  as: ExportForm;
  model: string;
  mmspec: string;
  /** What was read in training: the columns, their shapes, and what was done to them. */
  columns: DataColumns;
  /** The gate's components, in the order of its shares. */
  components?: readonly string[];
  /** As the spec writes them, in the order of the model's. */
  rules?: readonly string[];
  /** What codes of categories and tokens stand for. */
  names?: Names;
  /** By what inputs are standardised. */
  statistics?: RunStatistics;
  /** By what texts are tokenised. */
  tokenizers?: Tokenizers;
  /** Saved models of `frozen` layers, as the spec names them; a package has them in `frozen/`. */
  frozen?: readonly string[];
  /** Samples that the run held out, as they are asked, and what the run's model says of them. */
  examples: readonly { name: string; sample: Record<string, unknown>; answer: SampleAnswer }[];
}

/** What an export knows of its run. */
export interface ExportedRun {
  model: string;
  /** Of the run. */
  folder: string;
  names: Names | undefined;
  statistics: RunStatistics | undefined;
  tokenizers: Tokenizers | undefined;
  /** Where the paths of the spec's data begin. */
  dataFolder: string;
}

export async function describeExport(
  plan: AnswerPlan,
  as: ExportForm,
  run: ExportedRun,
): Promise<Description> {
  const { columns, components, rules } = plan;
  const { model, folder, names, statistics, tokenizers } = run;
  const frozen = Object.keys(frozenHashes());
  const coders = await cellCoders(columns.modalities, run);
  const kept = { names, statistics, coders };
  const examples = await heldOutExamples(folder, columns, kept);
  const samples = examples.map(({ sample }) => sample);
  const answers =
    samples.length === 0
      ? []
      : answersOf(await plan.predict(requestedSamples(samples, 0, columns, kept)), plan);
  return {
    format: "mmspec-export",
    as,
    model,
    mmspec: (await versions()).mmspec,
    columns,
    ...(components && { components }),
    ...(rules && { rules: rules.map(({ text }) => text) }),
    ...(names && { names }),
    ...(statistics && { statistics }),
    ...(tokenizers && { tokenizers }),
    ...(frozen.length > 0 && { frozen }),
    examples: examples.map((example, i) => ({ ...example, answer: answers[i] as SampleAnswer })),
  };
}
