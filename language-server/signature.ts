import type { SignatureHelp } from "vscode-languageserver";
import { argumentText, parameterText, signature } from "../compiler/describe.js";
import { expectedAt } from "../grammar/index.js";
import { openCall, roleHere, type OpenCall } from "./calls.js";
import type { Spec } from "./document.js";

const markdown = (value: string) => ({ kind: "markdown" as const, value });

/** The arguments of the call whose parentheses are around an offset, and which of them is being written. */
export function signatureHelp(spec: Spec, offset: number): SignatureHelp | null {
  const inside = spec.words.find(({ span }) => span.start < offset && offset < span.end);
  if (inside?.kind === "comment" || inside?.kind === "doc") return null;
  const place = expectedAt(spec.source, offset);
  let open: OpenCall | undefined;
  for (const { rules } of place.expected)
    open ??= openCall(place.before, rules, (path, before) => roleHere(path, before, place, spec));
  if (open === undefined || open.row.parameters.length === 0) return null;
  const { row } = open;
  let end = row.name.length + 1;
  const parameters = row.parameters.map((parameter) => {
    const start = end;
    const text = argumentText(parameter);
    end = start + text.length + ", ".length;
    const label: [number, number] = [start, start + text.length];
    return { label, documentation: markdown(parameterText(parameter)) };
  });
  const about = row.paper === undefined ? row.doc : `${row.doc} ${row.paper}.`;
  return {
    signatures: [{ label: signature(row), documentation: markdown(about), parameters }],
    activeSignature: 0,
    activeParameter: active(spec, offset, open),
  };
}

/** Which argument is being written: by its name, and where it has none by its place. */
function active(spec: Spec, offset: number, { row, named, position }: OpenCall): number {
  const word = spec.wordAt(offset);
  const behind = word && /^\s*[:(]/.test(spec.source.slice(word.span.end, word.span.end + 100));
  const names = row.parameters.map(({ name }) => name);
  const found = named === undefined && !behind ? -1 : names.indexOf(named ?? word?.text ?? "");
  if (found >= 0) return found;
  const several = row.parameters.findIndex(({ variadic }) => variadic);
  return Math.min(position, several < 0 ? names.length - 1 : several);
}
