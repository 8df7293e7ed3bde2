import { CompletionItemKind, InsertTextFormat, type CompletionItem } from "vscode-languageserver";
import { rowText, parameterText } from "../compiler/describe.js";
import { interactions } from "../compiler/tables/interactions.js";
import type { Callable, Parameter } from "../compiler/tables/parameters.js";
import { points } from "../compiler/tables/points.js";
import { roles, type Role } from "../compiler/tables/roles.js";
import { splitWords } from "../compiler/tables/splits.js";
import { settings } from "../compiler/tables/training.js";
import { lastStep } from "../compiler/variants/paths.js";
import type { Place as VariedPlace } from "../compiler/variants/places.js";
import { expectedAt, type Expectation, type Place, type SpecFile, type Word } from "../grammar/index.js";
import { openCall, roleHere, variedModel } from "./calls.js";
import type { Spec } from "./document.js";
import type { Declared } from "./names.js";
import { placeText, quantities, stepsAfter } from "./variants.js";
import type { Workspace } from "./workspace.js";

const markdown = (value: string) => ({ kind: "markdown" as const, value });

/** What can be written at an offset: the words that the grammar allows there, and the names that the tables and the file give them. */
export function complete(spec: Spec, offset: number, workspace: Workspace): CompletionItem[] {
  const inside = spec.words.find(({ span }) => span.start < offset && offset <= span.end);
  if (inside?.kind === "comment" || inside?.kind === "doc" || inside?.kind === "number") return [];
  if (inside?.kind === "string") return pathItems(spec, inside, workspace);
  const place = expectedAt(spec.source, offset);
  const items = new Map<string, CompletionItem>();
  for (const expectation of place.expected) {
    for (const item of itemsOf(expectation, place, spec, offset)) {
      if (!items.has(item.label)) items.set(item.label, item);
    }
  }
  return [...items.values()].map((item, i) => ({ sortText: String(i).padStart(4, "0"), ...item }));
}

function itemsOf(expectation: Expectation, place: Place, spec: Spec, offset: number): CompletionItem[] {
  const { kind, rules } = expectation;
  const numeric = rules.includes("value") || rules.includes("number");
  if (kind === "name" && numeric) {
    return [...namedItems(expectation, place, spec, offset), ...sharedItems("param", spec)];
  }
  return namedItems(expectation, place, spec, offset);
}

/** What isn't a parameter. */
function namedItems(expectation: Expectation, place: Place, spec: Spec, offset: number): CompletionItem[] {
  const { kind, label, rules } = expectation;
  if (rules.includes("argument")) return kind === "name" ? argumentItems(rules, place, spec, offset) : [];
  if (kind === "keyword") return [keyword(label)];
  return kind === "name" ? nameItems(rules, place, spec, offset) : [];
}

function keyword(label: string): CompletionItem {
  const known = settings.get(label) ?? splitWords.get(label);
  return {
    label,
    kind: CompletionItemKind.Keyword,
    sortText: `9${label}`,
    ...(known && { documentation: markdown(known.doc) }),
  };
}

/** A row of a table; its arguments that have no default are asked for. */
function rowItem(row: Callable & { paper?: string }): CompletionItem {
  const needed = row.parameters.some(
    (parameter) => parameter.default === undefined && parameter.optional !== true,
  );
  return {
    label: row.name,
    kind: CompletionItemKind.Function,
    detail: row.example,
    documentation: markdown(rowText(row)),
    ...(needed && { insertText: `${row.name}($1)$0`, insertTextFormat: InsertTextFormat.Snippet }),
  };
}

const rowsOf = (role: Role): CompletionItem[] => [...roles[role].values()].map(rowItem);

const word = (label: string, doc: string, kind: CompletionItemKind): CompletionItem => ({
  label,
  kind,
  documentation: markdown(doc),
});

function declaredItem({ name, doc, file, whole }: Declared, spec: Spec): CompletionItem {
  return {
    label: name,
    kind: CompletionItemKind.Variable,
    detail: firstLine(spec.textOf(file).slice(whole.start, whole.end)),
    ...(doc !== undefined && { documentation: markdown(doc) }),
    ...(file !== undefined && { labelDetails: { description: file } }),
  };
}

