import {
  Alternation,
  NonTerminal,
  Option,
  Repetition,
  RepetitionWithSeparator,
  Terminal,
  type TokenType,
} from "chevrotain";
import fc from "fast-check";
import { SpecParser } from "../../grammar/parser.js";
import { Factor, Name, NumberToken, StringToken, words } from "../../grammar/tokens.js";

/** A production of the grammar, as chevrotain keeps it. */
interface Production {
  definition: Production[];
  terminalType?: TokenType;
  separator?: TokenType;
}

/** A production that may be left out. */
function isOptional(production: Production): boolean {
  return (
    production instanceof Option ||
    production instanceof Repetition ||
    production instanceof RepetitionWithSeparator
  );
}

const names = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "left", "conv", "Größe", "_x", "名前", "joint") },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(words)) },
);
const numbers = fc.constantFrom("0", "1", "-2", ".5", "1e-3", "500k", "2M", "1/255", "1 / 3");
const strings = fc.constantFrom('""', '"a"', '"// no comment"', '"\\"\\\\"', '"{"', '"é 🙂"');

function token(type: TokenType): fc.Arbitrary<string> {
  if (type === Name) return names;
  if (type === NumberToken) return numbers;
  if (type === Factor) return fc.constantFrom("x2", "x1.5", "x.5");
  if (type === StringToken) return strings;
  return fc.constant(type.LABEL ?? type.name);
}

/** What may stand between two tokens, with at least some white space. */
const gaps = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(" ", "  ", "\t") },
  { weight: 6, arbitrary: fc.constantFrom("\n", "\n\n", "\n\n\n", "\r\n") },
  { weight: 2, arbitrary: fc.constantFrom(" // note\n", "\n// own line\n", "\n\n// apart\n\n", "// {\r\n") },
  { weight: 1, arbitrary: fc.constantFrom("\n/// doc\n", " /// doc\n", "\n/// one\n/// two\n") },
);

/** Token sequences of the grammar, made of the parser's own rules: what is added to the grammar is drawn as well. */
const tokens: fc.Arbitrary<string[]> = (() => {
  const rules = new SpecParser().getGAstProductions() as unknown as Record<string, Production>;
  /** How deep the shallowest text of a production is. */
  const height = (production: Production, within: readonly string[] = []): number => {
    if (production instanceof Terminal || isOptional(production)) return 0;
    if (production instanceof NonTerminal) {
      const { nonTerminalName: name } = production;
      const rule = rules[name];
      return rule === undefined || within.includes(name) ? Infinity : 1 + height(rule, [...within, name]);
    }
    const heights = production.definition.map((part) => height(part, within));
    return production instanceof Alternation ? Math.min(...heights) : Math.max(0, ...heights);
  };
  const { file } = fc.letrec<Record<string, string[]>>((tie) => {
    const depthIdentifier = fc.createDepthIdentifier();
    const sequence = (definition: Production[]): fc.Arbitrary<string[]> =>
      fc.tuple(...definition.map(one)).map((parts) => parts.flat());
    const several = (definition: Production[], separator: TokenType | undefined, minLength: number) =>
      fc
        .array(sequence(definition), { minLength, maxLength: 4, depthIdentifier })
        .map((items) =>
          items.flatMap((item, i) => (separator && i > 0 ? [separator.LABEL ?? "", ...item] : item)),
        );
    const one = (production: Production): fc.Arbitrary<string[]> => {
      const { definition, separator, terminalType } = production;
      if (production instanceof Terminal && terminalType) return token(terminalType).map((text) => [text]);
      if (production instanceof NonTerminal) return tie(production.nonTerminalName);
      if (production instanceof Option)
        return fc
          .option(sequence(definition), { nil: undefined, depthIdentifier, depthSize: "small" })
          .map((found) => found ?? []);
      if (production instanceof Alternation)
        return fc.oneof(
          { depthIdentifier, depthSize: "small", maxDepth: 12 },
          // What ends soonest comes first: it is all that is drawn when a file has become deep.
          ...definition
            .toSorted((a, b) => height(a) - height(b))
            .map((alternative) => sequence(alternative.definition)),
        );
      return several(definition, separator, isOptional(production) ? 0 : 1);
    };
    return Object.fromEntries(
      Object.entries(rules).map(([name, { definition }]) => [name, sequence(definition)]),
    );
  });
  return file as fc.Arbitrary<string[]>;
})();

/** Whole files that the grammar allows, however they are spaced, with comments in all places. Most of them have no meaning. */
export const specs: fc.Arbitrary<string> = fc
  .tuple(tokens, fc.array(gaps, { minLength: 1, maxLength: 40 }))
  .map(([words, spaces]) => {
    const gap = (i: number) => spaces[i % spaces.length] ?? " ";
    return words.reduce((text, word, i) => `${text}${word}${gap(i + 1)}`, gap(0).trimStart());
  });
