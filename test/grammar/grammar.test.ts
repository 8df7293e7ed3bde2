import { Lexer } from "chevrotain";
import { describe, expect, it } from "vitest";
import { SpecParser } from "../../grammar/parser.js";
import { lexerConfig, tokenize, tokens } from "../../grammar/tokens.js";

describe("the grammar", () => {
  it("has no ambiguity, no left recursion and no token that another one hides", () => {
    expect(() => new SpecParser({ skipValidations: false })).not.toThrow();
    expect(new Lexer(tokens, lexerConfig).lexerDefinitionErrors).toEqual([]);
  });

  // Which tokens may begin with which character is told to the lexer, so that it needn't try them all.
  it("finds the same tokens wherever a character of Unicode begins one", () => {
    const all = Array.from({ length: 0x20000 }, (_, code) => `${String.fromCodePoint(code)}1\n`).join("");
    const trying = new Lexer(tokens, { positionTracking: "onlyOffset", safeMode: true });
    const found = ({ tokens, errors }: ReturnType<typeof tokenize>) => ({
      tokens: tokens.map(({ tokenType, startOffset, image }) => `${startOffset} ${tokenType.name} ${image}`),
      errors: errors.map(({ offset, length }) => `${offset} ${length}`),
    });
    expect(found(tokenize(all))).toEqual(found(trying.tokenize(all)));
  });
});
