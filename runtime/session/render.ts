import { relative } from "node:path";
import Table from "cli-table3";
import colours from "picocolors";
import { readableAtoms, type MeanAndError, type PidSummary, type ReportContent } from "./report.js";

/** The report as people read it in a terminal. */
export function renderReport(content: ReportContent, folder: string): string {
  const sections = [
    metricsTable(content),
    ...content.pid.flatMap((pid) => [pidTable(pid), strongestTable(pid)]),
    shareLines(content),
    labelTable(content),
    lackingTable(content),
    truthTable(content),
    outsideLine(content),
    fileLines(content, folder),
  ];
  return `\n${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function table(head: string[], right: number): Table.Table {
  return new Table({
    head: head.map((text) => colours.bold(text)),
    colAligns: head.map((_, i) => (i < right ? "left" : "right")),
    style: { head: [], border: process.stdout.hasColors?.() ? ["gray"] : [], compact: true },
  });
}

/** Four decimals, and four digits of what is larger than thousands. */
function number(x: number): string {
  return Math.abs(x) < 1e4 ? x.toFixed(4) : x.toPrecision(6);
}

function metricsTable({ metrics, samples, model, best }: ReportContent): string {
  const rows = table(
    ["metric", "value", "95 % interval", ...(best === undefined ? [] : ["best possible"])],
    1,
  );
  for (const [name, { value, interval, unit }] of Object.entries(metrics)) {
    const show = (x: number) => (unit === "share" ? `${(100 * x).toFixed(2)} %` : number(x));
    const shown = [name, show(value), interval ? `${show(interval[0])} - ${show(interval[1])}` : ""];
    const optimum = best?.[name];
    if (best !== undefined) shown.push(optimum === undefined ? "" : show(optimum));
    rows.push(shown);
  }
  const split = samples ? `, ${samples.train} samples to learn from, ${samples.test} held out` : "";
  return `${colours.bold(model)}${split}\n${rows.toString()}`;
}

function estimate({ mean, error }: MeanAndError): string {
  return Number.isNaN(error) ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${error.toFixed(3)}`;
}

/** The unit as a title says it. */
const units = { nats: "in nats", bits: "in bits", share: "as shares that add up to 1" };

function pidTable(summary: PidSummary): string {
  const { measure, modalities, mean, byClass, on, samples, unit, shuffled, quantiser } = summary;
  const [a, b] = modalities;
  const atoms = readableAtoms(mean);
  const heads: Record<string, string> = { r: "R", u1: `U(${a})`, u2: `U(${b})`, s: "S" };
  const rows = table(["", "samples", "accuracy", ...atoms.map((atom) => heads[atom] ?? atom)], 1);
  const right = byClass.reduce((sum, { accuracy, samples: n }) => sum + accuracy * n, 0) / samples;
  const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
  const all = byClass.length > 0 ? percent(right) : "";
  rows.push(["all", samples, all, ...atoms.map((atom) => estimate(mean[atom] as MeanAndError))]);
  for (const own of byClass) {
    rows.push([
      own.class,
      own.samples,
      percent(own.accuracy),
      ...atoms.map((atom) => estimate(own[atom] as MeanAndError)),
    ]);
  }
  if (shuffled)
    rows.push(["labels shuffled", samples, "", ...atoms.map((atom) => (shuffled[atom] ?? NaN).toFixed(3))]);
  const place = measure === on ? "" : ` of the ${pointNames[on] ?? `point ${on}`}${quantiserText(quantiser)}`;
  const title = `Where the answers come from: pid ${measure}${place}, mean ± standard error ${units[unit]}`;
  return [colours.bold(title), rows.toString(), ...pidNotes(summary, atoms)].join("\n");
}

const pointNames: Record<string, string> = { inputs: "inputs", encodings: "encodings" };

/** " in 4 quantiles a column" */
function quantiserText(quantiser: PidSummary["quantiser"]): string {
  if (quantiser === undefined || quantiser.name === "none") return "";
  const { name, bins, symbols } = quantiser;
  if (name === "kmeans") return ` by k-means into ${bins} symbols`;
  const kind = name === "uniform" ? "equal bins" : "quantiles";
  return ` in ${bins} ${kind} a column (${symbols.join(" and ")} symbols)`;
}

/** What must be known to read a table of atoms. */
function pidNotes({ modalities, mean, gap, unit }: PidSummary, atoms: readonly string[]): string[] {
  const notes: string[] = [];
  if (modalities.length > 2) {
    const names = modalities.map((name, k) => `${k + 1} ${name}`).join(", ");
    const count = Object.keys(mean).length;
    const chosen = atoms.length < count ? `; the ${atoms.length} largest of ${count} atoms` : "";
    notes.push(`  {1}{23}: either 1 or 2 and 3 together; ${names}${chosen}`);
  }
  if (gap !== undefined) notes.push(`  at most ${gap.toExponential(1)} ${unit} from the optimum`);
  return notes;
}