/** What stands outside of models, here and in imported files. */
function sharedItems(kind: Declared["kind"], spec: Spec): CompletionItem[] {
  const { declared, imported } = spec.names;
  return [...declared, ...imported]
    .filter((each) => each.shared && each.kind === kind)
    .map((each) => declaredItem(each, spec));
}

/** The files that an import can name, in the place of its path. */
function pathItems(spec: Spec, { span, text }: Word, workspace: Workspace): CompletionItem[] {
  const before = spec.words.findLast((word) => word.span.end <= span.start);
  if (before?.text !== "import") return [];
  const closed = text.length > 1 && text.endsWith('"');
  const range = spec.range({ start: span.start + 1, end: span.end - (closed ? 1 : 0) });
  return workspace.below(spec.uri).map((path) => ({
    label: `./${path}`,
    kind: CompletionItemKind.File,
    textEdit: { range, newText: `./${path}` },
  }));
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}

/** What the model around an offset declares; for data, what its model does. */
function declaredHere(spec: Spec, place: Place, offset: number): readonly Declared[] {
  const { models } = spec.analysis.tree;
  const fed = /^data for (.*)$/.exec(place.blocks[0] ?? "")?.[1];
  const [around] = models
    .filter(({ name, span }) => (fed === undefined ? span.start <= offset : name.text === fed))
    .slice(fed === undefined ? -1 : 0);
  if (around === undefined) return [];
  return spec.names.declared.filter(
    ({ kind, span }) => kind !== "model" && span.start >= around.span.start && span.end <= around.span.end,
  );
}

function nameItems(rules: readonly string[], place: Place, spec: Spec, offset: number): CompletionItem[] {
  const path = rules.filter((rule) => rule !== "name");
  const inside = (...names: string[]) => names.every((name, i) => path.at(i - names.length) === name);
  const { before } = place;
  const varied = variedModel(place);
  if (varied !== undefined && inside("path", "pathStep")) {
    if (path.includes("vary")) return stepsAfter(spec, varied, before).map((step) => stepItem(step, spec));
    return quantities(spec, varied).map(([name, doc]) => word(name, doc, CompletionItemKind.Variable));
  }
  const role = roleHere(path, before, place, spec);
  if (role === "fusion" && inside("fusion", "chain", "call"))
    return [...rowsOf(role), ...sharedItems("fusion", spec)];
  if (role !== undefined) return rowsOf(role);
  if (inside("setting", "value", "call")) return settingWords(before.at(-1));
  const declared = declaredHere(spec, place, offset);
  const of = (...kinds: Declared["kind"][]) =>
    declared.filter(({ kind }) => kinds.includes(kind)).map((found) => declaredItem(found, spec));
  const unnamed = () => of("modality").filter(({ label }) => !namesBefore(before).includes(label));

  if (inside("encoder")) return before.at(-1) === "for" ? unencoded(spec.analysis.tree, of("modality")) : [];
  if (inside("encode", "names")) return unencoded(spec.analysis.tree, unnamed());
  if (inside("encode")) return [...of("encoder"), ...sharedItems("encoder", spec)];
  if (inside("component", "names")) return unnamed();
  if (inside("interaction", "component"))
    return [...interactions.values()].map(({ name, doc }) => word(name, doc, CompletionItemKind.Keyword));
  if (inside("rule", "component")) return of("interaction", "gate");
  if (inside("comparison", "component")) return shares(of("interaction"));
  if (inside("condition")) return of("modality");
  if (inside("train", "setting"))
    return [...settings.values()].map(({ name, doc, example }) => ({
      ...word(name, doc, CompletionItemKind.Property),
      detail: example,
    }));
  if (inside("augment", "names")) return unnamed();
  if (inside("pid", "names")) return [...unnamed(), ...pointItems()];
  if (inside("binding")) return of("modality", "target");
  if (inside("part") || (inside("lack") && before.includes("of")))
    return ["train", "validation", "test"].map((part) =>
      word(part, "A part of the split.", CompletionItemKind.EnumMember),
    );
  if (inside("lack")) return of("modality");
  if (inside("data") || inside("variants"))
    return spec.names.declared
      .filter(({ kind }) => kind === "model")
      .map((found) => declaredItem(found, spec));
  return [];
}

