import { dirname } from "node:path";
import { readBlocks } from "../data/blocks.js";
import { ProblemList } from "../data/problems.js";
import type { Names } from "../data/names.js";
import { unreadableText, type UnreadableRow } from "../data/unreadable.js";
import type { Tokenizers } from "../data/transforms/tokenizer.js";
import { sampleColumns } from "../data/targets.js";
import { namedColumns, unseenSamples } from "../data/unseen.js";
import type { Engine } from "../engines/index.js";
import type { AnyPredictions } from "../learning/predict.js";
import type { ParquetColumn } from "../runs/index.js";
import { UsageError } from "../session/options.js";
import type { RunStatistics } from "../session/statistics.js";
import { answerColumns, rightOnes } from "./answers.js";
import type { FileTask } from "./options.js";
import { learnPid, type PidReader } from "./pid.js";
import type { AnswerPlan } from "./plan.js";
import { openSink, standardOutput } from "./sinks.js";
import { withUnreadable } from "./unreadable.js";

interface FileOptions {
  task: FileTask;
  names: Names | undefined;
  statistics: RunStatistics | undefined;
  tokenizers: Tokenizers | undefined;
  engine: Engine;
  json: boolean;
  say(line: string): void;
}

/**
 * Predicts a file block by block; what is written is there only when all of it is.
 * @throws DataError when the file doesn't fit the model
 */
export async function predictFile(
  plan: AnswerPlan,
  { task, names, statistics, tokenizers, engine, json, say }: FileOptions,
): Promise<void> {
  const { file, out, block, labels } = task;
  if (task.pid && plan.pid === undefined)
    throw new UsageError(
      "--pid measures classes of two modalities, or what `pid lsmi` of the spec says; this model has neither.",
    );
  const sink = out === undefined ? standardOutput(json) : await openSink(out);
  const tally = new Tally();
  let pid: PidReader | undefined;
  let answers: ParquetColumn[] | undefined;
  // Rows that can't be read and aren't told of yet.
  const waiting: UnreadableRow[] = [];
  let skipped = 0;
  try {
    const [texts, own] = [namedColumns(plan.columns), sampleColumns(plan.columns)];
    for await (const part of readBlocks(file, { size: block, texts, samples: own })) {
      const how = { names, statistics, tokenizers, labels, folder: dirname(file) };
      const { samples, labelled, unreadable } = await unseenSamples(part, plan.columns, how);
      skipped += unreadable.length;
      waiting.push(...unreadable);
      // Which columns there are is known from what is predicted.
      if (samples.size === 0 && unreadable.length > 0) continue;
      if (task.pid && pid === undefined) {
        if (!labelled) refuseWithoutLabels(part.table.source, plan);
        say("pid       learning lsmi from the samples that the run held out");
        pid = await learnPid(plan, plan.pid as NonNullable<AnswerPlan["pid"]>, engine);
      }
      const predictions = await plan.predict(samples);
      const atoms = await pid?.read(predictions);
      answers = answerColumns(predictions, plan, { labelled, ...(atoms && { atoms }) });
      await sink.write(
        plan.columns.skip === undefined ? answers : withUnreadable(answers, waiting.splice(0)),
      );
      tally.add(predictions, labelled);
    }
    if (waiting.length > 0) {
      if (answers === undefined) refuseUnreadable(waiting, file);
      await sink.write(withUnreadable(answers.map(emptied), waiting));
    }
    await sink.commit();
  } catch (error) {
    await sink.discard();
    throw error;
  }
  if (json && out !== undefined)
    process.stdout.write(
      `${JSON.stringify({ file: out, ...tally.summary(), ...(skipped > 0 && { skipped }) }, null, 2)}\n`,
    );
  else say(tally.text(out, skipped));
}

function emptied(column: ParquetColumn): ParquetColumn {
  return { ...column, values: [] } as ParquetColumn;
}

function refuseUnreadable(rows: readonly UnreadableRow[], where: string): never {
  const problems = new ProblemList();
  const few = rows.slice(0, 3).map(unreadableText);
  problems.add("allUnreadable", where, { of: rows.length, few });
  problems.check();
  throw new Error("unreachable");
}

function refuseWithoutLabels(where: string, { columns: { target } }: AnswerPlan): never {
  const problems = new ProblemList();
  const column = target.kind === undefined ? target.column : target.columns.join('", "');
  problems.add("noLabels", where, { name: target.name, column });
  problems.check();
  throw new Error("unreachable");
}

/** What is told of a whole file. */
class Tally {
  private samples = 0;
  private labelled = 0;
  private right = 0;
  private squares = 0;
  private numbers = false;

  add(predictions: AnyPredictions, labelled: boolean): void {
    this.samples += predictions.size;
    this.numbers = predictions.kind === "regression";
    if (!labelled) return;
    this.labelled += predictions.size;
    if (predictions.kind === "regression") {
      const { predicted, targets, classes } = predictions;
      predicted.forEach(
        (value, at) => (this.squares += (value - (targets[at] as number)) ** 2 / classes.length),
      );
    } else this.right += rightOnes(predictions).reduce((sum, is) => sum + is, 0);
  }

  summary(): { samples: number; correct?: number; accuracy?: number; rmse?: number } {
    const { samples, labelled, right, squares, numbers } = this;
    if (labelled === 0) return { samples };
    if (numbers) return { samples, rmse: Math.sqrt(squares / labelled) };
    return { samples, correct: right, accuracy: right / labelled };
  }

  text(out: string | undefined, skipped: number): string {
    const { samples, correct, accuracy, rmse } = this.summary();
    const found =
      accuracy !== undefined
        ? `, ${correct} of them right (${(100 * accuracy).toFixed(2)} %)`
        : rmse !== undefined
          ? `, root mean squared error ${rmse.toPrecision(4)}`
          : "";
    const left =
      skipped === 0 ? "" : `, ${skipped} skipped that can't be read (the column \`unreadable\` tells why)`;
    return `${samples} sample${samples === 1 ? "" : "s"} predicted${found}${left}${out === undefined ? "" : `: ${out}`}`;
  }
}
