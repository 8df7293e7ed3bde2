import { relative } from "node:path";
import Table from "cli-table3";
import colours from "picocolors";
import { atoms, type MeanAndError, type PidSummary, type ReportContent } from "./report.js";

/** The report as people read it in a terminal. */
export function renderReport(content: ReportContent, folder: string): string {
  const sections = [
    metricsTable(content),
    ...content.pid.flatMap((pid) => [pidTable(pid), strongestTable(pid)]),
    shareLines(content),
    lackingTable(content),
    truthTable(content),
    outsideLine(content),
    fileLines(folder),
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

function metricsTable({ metrics, samples, model }: ReportContent): string {
  const rows = table(["metric", "value", "95 % interval"], 1);
  for (const [name, { value, interval, unit }] of Object.entries(metrics)) {
    const show = (x: number) => (unit === "share" ? `${(100 * x).toFixed(2)} %` : x.toFixed(4));
    rows.push([name, show(value), interval ? `${show(interval[0])} - ${show(interval[1])}` : ""]);
  }
  const split = samples ? `, ${samples.train} samples to learn from, ${samples.test} held out` : "";
  return `${colours.bold(model)}${split}\n${rows.toString()}`;
}

function nats({ mean, error }: MeanAndError): string {
  return `${mean.toFixed(3)} ± ${error.toFixed(3)}`;
}

function pidTable({ measure, modalities, mean, byClass, on, samples }: PidSummary): string {
  const [a, b] = modalities;
  const rows = table(["", "samples", "accuracy", "R", `U(${a})`, `U(${b})`, "S"], 1);
  const right = byClass.reduce((sum, { accuracy, samples: n }) => sum + accuracy * n, 0) / samples;
  const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
  rows.push(["all", samples, percent(right), ...atoms.map((atom) => nats(mean[atom]))]);
  for (const summary of byClass) {
    rows.push([
      summary.class,
      summary.samples,
      percent(summary.accuracy),
      ...atoms.map((atom) => nats(summary[atom])),
    ]);
  }
  const title = `Where the answers come from: pid ${measure} of the ${on}, mean ± standard error in nats`;
  return `${colours.bold(title)}\n${rows.toString()}`;
}

function strongestTable({ strongest }: PidSummary): string {
  const rows = table(["most", "sample (class): nats", "", ""], 1);
  for (const [kind, samples] of Object.entries(strongest)) {
    const cells = samples.map(({ index, label, value }) => `${index} (${label}): ${value.toFixed(2)}`);
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

function lackingTable({ lacking }: ReportContent): string {
  if (lacking === undefined) return "";
  const rows = table(["lacks", "samples", "accuracy"], 1);
  for (const { lacks, samples, accuracy } of lacking)
    rows.push([lacks.join(", ") || "nothing", samples, `${(100 * accuracy).toFixed(1)} %`]);
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

function fileLines(folder: string): string {
  const shown = relative(process.cwd(), folder);
  const path = shown === "" || shown.startsWith("..") ? folder : shown;
  const files: [string, string][] = [
    ["metrics.json", "all of the above"],
    ["pid.parquet", "one row a held-out sample"],
    ["held-out.npz", "the held-out samples' inputs and probabilities, for `mmspec report`"],
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