function stepItem(step: VariedPlace, spec: Spec): CompletionItem {
  const kind = step.slot === undefined ? CompletionItemKind.Module : CompletionItemKind.Property;
  return word(lastStep(step), placeText(step, spec.source), kind);
}

function settingWords(name: string | undefined): CompletionItem[] {
  const { words = [], doc = "" } = settings.get(name ?? "") ?? {};
  return words.map((text) => word(text, doc, CompletionItemKind.EnumMember));
}

const pointItems = () =>
  [...points.values()].map(({ name, doc }) => word(name, doc, CompletionItemKind.EnumMember));

/** The names that already stand in the list that is being written: `redundant(top, `. */
function namesBefore(before: readonly string[]): string[] {
  const names: string[] = [];
  for (let i = before.length - 1; before[i] === ","; i -= 2) names.push(before[i - 1] ?? "");
  return names;
}

/** The modalities that have no encoder; all, when each has one. */
function unencoded({ models }: SpecFile, items: CompletionItem[]): CompletionItem[] {
  const encoded = new Set(
    models.flatMap(({ members }) =>
      members.flatMap((member) => {
        if (member.kind === "encoder") return member.modality?.text ?? [];
        return member.kind === "encode" ? member.modalities.map(({ text }) => text) : [];
      }),
    ),
  );
  const free = items.filter(({ label }) => !encoded.has(label));
  return free.length > 0 ? free : items;
}

/** `redundancy`, `uniqueness(top)`: the shares of the interactions that the block has. */
function shares(components: readonly CompletionItem[]): CompletionItem[] {
  return [...interactions.values()].flatMap(({ name, share, doc }) => {
    const own = components.filter(({ label }) => label.startsWith(`${name}(`));
    const labels =
      name === "unique" ? own.map(({ label }) => label.replace(name, share)) : own.length > 0 ? [share] : [];
    return labels.map((label) => word(label, `The gate's share of it. ${doc}`, CompletionItemKind.Variable));
  });
}

/** Inside a call's parentheses: the arguments that aren't given yet, and the words that this one may be. */
function argumentItems(rules: readonly string[], place: Place, spec: Spec, offset: number): CompletionItem[] {
  const modalities = () =>
    declaredHere(spec, place, offset)
      .filter(({ kind }) => kind === "modality")
      .map((found) => declaredItem(found, spec));
  // `noise(left`: an argument's modalities.
  if (rules.includes("names")) return modalities();
  const open = openCall(place.before, rules, (path, before) => roleHere(path, before, place, spec));
  if (open === undefined) return [];
  const { row, given, position, named } = open;
  if (row.columns) return named === undefined ? [] : rowsOf("column");
  const values = (parameter: Parameter | undefined): CompletionItem[] => {
    if (parameter?.type.kind === "word")
      return parameter.type.words.map((text) =>
        word(text, parameterText(parameter), CompletionItemKind.EnumMember),
      );
    if (parameter?.type.kind === "modality") return modalities();
    return parameter?.name === "on" ? pointItems() : [];
  };
  if (named !== undefined) return values(row.parameters.find(({ name }) => name === named));
  const options = row.parameters
    .filter(({ name }, i) => !given.has(name) && i >= position)
    .map((parameter) => ({
      label: `${parameter.name}:`,
      filterText: parameter.name,
      kind: CompletionItemKind.Property,
      insertText: `${parameter.name}: `,
      documentation: markdown(parameterText(parameter)),
      ...(parameter.default !== undefined && { detail: String(parameter.default) }),
    }));
  return [...(given.size > 0 ? [] : values(row.parameters[position])), ...options];
}
