import { SemanticTokensBuilder, type SemanticTokens, type SemanticTokensLegend } from "vscode-languageserver";
import type { Word } from "../grammar/index.js";
import type { Spec } from "./document.js";
import type { Declared } from "./names.js";

const types = [
  "keyword",
  "class",
  "property",
  "variable",
  "function",
  "parameter",
  "enumMember",
  "type",
  "number",
  "string",
  "comment",
  "operator",
] as const;

type Colour = (typeof types)[number];

export const legend: SemanticTokensLegend = {
  tokenTypes: [...types],
  tokenModifiers: ["declaration", "documentation"],
};

const ofDeclared: Record<Declared["kind"], Colour> = {
  model: "class",
  param: "parameter",
  target: "property",
  modality: "variable",
  encoder: "class",
  fusion: "class",
  interaction: "type",
  gate: "type",
};

/** The colour of every word by what it means here: a modality may be called `image`, and is one all the same. */
export function colours(spec: Spec): SemanticTokens {
  const byStart = new Map<number, { colour: Colour; declares?: boolean }>();
  for (const { call, row } of spec.names.calls) {
    byStart.set(call.name.span.start, { colour: row === undefined ? "variable" : "function" });
    for (const { name, value } of call.args) {
      if (name) byStart.set(name.span.start, { colour: "parameter" });
      const values = value.kind === "list" ? value.items : [value];
      for (const item of values) {
        if (item.kind === "call" && !item.parens) byStart.set(item.span.start, { colour: "enumMember" });
      }
    }
  }
  for (const { members } of spec.analysis.tree.models) {
    for (const member of members) {
      if (member.kind !== "train") continue;
      for (const setting of member.settings) byStart.set(setting.span.start, { colour: "keyword" });
    }
  }
  for (const { span, declared, declares } of spec.names.occurrences)
    byStart.set(span.start, { colour: ofDeclared[declared.kind], declares });

  const builder = new SemanticTokensBuilder();
  for (const word of spec.words) {
    const known = byStart.get(word.span.start);
    const colour = known?.colour ?? plain(word);
    if (colour === undefined) continue;
    const { line, character } = spec.text.positionAt(word.span.start);
    const modifiers = (known?.declares ? 1 : 0) | (word.kind === "doc" ? 2 : 0);
    builder.push(line, character, word.text.length, types.indexOf(colour), modifiers);
  }
  return builder.build();
}

function plain({ kind, text }: Word): Colour | undefined {
  switch (kind) {
    case "keyword":
    case "number":
    case "string":
    case "comment":
      return kind;
    case "doc":
      return "comment";
    case "symbol":
      return ["->", "<-", "=", "<", ">", "<=", ">="].includes(text) ? "operator" : undefined;
    case "name":
      return undefined;
  }
}
