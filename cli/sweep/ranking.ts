import Table from "cli-table3";
import {
  shownEstimate,
  shownMetric,
  shownTime,
  type RankedVariant,
  type SweepContent,
} from "../../sweep/index.js";
import { palette } from "../output.js";

/** Rows that a terminal has room for. */
const mostRows = 20;

/** The ranking as people read it in a terminal. */
export function rankingText(content: SweepContent): string {
  const { metric, ranking, variants, epochs, seconds, importance } = content;
  const atoms = Object.keys(ranking.find(({ interactions }) => interactions)?.interactions?.mean ?? {}).slice(
    0,
    4,
  );
  const indicator = ranking.some(({ synergyIndicator }) => synergyIndicator !== undefined);
  const table = new Table({
    head: [
      ...["", "variant", "epochs", `validation ${metric.name}`, `test ${metric.name}`, "parameters", "time"],
      ...(indicator ? ["synergy indicator"] : []),
      ...atoms.map((atom) => `mean ${atom.toUpperCase()}`),
    ].map((text) => palette.bold(text)),
    colAligns: ["right", "left", ...Array<"right">(20).fill("right")],
    style: { head: [], border: [], compact: true },
  });
  const row = (one: RankedVariant) => [
    one.rank,
    one.pareto ? `${one.name} *` : one.name,
    `${one.epochs}/${one.planned}`,
    one.value === undefined ? "failed" : shownEstimate(metric, one.value),
    one.test === undefined ? "–" : shownEstimate(metric, one.test),
    String(one.parameters),
    shownTime(one.seconds),
    ...(indicator
      ? [one.synergyIndicator === undefined ? "–" : `${(100 * one.synergyIndicator).toFixed(2)} %`]
      : []),
    ...atoms.map((atom) => one.interactions?.mean[atom]?.toFixed(3) ?? "–"),
  ];
  for (const one of ranking.slice(0, mostRows)) table.push(row(one));
  const more = ranking.length > mostRows ? [`${ranking.length - mostRows} more in ranking.csv`] : [];
  const counts = [
    `${variants.trained} of ${variants.all} variants trained, ${variants.finished} to the end`,
    `${epochs.learned} of ${epochs.all} epochs`,
    `${shownTime(seconds)} of training`,
  ].join("; ");
  const mattered =
    importance === undefined
      ? ["Which choice mattered: too few variants to tell."]
      : [
          `Which choice mattered (shares of the variance of ${metric.name} over ${importance.variants} variants at rung ${importance.rung + 1} of ${content.rungs})`,
          ...importance.paths.map(({ path, share, chance, p, values }) => {
            const best = values.reduce((a, b) => (b.metric > a.metric === metric.larger ? b : a));
            return `  ${(100 * share).toFixed(0).padStart(3)} %  ${path}: best ${best.value}, ${shownMetric(metric, best.metric)} (by chance ${(100 * chance).toFixed(0)} %, p = ${p.toPrecision(2)})`;
          }),
          `  ${(100 * importance.rest).toFixed(0).padStart(3)} %  choices together, and chance`,
        ];
  return [
    palette.bold(`${content.model}: ${counts}`),
    table.toString(),
    ...more,
    `* on the Pareto front: no other one is as small and as good${variants.finished < variants.trained ? "; those that were ended early count with their last value" : ""}`,
    "",
    ...mattered,
  ].join("\n");
}
