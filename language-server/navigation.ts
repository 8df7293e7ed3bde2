import { analyse } from "../compiler/index.js";
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
  const texts = new Map(
    files.map((file) => {
      const here = places.filter((place) => plainUri(place.spec.uri) === plainUri(file.uri));
      const spans = here.map(({ span }) => span);
      return [plainUri(file.uri), renamed(file.source, spans, name)];
    }),
  );
  for (const file of files) {
    const after = analyse(texts.get(plainUri(file.uri)) as string, file.file, {
      read: (path) => texts.get(plainUri(file.uriOf(path))) ?? file.read(path),
    });
    const errors = ({ diagnostics }: typeof after) =>
      diagnostics.filter(({ severity }) => severity === "error");
    const before = errors(file.analysis);
    const known = new Set(before.map(({ code }) => code));
    const added = errors(after).find(({ code }) => !known.has(code)) ?? errors(after)[before.length];
    if (added !== undefined)
      throw new RenameError(file === spec ? added.message : `${file.file}: ${added.message}`);
  }
  return places;
}

function renamed(source: string, spans: readonly Span[], name: string): string {
  let text = "";
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    text += source.slice(end, span.start) + name;
    end = span.end;
  }
  return text + source.slice(end);
}
