import { Lexer } from "chevrotain";
import { describe, expect, it } from "vitest";
import { SpecParser } from "../../grammar/parser.js";
import { lexerConfig, tokens } from "../../grammar/tokens.js";

describe("the grammar", () => {
  it("has no ambiguity, no left recursion and no token that another one hides", () => {
    expect(() => new SpecParser({ skipValidations: false })).not.toThrow();
    expect(new Lexer(tokens, lexerConfig).lexerDefinitionErrors).toEqual([]);
  });
});
