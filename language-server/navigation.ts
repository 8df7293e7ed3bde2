import { analyse } from "../compiler/index.js";
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
  let renamed = "";
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    renamed += source.slice(end, span.start) + name;
    end = span.end;
  }
  const after = analyse(renamed + source.slice(end), analysis.source.file);
  const errors = ({ diagnostics }: typeof after) =>
    diagnostics.filter(({ severity }) => severity === "error");
  const known = new Set(errors(analysis).map(({ code }) => code));
  const added = errors(after).find(({ code }) => !known.has(code)) ?? errors(after)[errors(analysis).length];
  if (added !== undefined) throw new RenameError(added.message);
  return spans;
}
