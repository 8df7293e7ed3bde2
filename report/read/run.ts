import { drawing, explain, type ModelIr } from "../../compiler/index.js";
import { own, type Names } from "../../runtime/data/names.js";
import { readNames } from "../../runtime/session/names.js";
import {
  packColumns,
  type Column,
  type ModalityContent,
  type ReportContent,
  type RunSummary,
  type TargetContent,
} from "../content.js";
import { RunProblem } from "./problem.js";
import { readRunFiles, summaryOf, type MetricsFile } from "./summary.js";
import {
  measureColumns,
  modalitiesOf,
  positionsIn,
  readHeldOut,
  readSampleTable,
  type SampleTable,
} from "./samples.js";

/** A run as its report shows it. */
export interface ReadRun {
  content: ReportContent;
  /** Columns of the samples and, apart, their inputs; the content says where each lies. */
  samples: Uint8Array;
  inputs: Uint8Array;
}

/**
 * Reads a run's folder, and those that it is compared with.
 * @throws RunProblem when one of them is no run, wasn't measured, or its files don't belong together
 */
export async function readRun(folder: string, others: readonly string[] = []): Promise<ReadRun> {
  const files = await readRunFiles(folder);
  const table = await readSampleTable(files.folder);
  const index = table.integers("index");
  const heldOut = await readHeldOut(files.folder, index);
  const compared: RunSummary[] = [];
  for (const other of others) compared.push(summaryOf(await readRunFiles(other)));
  const { metrics, record, spec } = files;
  const ir = spec?.ir;
  const summary = summaryOf(files, table.names);
  const targets = targetsOf(metrics);
  const answers = targets === undefined ? classColumns(table, ir) : { classes: [], columns: [] };
  const { classes } = answers;
  const rules = (metrics.rules ?? []).map(({ rule }) => rule);
  const types = table.names.has("type") ? [...new Set(table.texts("type"))].sort() : [];
  const shares = [...table.names].filter((name) => name.startsWith("share_")).map((name) => name.slice(6));

  const columns: Column[] = [
    { name: "index", values: index },
    ...answers.columns,
    ...(targets?.kind === "regression" ? numberColumns(table, targets) : []),
    ...(rules.length > 0 ? [{ name: "rule", values: positionsIn(rules, table.texts("rule")) }] : []),
    ...(types.length > 0 ? [{ name: "type", values: positionsIn(types, table.texts("type")) }] : []),
    ...shares.map((name) => ({ name: `share:${name}`, values: table.numbers(`share_${name}`) })),
    ...summary.pid.flatMap(({ columns: suffix }, k) =>
      suffix === undefined ? [] : measureColumns(table, k, suffix),
    ),
    ...["r", "u1", "u2", "s"]
      .filter((atom) => table.names.has(`exact_${atom}`))
      .map((atom) => ({ name: `exact:${atom}`, values: table.numbers(`exact_${atom}`) })),
    ...heldOut.columns,
  ];
  const packed = packColumns(columns);
  const packedInputs = packColumns(heldOut.inputs);
  const content: ReportContent = {
    ...summary,
    // An evaluation that follows a run knows only the held-out samples.
    samples: metrics.samples ?? { test: table.size },
    engine: record.engine ? `${record.engine.name}: ${record.engine.detail}` : metrics.engine,
    versions: metrics.versions,
    ...(record.started !== undefined && { started: record.started }),
    ...(record.ended !== undefined && { ended: record.ended }),
    target: ir?.target.name ?? "target",
    ...(targets && { targets }),
    classes,
    modalities: ir ? modalitiesIn(ir, await namesOf(files.folder)) : modalitiesOf(heldOut.shapes),
    components: shares.map((name) => componentOf(ir, name)),
    rules,
    types,
    ...(metrics.truth && { bayesAccuracy: metrics.truth.bayesAccuracy }),
    ...(spec && { source: spec.text }),
    ...(spec && spec.imported.length > 0 && { imported: spec.imported }),
    ...(ir && { architecture: architectureOf(ir) }),
    inputs: { kept: heldOut.kept, ...(heldOut.note !== undefined && { note: heldOut.note }) },
    compared,
    columns: packed.places,
    inputColumns: packedInputs.places,
  };
  return { content, samples: packed.bytes, inputs: packedInputs.bytes };
}

