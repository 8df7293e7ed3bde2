import { resolve } from "node:path";
import type { Names } from "../data/names.js";
import type { Tokenizers } from "../data/transforms/tokenizer.js";
import { engineFailure, failureOf, openEngine, type Engine } from "../engines/index.js";
import type { Model } from "../learning/model.js";
import { outliveReaders } from "../runs/broken-pipe.js";
import { loadWeights } from "../runs/index.js";
import { readNames } from "../session/names.js";
import { UsageError } from "../session/options.js";
import { readStatistics, type RunStatistics } from "../session/statistics.js";
import { readTokenizers } from "../session/tokenizers.js";
import { exitCodes, readRecord, tell, type RunRecord } from "../session/session.js";
import { writeExport } from "./export/export.js";
import { predictFile } from "./file.js";
import { readPredictOptions, type PredictOptions } from "./options.js";
import type { AnswerPlan } from "./plan.js";
import { serve } from "./serve/serve.js";

/** What a generated `predict.ts` says of itself. */
export interface PredictionOptions {
  model: string;
  /** `import.meta.url` of the script. */
  script: string;
}

/** A run that answers for other samples. It writes nothing into the run's folder. Made by `openPrediction`. */
export class Prediction {
  constructor(
    private readonly about: PredictionOptions,
    private readonly options: PredictOptions,
    private readonly engine: Engine,
    private readonly folder: string,
    private readonly record: RunRecord,
  ) {}

  /** Where the paths of the spec's data begin. */
  get dataFolder(): string {
    return resolve(this.options.data ?? this.record.dataFolder);
  }

  /**
   * Runs a script's body; tells what went wrong in a way that a person can act on, and sets the exit code: 0 done, 1 the data is wrong,
   * 3 it failed.
   */
  async run(body: () => Promise<void>): Promise<void> {
    try {
      await Promise.race([body(), engineFailure().then((failure) => Promise.reject(failure))]);
    } catch (error) {
      // Whom the answers were for has heard enough.
      if ((error as NodeJS.ErrnoException).code === "EPIPE") return;
      const failure = failureOf(error, this.engine.name);
      process.exitCode = tell(failure ?? error, undefined);
      // What still waits for an engine that died would wait for ever.
      if (failure !== undefined) process.exit(exitCodes.failed);
    }
  }

  /** What whole numbers stood for when the run's model was trained; undefined where nothing needs a name. */
  names(): Promise<Names | undefined> {
    return readNames(this.folder);
  }

  /** By what inputs were standardised when the run's model was trained; undefined where none is. */
  statistics(): Promise<RunStatistics | undefined> {
    return readStatistics(this.folder);
  }

  /** By what texts were tokenised when the run's model was trained; undefined where none is, or by words. */
  tokenizers(): Promise<Tokenizers | undefined> {
    return readTokenizers(this.folder);
  }

  /**
   * Fills a model with the run's saved weights.
   * @throws WeightsError when there are none, or they belong to another spec
   */
  async restore<Inputs>(model: Model<Inputs>): Promise<void> {
    const weights = await loadWeights(this.folder);
    model.parameters.assign(weights);
    weights.forEach(({ tensor }) => tensor.dispose());
  }

  /** Predicts the file that the command line names, or answers requests until it is told to stop. */
  async answer(plan: AnswerPlan): Promise<void> {
    const { options, engine, folder, about } = this;
    const { task, quiet, json } = options;
    const kept = {
      names: await this.names(),
      statistics: await this.statistics(),
      tokenizers: await this.tokenizers(),
    };
    const say = (line: string) => {
      if (!quiet) process.stderr.write(`${line}\n`);
    };
    if (task.kind === "export") {
      const { dataFolder } = this;
      await writeExport(plan, { task, ...kept, model: about.model, folder, dataFolder, say });
    } else if (task.kind === "file") await predictFile(plan, { task, ...kept, engine, json, say });
    else await serve(plan, { task, ...kept, engine: engine.name, model: about.model, folder, say });
  }
}

/** Opens the run that a generated `predict.ts` answers for. Ends the process with a message when it can't be done. */
export async function openPrediction(about: PredictionOptions): Promise<Prediction> {
  outliveReaders();
  try {
    const options = readPredictOptions(process.argv.slice(2));
    const folder = resolve(options.run);
    const record = await readRecord(folder);
    if (record === undefined)
      throw new UsageError(`${folder} is not the folder of a run: it has no run.json.`);
    // A model that is exported is read while it computes, as not every engine can be.
    const usual = options.task.kind === "export" ? "wasm" : record.engine.name;
    const engine = await openEngine(options.engine ?? usual);
    return new Prediction(about, options, engine, folder, record);
  } catch (error) {
    process.exit(tell(error, undefined));
  }
}
