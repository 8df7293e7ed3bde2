import type { ReportContent } from "../content.js";
import { fixed, percent } from "../figures/names.js";
import { compareSection } from "./compare.js";
import { h, section, table } from "./dom.js";
import { grouped } from "./filters.js";
import { distributions, explorer, gateSection, headlineSection, otherMeasures } from "./interactions.js";
import { answersSection, learningSection, modelSection } from "./model.js";
import "./page.css";
import { Store } from "./store.js";
import { surenessSection } from "./sureness.js";
import { targetsSection } from "./targets.js";
import { themeSwitch } from "./theme.js";
import { columnsIn } from "./unpack.js";

async function open(): Promise<void> {
  const content = JSON.parse(document.getElementById("content")?.textContent ?? "") as ReportContent;
  const store = new Store(content, await columnsIn("samples", content.columns));
  const { targets } = content;
  // Interactions are measured of classes; of other targets there are only the gate's shares.
  const byClass = targets === undefined;
  const sections = [
    ...(byClass || store.measured !== undefined ? [headlineSection(store)] : []),
    figures(content),
    ...(byClass ? [explorer(store)] : []),
    ...(byClass && store.measured !== undefined ? [distributions(store)] : []),
    ...(byClass ? [otherMeasures(store), gateSection(store), surenessSection(store)] : []),
    compareSection(store),
    byClass ? answersSection(store) : targetsSection(store, targets),
    modelSection(store),
    learningSection(store),
    about(content),
  ].filter((part) => part !== undefined);
  const links = sections.flatMap((part) => {
    const heading = part.querySelector(":scope > h2");
    return part.id === "finding" || heading === null
      ? []
      : [h("a", { href: `#${part.id}` }, heading.textContent ?? "")];
  });
  document.body.prepend(
    h("a", { class: "skip", href: "#main" }, "To the report"),
    h(
      "header",
      { class: "top" },
      h(
        "div",
        {},
        h("h1", {}, content.model),
        h("p", { class: "quiet" }, [content.run, content.learning].filter((text) => text !== "").join(" · ")),
      ),
      themeSwitch(() => document.dispatchEvent(new CustomEvent("mmspec-theme"))),
    ),
    h("nav", { "aria-label": "parts of the report" }, ...links),
    h("main", { id: "main" }, ...sections),
    h("footer", {}, `Written by mmspec ${content.versions.mmspec ?? ""}. This page needs no network.`),
  );
  document.documentElement.dataset.ready = "true";
}

/** The metrics, large. */
function figures({ metrics, samples }: ReportContent): HTMLElement {
  const tile = (name: string, value: string, note: string) =>
    h(
      "div",
      {},
      h("dt", {}, name.replace(/_/g, " ")),
      h("dd", {}, h("strong", {}, value), h("span", { class: "quiet" }, note)),
    );
  return h(
    "dl",
    { class: "figures" },
    ...metrics.map(({ name, value, unit, interval }) => {
      const show = (x: number) => (unit === "share" ? percent(x, 2) : fixed(x, 4));
      return tile(name, show(value), interval ? `95 %: ${interval.map(show).join(" to ")}` : "");
    }),
    tile(
      "held out",
      grouped(samples.test),
      samples.train === undefined ? "" : `${grouped(samples.train)} to learn from`,
    ),
  );
}

function about(content: ReportContent): HTMLElement {
  const { seed, engine, versions, started, ended, seconds, run, spec, pid } = content;
  const rows: [string, string][] = [
    ["run", run],
    ["spec", spec],
    ["seed", String(seed)],
    ["engine", engine],
    ...Object.entries(versions).map(([name, version]): [string, string] => [`version of ${name}`, version]),
    ...(started === undefined ? [] : [["began", started] as [string, string]]),
    ...(ended === undefined ? [] : [["ended", ended] as [string, string]]),
    ...Object.entries(seconds).map(([stage, time]): [string, string] => [
      `seconds for ${stage}`,
      time.toFixed(1),
    ]),
  ];
  const words = h(
    "dl",
    { class: "words" },
    h("dt", {}, "redundancy"),
    h("dd", {}, "what either modality would have told"),
    h("dt", {}, "uniqueness"),
    h("dd", {}, "what only one modality tells"),
    h("dt", {}, "synergy"),
    h("dd", {}, "what only both together tell"),
    h("dt", {}, "below zero"),
    h("dd", {}, "it misleads: the sample's class became less likely by it"),
    h("dt", {}, "±"),
    h(
      "dd",
      {},
      "one standard error: of a mean, from drawing samples; of a sample, from drawing the folds anew",
    ),
    h("dt", {}, "composition"),
    h("dd", {}, "the shares of r, u1, u2 and s in their sum, a value below zero counting as 0 on the map"),
  );
  return section(
    "about",
    "About this run",
    "",
    h(
      "div",
      { class: "grid two" },
      pid.length > 0 && words,
      table("Circumstances of the run", ["what", "value"], rows, 2),
    ),
  );
}

void open().catch((error: unknown) => {
  document.body.prepend(
    h(
      "p",
      { role: "alert" },
      `The report can't be shown: ${error instanceof Error ? error.message : String(error)}`,
    ),
  );
  throw error;
});