/** The classes, and those of each sample. */
function classColumns(table: SampleTable, ir: ModelIr | undefined): { classes: string[]; columns: Column[] } {
  const labels = table.texts("label");
  const predictions = table.texts("prediction");
  const classes = ir ? [...ir.target.outputs] : [...new Set([...labels, ...predictions])].sort();
  const columns = [
    { name: "label", values: positionsIn(classes, labels) },
    { name: "prediction", values: positionsIn(classes, predictions) },
    { name: "confidence", values: table.numbers("confidence") },
  ];
  return { classes, columns };
}

function targetsOf({ target, byLabel = [], best = {} }: MetricsFile): TargetContent | undefined {
  if (target === undefined) return undefined;
  const names = target.kind === "multilabel" ? target.labels : target.numbers;
  return { kind: target.kind, names, byLabel, best };
}

/** `target:K` and `predicted:K` of each number. */
function numberColumns(table: SampleTable, { names }: TargetContent): Column[] {
  return names.flatMap((name, k) => {
    const suffix = names.length === 1 ? "" : `_${name}`;
    return [
      { name: `target:${k}`, values: table.numbers(`target${suffix}`) },
      { name: `predicted:${k}`, values: table.numbers(`prediction${suffix}`) },
    ];
  });
}

/** What a run's whole numbers stand for. @throws RunProblem */
async function namesOf(folder: string): Promise<Names> {
  const names = await readNames(folder).catch((error: unknown) => {
    throw new RunProblem((error as Error).message);
  });
  return names ?? {};
}

/** The modalities of a spec, with what their whole numbers stand for. */
export function modalitiesIn({ modalities, data }: ModelIr, names: Names): ModalityContent[] {
  const bindings = data?.kind === "file" ? data.modalities : [];
  return modalities.map(({ name, kind, shape, rate, vocabulary, columns }) => {
    const read = bindings.find((binding) => binding.name === name)?.columns ?? [];
    const namesIn = (i: number) => own(names[name], read[i] ?? "");
    const words = vocabulary === undefined ? undefined : namesIn(0);
    return {
      name,
      kind,
      shape: [...shape],
      ...(rate !== undefined && { rate }),
      ...(words && { words }),
      ...(columns && {
        columns: columns.map((column, i) => {
          const known = column.categories === undefined ? undefined : namesIn(i);
          return { name: column.name, ...(known && { names: known }) };
        }),
      }),
    };
  });
}

function componentOf(ir: ModelIr | undefined, name: string): ReportContent["components"][number] {
  const component =
    ir?.fusion.kind === "block" ? ir.fusion.components.find(({ id }) => id === name) : undefined;
  if (component === undefined) return { name, text: name, modalities: [] };
  const { text, interaction, modalities } = component;
  return { name, text, interaction, modalities: [...modalities] };
}

/** Drawn in the page's own colours, so that it follows light and dark. */
function architectureOf(ir: ModelIr): NonNullable<ReportContent["architecture"]> {
  const { parts, parameters, flops } = explain(ir);
  const svg = drawing(ir, {
    ink: "var(--ink)",
    quiet: "var(--quiet)",
    line: "var(--line-strong)",
    surface: "var(--surface)",
    redundant: "var(--redundant)",
    unique1: "var(--unique1)",
    unique2: "var(--unique2)",
    synergistic: "var(--synergistic)",
  });
  const layers = parts.map(({ part, layer, output, parameters: weights, flops: cost }) => ({
    part,
    layer,
    output: [...output],
    parameters: weights,
    flops: cost,
  }));
  return { svg, layers, parameters, flops };
}
