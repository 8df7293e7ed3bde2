import { copyFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { DataColumns } from "../../data/load.js";
import { unknownAnswers } from "../../data/outputs.js";
import { ProblemList } from "../../data/problems.js";
import type { Samples } from "../../data/samples.js";
import { transform } from "../../data/transforms/transforms.js";
import { writeAtomically } from "../../runs/atomic.js";
import { UsageError } from "../../session/options.js";
import type { RunStatistics } from "../../session/statistics.js";
import type { AnswerPlan } from "../plan.js";
import { cellCoders } from "../../data/transforms/coder.js";
import { requestedSamples } from "../serve/request.js";
import type { Description, ExportedRun } from "./description.js";
import { modelFiles } from "./model-files.js";
import { answerName, presenceName, someInputs, traceModel } from "./traced-model.js";
import { sampleTypes } from "./sample-types.js";
import { UntraceableError } from "./untraceable.js";
import { webPage } from "./web-page.js";
import { webReadme } from "./web-readme.js";
import { rawColumns } from "./raw-columns.js";

/** By how much the graph may differ from the trainer's code: of a probability, or of a number of the size of 1. */
const tolerance = 1e-4;

/** Built beside this file's folder. */
const built = (name: string) => new URL(`../page/${name}`, import.meta.url);

interface WebOptions extends ExportedRun {
  to: string;
  description: Description;
  say(line: string): void;
}

/**
 * Writes a model for browsers: model.json and its weights, which TensorFlow.js loads; predict.js, which makes samples of plain values; and a page that
 * uses both. The graph is held against the trainer's code before anything is written.
 * @throws UntraceableError when a graph can't say the model
 */
export async function writeWebModel(plan: AnswerPlan, options: WebOptions): Promise<void> {
  const { to, description, statistics, say } = options;
  const { columns, model } = plan;
  if (model === undefined)
    throw new UsageError(
      `The run's trainer/predict.ts is of an earlier mmspec, which exported nothing. \`mmspec compile SPEC -o ${join(options.folder, "trainer")}\` writes it anew, where the spec is the run's own.`,
    );
  const { json, shards, artifacts } = modelFiles(traceModel(model, columns, statistics), description);
  const { difference, samples } = await compare(plan, artifacts, options);
  if (!(difference <= tolerance))
    throw new UntraceableError(
      `The traced graph says other numbers than the trainer's code (they differ by ${difference.toPrecision(3)}): something in the model follows from the values that it is given in a way that a graph can't say. \`mmspec export --as package\` takes every model.`,
    );
  say(`checked   ${samples} samples: at most ${difference.toExponential(1)} from the trainer's code`);
  for (const { name, bytes } of shards) await writeAtomically(join(to, name), bytes);
  await writeAtomically(join(to, "model.json"), json);
  await copyFile(
    createRequire(import.meta.url).resolve("@tensorflow/tfjs/dist/tf.fesm.min.js"),
    join(to, "tf.js"),
  );
  for (const name of ["predict.js", "page.js", "page.css"])
    await copyFile(built(`web/${name}`), join(to, name));
  await writeAtomically(join(to, "predict.d.ts"), sampleTypes(description, "web"));
  await writeAtomically(join(to, "index.html"), webPage(description));
  await writeAtomically(join(to, "README.md"), webReadme(description));
}

/** The largest difference of the graph's answers to those of the trainer's code, with batches of several sizes. */
async function compare(
  plan: AnswerPlan,
  artifacts: tf.io.ModelArtifacts,
  { description, statistics, names, tokenizers }: WebOptions,
): Promise<{ difference: number; samples: number }> {
  const { loadGraphModel } = await import("@tensorflow/tfjs");
  const graph = await loadGraphModel(tf.io.fromMemory(artifacts));
  const { columns } = plan;
  const raw = rawColumns(columns);
  const asked = description.examples.map(({ sample }) => sample);
  const coders = await cellCoders(columns.modalities, { names, tokenizers });
  const held = asked.length === 0 ? [] : [requestedSamples(asked, 0, raw, { names, statistics, coders })];
  let difference = 0;
  let count = 0;
  try {
    for (const given of [...held, ...[1, 5].map((size) => drawnSamples(columns, size))]) {
      const found = tf.tidy(() => {
        const inputs = graphInputs(given, columns);
        return Float32Array.from((graph.execute(inputs, answerName(columns)) as tf.Tensor).dataSync());
      });
      const wanted = await plan.predict(prepared(given, columns, statistics));
      const values = wanted.kind === "regression" ? wanted.predicted : wanted.probabilities;
      found.forEach((value, i) => {
        const other = values[i] as number;
        const apart = Math.abs(value - other) / Math.max(1, Math.abs(other));
        // NaN is a difference, too.
        if (!(apart <= difference)) difference = apart;
      });
      count += given.size;
    }
  } finally {
    graph.dispose();
  }
  return { difference, samples: count };
}

/** Samples whose values mean nothing, not transformed. */
function drawnSamples(columns: DataColumns, size: number): Samples {
  const drawn = tf.tidy(() =>
    Object.entries(someInputs(columns, size)).map(
      ([name, tensor]) => [name, Float32Array.from(tensor.dataSync())] as const,
    ),
  );
  const values = new Map(drawn);
  const modalities = Object.entries(columns.modalities);
  const presence = (name: string) => values.get(presenceName(name)) ?? new Float32Array(size).fill(1);
  return {
    size,
    inputs: Object.fromEntries(
      modalities.map(([name]) => {
        const row = (values.get(name)?.length ?? 0) / size;
        const has = presence(name);
        return [
          name,
          (values.get(name) as Float32Array).map((value, i) => value * (has[Math.floor(i / row)] as number)),
        ];
      }),
    ),
    shapes: Object.fromEntries(modalities.map(([name, { shape }]) => [name, [...shape]])),
    present: Object.fromEntries(modalities.map(([name]) => [name, Uint8Array.from(presence(name))])),
    index: Int32Array.from({ length: size }, (_, i) => i),
    ...unknownAnswers(columns.target, size),
  };
}

/** A transformed copy. */
function prepared(samples: Samples, columns: DataColumns, statistics: RunStatistics | undefined): Samples {
  const inputs = Object.fromEntries(
    Object.entries(samples.inputs).map(([name, values]) => [name, values.slice()]),
  );
  const copy = { ...samples, inputs };
  const problems = new ProblemList();
  transform([copy], columns.modalities, statistics, { where: "the export", problems });
  problems.check();
  return copy;
}

function graphInputs(samples: Samples, { modalities }: DataColumns): Record<string, tf.Tensor> {
  const { size, inputs, present } = samples;
  return Object.fromEntries(
    Object.entries(modalities).flatMap(([name, { shape, optional }]): [string, tf.Tensor][] => [
      [name, tf.tensor(inputs[name] as Float32Array, [size, ...shape])],
      ...(optional === true
        ? [
            [presenceName(name), tf.tensor(Float32Array.from(present[name] ?? []), [size, 1])] as [
              string,
              tf.Tensor,
            ],
          ]
        : []),
    ]),
  );
}
