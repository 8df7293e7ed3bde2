import { diagnosticTable } from "./diagnostics.js";
import { parameterText, signature } from "./describe.js";
import { formats } from "./tables/data.js";
import { measures } from "./tables/evaluation.js";
import { interactions } from "./tables/interactions.js";
import type { Callable } from "./tables/parameters.js";
import { points } from "./tables/points.js";
import { roles, type Role } from "./tables/roles.js";
import { splitWords } from "./tables/splits.js";
import { paradigms, settings } from "./tables/training.js";
import { costs } from "./variants/demands.js";

/** The title of each table, and what is said before its rows; nothing where another table lists the same. */
const titles: Readonly<Record<Role, { title: string; says: string } | undefined>> = {
  target: { title: "Kinds of target", says: "`target NAME: KIND`." },
  modality: { title: "Kinds of modality", says: "`modality NAME: KIND`, `optional modality NAME: KIND`." },
  column: { title: "Kinds of column", says: "`table(NAME: KIND, ...)`, a kind of modality." },
  layer: undefined,
  "layer of an interaction": {
    title: "Layers",
    says: "Between arrows, in encoders, after a fusion, in interactions and in the gate; `linear` in interactions only.",
  },
  fusion: {
    title: "Fusions",
    says: "At the beginning of `fusion = ...`, and, all but `ensemble`, of an interaction of several modalities.",
  },
  merge: undefined,
  paradigm: { title: "Paradigms", says: "`paradigm ...` in `train`." },
  optimizer: { title: "Optimizers", says: "`optimizer ...` in `train`." },
  schedule: { title: "Schedules", says: "`schedule ...` in `train`; one after another by `->`." },
  teacher: { title: "Teachers of the gate", says: "`supervise gate with ...` in `train`." },
  augmentation: {
    title: "Augmentations",
    says: "`augment MODALITY with ...` in `train`; one after another by `->`.",
  },
  metric: { title: "Metrics", says: "In `evaluate`." },
  measure: { title: "Measures of interaction", says: "`pid ...` in `evaluate`." },
  source: { title: "Sources that draw", says: "`from ...` in `data`." },
  tokenizer: {
    title: "Tokenizers",
    says: "`tokenised by ...` behind a column of texts in `data`; also the name of a file in the format of Hugging Face.",
  },
};

/** What one diagnostic looks like. */
export interface DiagnosticExample {
  message: string;
  fix?: string;
}

/**
 * The language reference as Markdown, made of the tables that the checker reads.
 * @param examples of the diagnostics, by code
 */
export function reference(examples: ReadonlyMap<string, DiagnosticExample>): string {
  const sections = (Object.keys(titles) as Role[]).flatMap((role) => {
    const section = titles[role];
    if (section === undefined) return [];
    const rows = [...roles[role].values()].map((row) => rowText(row, role));
    return [`## ${section.title}`, section.says, ...rows];
  });
  const bullets = (rows: Iterable<readonly [string, string]>) =>
    [...rows].map(([name, doc]) => `- \`${name}\`: ${doc}`).join("\n");
  return [
    "# Reference",
    "Made of the compiler's own tables by `npm run golden`; a test holds that it is up to date. [language.md](language.md) is the introduction.",
    ...sections,
    "## Interactions",
    "In `fusion { ... }`; a condition of a rule asks for the gate's share of one.",
    ...[...interactions.values()].map(({ name, share, doc, modalities, example }) =>
      [
        `### \`${name}\``,
        `${doc} Of ${modalities === "one" ? "one modality" : "two modalities or more"}; its share is \`${share}\`.`,
        `Example: \`${name}(${modalities === "one" ? "a" : "a, b"}) = ${example}\``,
      ].join("\n\n"),
    ),
    "## Settings of `train`",
    bullets([...settings.values()].map(({ doc, example }) => [example, doc] as const)),
    "## Points",
    "Where `pid MEASURE(on: POINT)` or `pid MEASURE of POINT` measures.",
    bullets(
      [...points.values()].map(({ name, doc, alias, needs }) => [
        alias === undefined ? name : `${name}\`, \`${alias}`,
        needs === undefined ? doc : `${doc} In a fusion block that \`dmil\` trains.`,
      ]),
    ),
    "## Costs",
    "What `where` of a `variants` block can ask for, besides what is varied ([variants.md](variants.md)).",
    bullets(Object.entries(costs)),
    "## Files of data",
    bullets(formats),
    "## Splits",
    "`split ...` in `data`: shares of the parts, with these words.",
    bullets([...splitWords.values()].map(({ doc, example }) => [example, doc] as const)),
    "## Diagnostics",
    "| code | | for example |\n| --- | --- | --- |\n" +
      Object.values(diagnosticTable)
        .map(({ code, severity }) => `| ${code} | ${severity} | ${exampleText(examples.get(code))} |`)
        .sort()
        .join("\n"),
    "",
  ].join("\n\n");
}

function exampleText(example: DiagnosticExample | undefined): string {
  if (example === undefined) return "";
  const { message, fix } = example;
  return (fix === undefined ? message : `${message} (${fix})`).replaceAll("|", "\\|");
}

function rowText(row: Callable & { paper?: string }, role: Role): string {
  const { name, doc, example, parameters, paper } = row;
  const notes = role === "measure" ? measureNotes(name) : role === "paradigm" ? paradigmNotes(name) : "";
  return [
    `### \`${signature(row)}\``,
    [doc, paper === undefined ? "" : `${paper}.`, notes].filter((text) => text !== "").join(" "),
    parameters.map((parameter) => `- ${parameterText(parameter)}`).join("\n"),
    example === signature(row) ? "" : `Example: \`${example}\``,
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

function measureNotes(name: string): string {
  const row = measures.get(name);
  if (row === undefined) return "";
  const { least, most } = row.modalities;
  const count =
    least === most
      ? "two modalities"
      : most === Infinity
        ? "all modalities"
        : `${least} to ${most} modalities`;
  return `Of ${count}${row.perSample ? ", with a value of each sample" : ", of the data set as a whole"}.`;
}

const trains = {
  any: "Trains any fusion.",
  operator: "Trains one operator over all modalities.",
  interactions: "Trains a block with all four kinds of interaction.",
};

function paradigmNotes(name: string): string {
  const row = paradigms.get(name);
  return row === undefined ? "" : trains[row.trains];
}