function strongestTable({ strongest, unit }: PidSummary): string {
  if (Object.keys(strongest).length === 0) return "";
  const labelled = Object.values(strongest).some((samples) => samples.some(({ label }) => label !== ""));
  const rows = table(["most", `sample${labelled ? " (class)" : ""}: ${unit}`, "", ""], 1);
  for (const [kind, samples] of Object.entries(strongest)) {
    const cells = samples.map(
      ({ index, label, value }) => `${index}${labelled ? ` (${label})` : ""}: ${value.toFixed(2)}`,
    );
    rows.push([kind, ...cells, ...Array<string>(3 - cells.length).fill("")]);
  }
  return rows.toString();
}

function shareLines({ shares, rules }: ReportContent): string {
  const lines: string[] = [];
  if (shares !== undefined) {
    const parts = Object.entries(shares).map(([name, share]) => `${name} ${(100 * share).toFixed(1)} %`);
    lines.push(`${colours.bold("Mean shares of the gate")}: ${parts.join(", ")}`);
  }
  if (rules !== undefined && rules.length > 1) {
    lines.push(colours.bold("Rules taken"));
    for (const { rule, samples } of rules) lines.push(`  ${String(samples).padStart(6)}  ${rule}`);
  }
  return lines.join("\n");
}

function labelTable({ byLabel }: ReportContent): string {
  if (byLabel === undefined) return "";
  const rows = table(["label", "samples that have it", "accuracy", "F1", "AUROC"], 1);
  for (const { label, samples, accuracy, f1, auroc } of byLabel) {
    const percent = `${(100 * accuracy).toFixed(1)} %`;
    rows.push([label, samples, percent, f1?.toFixed(3) ?? "", auroc?.toFixed(3) ?? ""]);
  }
  return `${colours.bold("Each label")}\n${rows.toString()}`;
}

function lackingTable({ lacking }: ReportContent): string {
  if (lacking === undefined) return "";
  const rows = table(["lacks", "samples", lacking[0]?.rmse === undefined ? "accuracy" : "rmse"], 1);
  for (const { lacks, samples, accuracy, rmse } of lacking)
    rows.push([
      lacks.join(", ") || "nothing",
      samples,
      accuracy === undefined ? number(rmse ?? NaN) : `${(100 * accuracy).toFixed(1)} %`,
    ]);
  return `${colours.bold("Samples that lack modalities")}\n${rows.toString()}`;
}

function truthTable({ truth, metrics }: ReportContent): string {
  if (truth === undefined) return "";
  const components = Object.keys(truth.byType[0]?.shares ?? {});
  const rows = table(["true type", "samples", "accuracy", ...components], 1);
  const percent = (x: number | undefined) => (x === undefined ? "" : `${(100 * x).toFixed(1)} %`);
  rows.push(["all", "", percent(metrics.accuracy?.value), ...components.map(() => "")]);
  for (const { type, samples, accuracy, shares } of truth.byType) {
    rows.push([type, samples, percent(accuracy), ...components.map((name) => percent(shares?.[name]))]);
  }
  const best = `the best possible model reaches ${percent(truth.bayesAccuracy)}`;
  return `${colours.bold("What each type of sample is answered by")}: accuracy and mean shares; ${best}\n${rows.toString()}`;
}

function outsideLine({ outside }: ReportContent): string {
  if (outside === undefined) return "";
  const { classes, samples, auroc, confidence } = outside;
  const title = colours.bold(`Held out: ${classes.join(", ")}`);
  const means = `mean confidence ${confidence.outside.toFixed(3)}, of the test samples ${confidence.test.toFixed(3)}`;
  const told = `AUROC of confidence ${auroc.confidence.toFixed(3)}, of entropy ${auroc.entropy.toFixed(3)}`;
  return `${title}, ${samples} samples that no class fits\n  ${means}\n  told from the test samples: ${told}`;
}

function fileLines({ target }: ReportContent, folder: string): string {
  const answers = target?.kind === "regression" ? "predictions" : "probabilities";
  const shown = relative(process.cwd(), folder);
  const path = shown === "" || shown.startsWith("..") ? folder : shown;
  const files: [string, string][] = [
    ["metrics.json", "all of the above"],
    ["pid.parquet", "one row a held-out sample"],
    ["held-out.npz", `the held-out samples' inputs and ${answers}, for \`mmspec report\``],
    ["weights.bin", "the trained weights, described in weights.json"],
    ["trainer/", "the TypeScript that did this, yours to change"],
    ["run.json", "seed, engine, versions, losses, times"],
  ];
  const width = Math.max(...files.map(([name]) => name.length));
  return [
    `${colours.bold("Files")} in ${path}`,
    ...files.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`),
  ].join("\n");
}
