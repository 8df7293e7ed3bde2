import { kindOf, type Atom } from "../content.js";
import { fixed, percent } from "../figures/names.js";
import { choiceEffects, choiceShares, courses, sizeAgainstMetric } from "../figures/sweep.js";
import type { PageEstimate, PageVariant, SweepPageContent } from "../sweep-content.js";
import { h, responsive, section, swatch, table } from "./dom.js";
import { grouped } from "./filters.js";
import "./page.css";
import { themeSwitch } from "./theme.js";

/** Metrics that are shares of samples. */
const shares: readonly string[] = ["accuracy", "subset_accuracy"];

function open(): void {
  const content = JSON.parse(document.getElementById("content")?.textContent ?? "") as SweepPageContent;
  const parts = [
    figures(content),
    rankingSection(content),
    sizeSection(content),
    choicesSection(content),
    coursesSection(content),
    failuresSection(content),
    about(content),
  ].filter((part) => part !== undefined);
  const links = parts.flatMap((part) => {
    const heading = part.querySelector(":scope > h2");
    return heading === null ? [] : [h("a", { href: `#${part.id}` }, heading.textContent ?? "")];
  });
  document.body.prepend(
    h("a", { class: "skip", href: "#main" }, "To the ranking"),
    h(
      "header",
      { class: "top" },
      h(
        "div",
        {},
        h("h1", {}, `Variants of ${content.model}`),
        h("p", { class: "quiet" }, `${content.spec} · ${content.scheduler}`),
      ),
      themeSwitch(() => undefined),
    ),
    h("nav", { "aria-label": "parts of the page" }, ...links),
    h("main", { id: "main" }, ...parts),
    h("footer", {}, `Written by mmspec ${content.mmspec}. This page needs no network.`),
  );
  document.documentElement.dataset.ready = "true";
}

function shown(metric: SweepPageContent["metric"], value: number): string {
  return shares.includes(metric.name) ? percent(value, 2) : fixed(value, 4);
}

function estimated(metric: SweepPageContent["metric"], { mean, half, interval }: PageEstimate): string {
  if (half !== null && Number.isFinite(half)) return `${shown(metric, mean)} ± ${shown(metric, half)}`;
  if (interval === undefined) return shown(metric, mean);
  const ends = interval.map((end) => shown(metric, end).replace(" %", ""));
  return `${shown(metric, mean)} (${ends.join(" to ")})`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function time(seconds: number): string {
  if (seconds < 90) return `${fixed(seconds, 0)} s`;
  return seconds < 5400 ? `${fixed(seconds / 60, 0)} min` : `${fixed(seconds / 3600, 1)} h`;
}

function figures({ metric, ranking, variants, epochs, seconds }: SweepPageContent): HTMLElement {
  const tile = (name: string, value: string, note: string) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, h("strong", {}, value), h("span", { class: "quiet" }, note)));
  const [best] = ranking;
  const test = best?.test;
  return h(
    "dl",
    { class: "figures" },
    best?.value && tile("best variant", shown(metric, best.value.mean), best.name),
    test &&
      tile(`its test ${metric.name}`, shown(metric, test.mean), test.n > 1 ? `${test.n} seeds` : "one seed"),
    tile(
      "variants",
      grouped(variants.trained),
      `${grouped(variants.finished)} to the end, ${grouped(variants.failed)} failed`,
    ),
    tile("epochs", grouped(epochs.learned), `of ${grouped(epochs.all)} that all take`),
    tile("training", time(seconds), "all runs together"),
  );
}

/** A column of the ranking: what it shows, and what it sorts by. */
interface Column {
  head: string | Node;
  name: string;
  cell(variant: PageVariant): string | Node;
  by(variant: PageVariant): number | string | undefined;
  number: boolean;
}

function columnsOf({ metric, ranking, paths }: SweepPageContent): Column[] {
  const number = (
    name: string,
    by: (variant: PageVariant) => number | undefined,
    cell: (value: number, variant: PageVariant) => string,
    head: string | Node = name,
  ): Column => ({
    ...{ head, name, by, number: true },
    cell: (variant) => {
      const value = by(variant);
      return value === undefined ? "–" : cell(value, variant);
    },
  });
  const measured = ranking.find(({ interactions }) => interactions !== undefined)?.interactions;
  const atoms = Object.keys(measured?.mean ?? {});
  const headOf = (atom: string) => {
    const kind = kindOf[atom as Atom] as string | undefined;
    return kind === undefined ? atom : h("span", {}, swatch(kind), atom);
  };
  return [
    number("rank", ({ rank }) => rank, String),
    {
      ...{ head: "variant", name: "variant", number: false, by: ({ name }) => name },
      cell: ({ name, report, pareto }) =>
        h("span", {}, report === undefined ? name : h("a", { href: report }, name), pareto ? " ★" : ""),
    },
    ...paths.map((path): Column => ({
      ...{ head: path, name: path, number: false },
      cell: ({ choices }) => h("span", { class: "choice", title: choices[path] ?? "" }, choices[path] ?? "–"),
      by: ({ choices }) => {
        const text = choices[path];
        return text !== undefined && text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
      },
    })),
    number(
      "epochs",
      ({ epochs }) => epochs,
      (epochs, { planned }) => `${epochs}/${planned}`,
    ),
    number(
      `validation ${metric.name}`,
      ({ value }) => value?.mean,
      (_, { value }) => estimated(metric, value as PageEstimate),
    ),
    number(
      `test ${metric.name}`,
      ({ test }) => test?.mean,
      (_, { test }) => estimated(metric, test as PageEstimate),
    ),
    number("parameters", ({ parameters }) => parameters, grouped),
    number("time", ({ seconds }) => seconds, time),
    ...(ranking.some(({ synergyIndicator }) => synergyIndicator !== undefined)
      ? [
          number(
            "synergy indicator",
            ({ synergyIndicator }) => synergyIndicator,
            (value) => percent(value, 2),
          ),
        ]
      : []),
    ...atoms.map((atom) =>
      number(
        atom,
        ({ interactions }) => interactions?.mean[atom],
        (value) => fixed(value),
        headOf(atom),
      ),
    ),
  ];
}

