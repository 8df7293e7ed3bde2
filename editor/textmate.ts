import { interactions } from "../compiler/tables/interactions.js";
import { points } from "../compiler/tables/points.js";
import { roles } from "../compiler/tables/roles.js";
import { settings } from "../compiler/tables/training.js";
import { symbols, words } from "../grammar/tokens.js";

interface Pattern {
  name?: string;
  match?: string;
  begin?: string;
  end?: string;
  include?: string;
  captures?: Record<string, { name: string }>;
  patterns?: Pattern[];
}

export interface TextMateGrammar {
  name: string;
  scopeName: string;
  fileTypes: string[];
  patterns: Pattern[];
  repository: Record<string, Pattern>;
}

const name = "[\\p{L}_][\\p{L}\\p{N}_]*";

/** One of several words, not part of a longer one; the longer word first. */
function oneOf(list: Iterable<string>): string {
  const sorted = [...new Set(list)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return `(?<![\\p{L}\\p{N}_])(?:${sorted.join("|")})(?![\\p{L}\\p{N}_])`;
}

/** `keyword NAME`: the name is one whatever it is called. */
function declaration(keyword: keyof typeof words, scope: string): Pattern {
  return {
    match: `(${oneOf([keyword])})\\s+(${name})`,
    captures: { 1: { name: "storage.type.mmspec" }, 2: { name: scope } },
  };
}

const declaring = ["model", "data", "target", "optional", "modality", "encoder", "encode", "fusion", "gate"];
const blocks = ["train", "evaluate", "variants", "import", "param"];

/** The colours of a spec for whatever reads TextMate grammars; made of the tables that the compiler reads. */
export function textMateGrammar(): TextMateGrammar {
  const called = Object.values(roles).flatMap((table) => [...table.keys()]);
  const kinds = [...interactions.values()];
  const storage = [...declaring, ...blocks];
  const control = Object.keys(words).filter((word) => !storage.includes(word));
  const operators = [symbols.arrow, symbols.feeds, symbols.atMost, symbols.atLeast, symbols.unequal, symbols.below, symbols.above, symbols.equals]; // prettier-ignore
  return {
    name: "mmspec",
    scopeName: "source.mmspec",
    fileTypes: ["mmspec"],
    patterns: [
      { include: "#comments" },
      { include: "#strings" },
      { include: "#numbers" },
      { include: "#declarations" },
      { include: "#arguments" },
      { include: "#calls" },
      { include: "#words" },
      { include: "#operators" },
    ],
    repository: {
      comments: {
        patterns: [
          { name: "comment.line.documentation.mmspec", match: "///.*$" },
          { name: "comment.line.double-slash.mmspec", match: "//.*$" },
        ],
      },
      strings: {
        name: "string.quoted.double.mmspec",
        begin: '"',
        // A string ends with its line at the latest.
        end: '"|$',
        patterns: [{ name: "constant.character.escape.mmspec", match: "\\\\(?:u\\{[0-9a-fA-F]{1,6}\\}|.)" }],
      },
      numbers: {
        name: "constant.numeric.mmspec",
        match:
          "(?<![\\p{L}\\p{N}_])-?(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d+)?(?:[kM](?![\\p{L}\\p{N}_]))?(?:\\s*/\\s*\\d+(?:\\.\\d+)?)?",
      },
      declarations: {
        patterns: [
          {
            match: `(${oneOf(["data"])})\\s+(${oneOf(["for"])})\\s+(${name})`,
            captures: {
              1: { name: "storage.type.mmspec" },
              2: { name: "keyword.control.mmspec" },
              3: { name: "entity.name.type.model.mmspec" },
            },
          },
          {
            match: `(${oneOf(["variants"])})\\s+(${oneOf(["of"])})\\s+(${name})`,
            captures: {
              1: { name: "storage.type.mmspec" },
              2: { name: "keyword.control.mmspec" },
              3: { name: "entity.name.type.model.mmspec" },
            },
          },
          declaration("model", "entity.name.type.model.mmspec"),
          declaration("target", "variable.other.target.mmspec"),
          declaration("modality", "variable.other.modality.mmspec"),
          declaration("encoder", "entity.name.function.encoder.mmspec"),
          declaration("fusion", "entity.name.function.fusion.mmspec"),
        ],
      },
      arguments: {
        match: `(${name})\\s*(?=:)`,
        captures: { 1: { name: "variable.parameter.mmspec" } },
      },
      calls: {
        patterns: [
          {
            name: "support.type.interaction.mmspec",
            match: oneOf(kinds.flatMap((row) => [row.name, row.share])),
          },
          { name: "support.function.mmspec", match: oneOf(called.filter((word) => !(word in words))) },
          { name: "entity.name.function.mmspec", match: `${name}(?=\\()` },
        ],
      },
      words: {
        patterns: [
          {
            name: "keyword.other.setting.mmspec",
            match: `${oneOf([...settings.keys()].filter((word) => word !== "seed"))}(?=\\s+[\\p{L}\\p{N}_"\\[.-])`,
          },
          { name: "storage.type.mmspec", match: oneOf(storage) },
          { name: "keyword.control.mmspec", match: oneOf(control) },
          {
            name: "support.constant.point.mmspec",
            match: oneOf([...points.keys()].filter((word) => !(word in words))),
          },
          { name: "variable.other.mmspec", match: name },
        ],
      },
      operators: {
        name: "keyword.operator.mmspec",
        match: operators.map(({ LABEL = "" }) => LABEL).join("|"),
      },
    },
  };
}
