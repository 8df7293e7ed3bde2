import type { Hover } from "vscode-languageserver";
import { parameterText, rowText } from "../compiler/describe.js";
import type { ShapeNote } from "../compiler/index.js";
import type { Shape } from "../compiler/ir.js";
import { interactions } from "../compiler/tables/interactions.js";
import { pointNamed } from "../compiler/tables/points.js";
import { splitWords } from "../compiler/tables/splits.js";
import { settings } from "../compiler/tables/training.js";
import type { Call, Span } from "../grammar/index.js";
import { touches, type Spec } from "./document.js";
import type { Declared } from "./names.js";
import { pathAt } from "./variants.js";

interface Found {
  span: Span;
  text: string;
}

/** What the word at an offset is: its documentation, its shape here, its declaration. */
export function hover(spec: Spec, offset: number): Hover | null {
  const found =
    importedAt(spec, offset) ??
    calledAt(spec, offset) ??
    pathAt(spec, offset) ??
    declaredAt(spec, offset) ??
    wordAt(spec, offset);
  return found ? { contents: { kind: "markdown", value: found.text }, range: spec.range(found.span) } : null;
}

/** `[batch, 14, 28, 16]` */
const shapeText = (shape: Shape) => `\`[${["batch", ...shape].join(", ")}]\``;

const thousands = (number: number) => number.toLocaleString("en-US");

/** `[batch, 14, 28, 1]` -> `[batch, 14, 28, 16]`, 160 parameters, 125 440 FLOPs a sample */
function noteText({ inputs, output, weights, flops }: ShapeNote): string {
  const costs = `${thousands(weights)} parameters, ${thousands(flops)} FLOPs a sample`;
  if (inputs.length === 0) return shapeText(output);
  return `${inputs.map(shapeText).join(", ")} → ${shapeText(output)}, ${costs}`;
}

function notesAt(spec: Spec, { start, end }: Span): string[] {
  const notes = spec.analysis.shapes.filter(
    ({ span, file }) => file === undefined && span.start === start && span.end === end,
  );
  return [...new Set(notes.map(noteText))];
}

/** A call's name, or the name of one of its arguments. */
function calledAt(spec: Spec, offset: number): Found | undefined {
  for (const { call, row } of spec.names.calls) {
    if (!touches(call.span, offset)) continue;
    if (touches(call.name.span, offset) && row !== undefined) {
      const text = [rowText(row), ...notesAt(spec, call.span)].join("\n\n");
      return { span: call.name.span, text };
    }
    const argument = call.args.find(({ name }) => name && touches(name.span, offset));
    const parameter = row?.parameters.find(({ name }) => name === argument?.name?.text);
    if (parameter !== undefined && argument?.name !== undefined)
      return { span: argument.name.span, text: parameterText(parameter) };
    return optionAt(call, row?.parameters ?? [], offset);
  }
  return undefined;
}

/** A word that is an argument's value: what the argument means. */
function optionAt(
  call: Call,
  parameters: NonNullable<Spec["names"]["calls"][number]["row"]>["parameters"],
  offset: number,
): Found | undefined {
  let position = 0;
  for (const { name, value } of call.args) {
    const parameter = name
      ? parameters.find((candidate) => candidate.name === name.text)
      : parameters[position];
    if (!name && !parameter?.variadic) position++;
    if (!touches(value.span, offset) || value.kind !== "call" || parameter === undefined) continue;
    if (parameter.type.kind === "modality") return undefined;
    const point = parameter.type.kind === "name" ? pointNamed(value.name.text) : undefined;
    return {
      span: value.span,
      text: point ? `${point.doc}\n\n${parameterText(parameter)}` : parameterText(parameter),
    };
  }
  return undefined;
}

function declaredAt(spec: Spec, offset: number): Found | undefined {
  const occurrence = spec.occurrenceAt(offset);
  if (occurrence === undefined) return undefined;
  const { declared, span } = occurrence;
  const code =
    spec.textOf(declared.file).slice(declared.whole.start, declared.whole.end).split("\n")[0] ?? "";
  const row = interactions.get(declared.name.split("(")[0] ?? "");
  const text = [
    `\`\`\`mmspec\n${declared.kind === "model" || declared.kind === "target" ? code.replace(/\s*\{?$/, "") : code}\n\`\`\``,
    ...(declared.doc === undefined ? [] : [declared.doc]),
    ...(declared.kind === "interaction" && row ? [row.doc] : []),
    ...shapesOf(declared, spec),
  ].join("\n\n");
  return { span, text };
}

/** The shape of a modality, or what an encoder makes of the modalities that it encodes. */
function shapesOf({ kind, whole, last, file }: Declared, spec: Spec): string[] {
  if (kind !== "modality" && kind !== "encoder") return [];
  const of =
    kind === "encoder" ? last : spec.names.calls.findLast(({ call }) => within(call.span, whole))?.call.span;
  const notes = spec.analysis.shapes.filter((note) => note.file === file && note.span.start === of?.start);
  const makes = kind === "encoder" ? "makes " : "";
  return [...new Set(notes.map(({ output }) => makes + shapeText(output)))];
}

function within(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

/** What an import brings. */
function importedAt(spec: Spec, offset: number): Found | undefined {
  const declaration = spec.importAt(offset);
  const found = spec.analysis.units[0].imports.find((each) => each.declaration === declaration);
  if (declaration === undefined || found?.unit === undefined) return undefined;
  const { from } = found.unit;
  const lines = spec.names.imported
    .filter(({ file }) => file === from)
    .map(({ whole, file, doc }) => {
      const code = firstLine(spec.textOf(file).slice(whole.start, whole.end));
      return `- \`${code}\`${doc === undefined ? "" : `: ${firstLine(doc)}`}`;
    });
  return {
    span: declaration.path.span,
    text: [`\`${from}\``, lines.join("\n")].filter(Boolean).join("\n\n"),
  };
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}

/** A setting, a kind of interaction, a share or a point. */
function wordAt(spec: Spec, offset: number): Found | undefined {
  const word = spec.wordAt(offset);
  if (word === undefined || (word.kind !== "name" && word.kind !== "keyword")) return undefined;
  const setting = settings.get(word.text);
  const inTrain = spec.analysis.tree.models.some(({ members }) =>
    members.some(({ kind, span }) => kind === "train" && touches(span, offset)),
  );
  if (setting !== undefined && inTrain)
    return { span: word.span, text: `${setting.doc}\n\nExample: \`${setting.example}\`` };
  const divided = splitWords.get(word.text);
  const inSplit = spec.analysis.tree.data.some(({ splits }) =>
    splits.some(({ span }) => touches(span, offset)),
  );
  if (divided !== undefined && inSplit)
    return { span: word.span, text: `${divided.doc}\n\nExample: \`${divided.example}\`` };
  const interaction = [...interactions.values()].find(
    ({ name, share }) => name === word.text || share === word.text,
  );
  if (interaction === undefined) return undefined;
  const share = word.text === interaction.share ? "The gate's share of it. " : "";
  return { span: word.span, text: `${share}${interaction.doc}` };
}
