import { analyse, type Diagnostic } from "../compiler/index.js";
import type { Span } from "../grammar/index.js";
import { wordsOf } from "../grammar/index.js";
import type { Spec } from "./document.js";
import type { Declared, Occurrence } from "./names.js";

/** Where the thing at an offset is declared. */
export function definition(spec: Spec, offset: number): Span | undefined {
  return spec.occurrenceAt(offset)?.declared.span;
}

/** All places that name the thing at an offset. */
export function references(spec: Spec, offset: number, withDeclaration = true): Span[] {
  const declared = spec.occurrenceAt(offset)?.declared;
  if (declared === undefined) return [];
  return of(declared, spec)
    .filter(({ declares }) => withDeclaration || !declares)
    .map(({ span }) => span);
}

function of(declared: Declared, { names }: Spec): Occurrence[] {
  return names.occurrences.filter((occurrence) => occurrence.declared === declared);
}

/** The name at an offset that can be given another one. */
export function renamable(spec: Spec, offset: number): Span | undefined {
  const occurrence = spec.occurrenceAt(offset);
  // The name of an interaction is its kind: only its modalities have names of their own.
  const kind = occurrence?.declared.kind;
  return kind === "interaction" || kind === "gate" ? undefined : occurrence?.span;
}

/** A name that can't be given; its message says why. */
export class RenameError extends Error {}

/**
 * The places to change so that the thing at an offset has another name.
 * @throws RenameError when the file would have errors that it doesn't have now
 */
export function rename(spec: Spec, offset: number, name: string): Span[] {
  if (renamable(spec, offset) === undefined)
    throw new RenameError("There is no name here that can be changed.");
  const words = wordsOf(name);
  if (words.length !== 1 || !["name", "keyword"].includes(words[0]?.kind ?? "") || words[0]?.text !== name)
    throw new RenameError(`\`${name}\` is not a name: letters, digits and _, a letter first.`);
  const spans = references(spec, offset);
  const { source, analysis } = spec;
  const edits = spans.map((span) => ({ span, text: name }));
  const others = unconcerned(spec, offset, spans).map((span) => ({ span, text: lineEnds(source, span) }));
  const alone = others.length === 0 ? undefined : errorsOf(edited(source, others), spec);
  // What is wrong already may hang together with the other models.
  const part = alone?.length === 0;
  const before = part ? alone : analysis.diagnostics.filter(isError);
  const after = errorsOf(edited(source, part ? [...edits, ...others] : edits), spec);
  const known = new Set(before.map(({ code }) => code));
  const added = after.find(({ code }) => !known.has(code)) ?? after[before.length];
  if (added !== undefined) throw new RenameError(added.message);
  return spans;
}

const isError = ({ severity }: Diagnostic) => severity === "error";

function errorsOf(source: string, { analysis }: Spec): Diagnostic[] {
  return analyse(source, analysis.source.file).diagnostics.filter(isError);
}

/** The models and data that know nothing of what is declared at an offset. */
function unconcerned(spec: Spec, offset: number, spans: readonly Span[]): Span[] {
  const kind = spec.occurrenceAt(offset)?.declared.kind;
  if (kind === "model" || kind === "param") return [];
  const { models, data } = spec.analysis.tree;
  return [...models, ...data]
    .map(({ span }) => span)
    .filter(({ start, end }) => !spans.some((span) => start <= span.start && span.end <= end));
}

/** The ends of a span's lines: in its place they leave the lines behind it their numbers. */
function lineEnds(source: string, { start, end }: Span): string {
  return source.slice(start, end).replace(/[^\n]+/g, "");
}

/** A text with other text in some places. */
function edited(source: string, edits: readonly { span: Span; text: string }[]): string {
  let result = "";
  let end = 0;
  for (const { span, text } of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    result += source.slice(end, span.start) + text;
    end = span.end;
  }
  return result + source.slice(end);
}
