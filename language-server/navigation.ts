import { analyse, type CheckOptions, type Diagnostic, type ReadFile } from "../compiler/index.js";
import type { Span } from "../grammar/index.js";
import { wordsOf } from "../grammar/index.js";
import type { Spec } from "./document.js";
import type { Declared } from "./names.js";
import { plainUri, type Workspace } from "./workspace.js";

/** A span in a file. */
export interface Place {
  spec: Spec;
  span: Span;
}

/** Where the thing at an offset is declared; of an import's path, where its file begins. */
export function definition(spec: Spec, offset: number, workspace: Workspace): Place | undefined {
  const path = spec.importAt(offset);
  const [{ imports }] = spec.analysis.units;
  const imported = imports.find(({ declaration }) => declaration === path)?.unit;
  if (imported !== undefined) {
    const target = workspace.spec(spec.uriOf(imported.from));
    return target && { spec: target, span: { start: 0, end: 0 } };
  }
  const declared = spec.occurrenceAt(offset)?.declared;
  if (declared === undefined) return undefined;
  const target = declared.file === undefined ? spec : workspace.spec(spec.uriOf(declared.file));
  return target && { spec: target, span: declared.span };
}

/** All places that name the thing at an offset, in this file and in others that it comes from or goes to. */
export function references(
  spec: Spec,
  offset: number,
  workspace: Workspace,
  withDeclaration = true,
): Place[] {
  const declared = spec.occurrenceAt(offset)?.declared;
  if (declared === undefined) return [];
  const key = spec.keyOf(declared);
  return filesWith(declared, spec, workspace).flatMap((file) =>
    file.names.occurrences
      .filter((occurrence) => file.keyOf(occurrence.declared) === key)
      .filter(({ declares }) => withDeclaration || !declares)
      .map(({ span }) => ({ spec: file, span })),
  );
}

/** The files that may name something: this one, and of what stands outside of models the one that declares it and those that import that. */
function filesWith(declared: Declared, spec: Spec, workspace: Workspace): Spec[] {
  if (!declared.shared) return [spec];
  const home = workspace.spec(spec.uriOf(declared.file)) ?? spec;
  const importers = workspace.all(home.uri).filter((other) => other.reads(plainUri(home.uri)));
  const files = new Map([home, ...importers, spec].map((file) => [plainUri(file.uri), file]));
  return [...files.values()];
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
 * @throws RenameError when a file would have errors that it doesn't have now
 */
export function rename(spec: Spec, offset: number, name: string, workspace: Workspace): Place[] {
  if (renamable(spec, offset) === undefined)
    throw new RenameError("There is no name here that can be changed.");
  const words = wordsOf(name);
  if (words.length !== 1 || !["name", "keyword"].includes(words[0]?.kind ?? "") || words[0]?.text !== name)
    throw new RenameError(`\`${name}\` is not a name: letters, digits and _, a letter first.`);
  const places = references(spec, offset, workspace);
  // What imports the file may have trouble with the new name without naming it.
  const files = filesWith(spec.occurrenceAt(offset)?.declared as Declared, spec, workspace);
  const spans = new Map(
    files.map((file) => {
      const here = places.filter((place) => plainUri(place.spec.uri) === plainUri(file.uri));
      return [file, here.map(({ span }) => span)] as const;
    }),
  );
  const edits = (file: Spec) => (spans.get(file) ?? []).map((span) => ({ span, text: name }));
  const texts = new Map(files.map((file) => [plainUri(file.uri), edited(file.source, edits(file))]));
  const kind = spec.occurrenceAt(offset)?.declared.kind;
  for (const file of files) {
    const read: ReadFile = (path) => texts.get(plainUri(file.uriOf(path))) ?? file.read(path);
    const errorsOf = (source: string, options: CheckOptions) =>
      analyse(source, file.file, options).diagnostics.filter(isError);
    const others = unconcerned(file, kind, spans.get(file) ?? []).map((span) => ({
      span,
      text: lineEnds(file.source, span),
    }));
    const alone =
      others.length === 0 ? undefined : errorsOf(edited(file.source, others), { read: file.read });
    // What is wrong already may hang together with the other models.
    const part = alone?.length === 0;
    const before = part ? alone : file.analysis.diagnostics.filter(isError);
    const text = part
      ? edited(file.source, [...edits(file), ...others])
      : (texts.get(plainUri(file.uri)) as string);
    const after = errorsOf(text, { read });
    const known = new Set(before.map(({ code }) => code));
    const added = after.find(({ code }) => !known.has(code)) ?? after[before.length];
    if (added !== undefined)
      throw new RenameError(file === spec ? added.message : `${file.file}: ${added.message}`);
  }
  return places;
}

const isError = ({ severity }: Diagnostic) => severity === "error";

/** The models and data that know nothing of what is renamed. */
function unconcerned({ analysis }: Spec, kind: Declared["kind"] | undefined, spans: readonly Span[]): Span[] {
  if (kind === "model" || kind === "param") return [];
  const { models, data, variants } = analysis.tree;
  // A block of variants goes with its model.
  if (variants.length > 0) return [];
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