function rankingSection(content: SweepPageContent): HTMLElement {
  const columns = columnsOf(content);
  const texts = columns.filter(({ number }) => !number).length;
  const place = h("div", {});
  let sorted: { column: Column; falling: boolean } = { column: columns[0] as Column, falling: false };
  const draw = () => {
    const { column, falling } = sorted;
    const rows = [...content.ranking].sort((a, b) => compare(column.by(a), column.by(b), falling));
    const head = columns.map((one) =>
      h(
        "button",
        {
          type: "button",
          class: "sort",
          "aria-label": `sort by ${one.name}`,
          "aria-pressed": String(one === column),
          onclick: () => {
            sorted = { column: one, falling: one === sorted.column ? !sorted.falling : false };
            draw();
            place.querySelectorAll<HTMLElement>("th button")[columns.indexOf(one)]?.focus();
          },
        },
        one.head,
        one === column ? (falling ? " ▾" : " ▴") : "",
      ),
    );
    const made = table(
      "Variants",
      head,
      rows.map((variant) => columns.map(({ cell }) => cell(variant))),
      1 + texts,
    );
    place.replaceChildren(made);
  };
  draw();
  const { metric, rungs, seeds } = content;
  const lead = [
    `By ${metric.name} on the validation split; those that were trained to their end come first.`,
    rungs > 1 ? "Of the others the value is that of the rung at which they were ended." : "",
    seeds.length > 1
      ? `± is half the 95 % interval of the mean over ${seeds.length} seeds.`
      : "One seed: nothing is known of how far another one is from it; the interval of the test split is that of drawing its samples.",
    "★ no other one is as small and as good. A name opens the report of its run.",
  ];
  return section("ranking", "Ranking", lead.filter((line) => line !== "").join(" "), place);
}

/** What isn't known comes last, whichever way. */
function compare(a: number | string | undefined, b: number | string | undefined, falling: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return falling ? -order : order;
}

function sizeSection(content: SweepPageContent): HTMLElement | undefined {
  if (content.variants.trained === 0) return undefined;
  const early = content.variants.finished < content.variants.trained;
  return section(
    "size",
    `${capital(content.metric.name)} against size`,
    `The line is the Pareto front, the numbers are ranks.${early ? " A hollow point was ended early: its value is that of its last rung, and may have grown." : ""}`,
    responsive("", (width) => sizeAgainstMetric(content, { width })),
  );
}

function choicesSection({ importance, metric, rungs }: SweepPageContent): HTMLElement {
  if (importance === undefined)
    return section(
      "choices",
      "Which choice mattered",
      "There are too few variants to tell: more are needed than the choices have values.",
    );
  const { paths, rest, variants, rung } = importance;
  const lead = `The share of the variance of ${metric.name} between variants that each choice explains by itself, of ${variants} variants${rungs > 1 ? ` at rung ${rung + 1} of ${rungs}` : ""} (main effects of a functional analysis of variance). The mark is the share that chance alone gives; p tells how often chance gives as much. ${percent(rest, 0)} is left for choices that act together, and chance.`;
  const means = paths.flatMap(({ values }) => values.map((value) => value.metric));
  const reach = [Math.min(...means), Math.max(...means)] as const;
  return section(
    "choices",
    "Which choice mattered",
    lead,
    responsive("", (width) => choiceShares(paths, { width })),
    table(
      "Shares of the choices",
      ["choice", "share", "by chance", "p"],
      paths.map(({ path, share, chance, p }) => [path, percent(share), percent(chance), fixed(p)]),
    ),
    h("h3", {}, `${capital(metric.name)} of each value, the other choices being equal`),
    h(
      "div",
      { class: "grid three" },
      ...paths.map((choice) =>
        responsive(h("strong", {}, choice.path), (width) => choiceEffects(choice, reach, metric, { width })),
      ),
    ),
  );
}

function coursesSection(content: SweepPageContent): HTMLElement | undefined {
  if (content.rungs === 1 || content.variants.trained === 0) return undefined;
  return section(
    "rungs",
    "From rung to rung",
    `Of each rung the best 1/${content.eta} so far goes on. Coloured: trained to its end.`,
    responsive("", (width) => courses(content, { width })),
  );
}

function failuresSection({ ranking }: SweepPageContent): HTMLElement | undefined {
  const failed = ranking.flatMap(({ name, errors }) => errors.map((error) => ({ name, ...error })));
  if (failed.length === 0) return undefined;
  return section(
    "failed",
    "Failed",
    "",
    table(
      "Runs that failed",
      ["variant", "seed", "error"],
      failed.map(({ name, seed, error }) => [name, String(seed), h("span", { class: "error" }, error)]),
      3,
    ),
  );
}

function about({ scheduler, eta, rungs, seeds, metric, mmspec, spec }: SweepPageContent): HTMLElement {
  return section(
    "about",
    "About this sweep",
    "",
    table(
      "Circumstances of the sweep",
      ["what", "value"],
      [
        ["spec", spec],
        ["scheduler", scheduler === "asha" ? `asha, eta ${eta}, ${rungs} rungs` : scheduler],
        ["compared by", `${metric.name} on the validation split`],
        ["seeds", seeds.join(", ")],
        ["version of mmspec", mmspec],
      ],
      2,
    ),
  );
}

open();
