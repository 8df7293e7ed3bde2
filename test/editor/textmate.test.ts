import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { format } from "prettier";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from "vscode-textmate";
import { beforeAll, describe, expect, it } from "vitest";
import { layers } from "../../compiler/tables/layers.js";
import { textMateGrammar } from "../../editor/textmate.js";
import { wordsOf } from "../../grammar/index.js";
import { words } from "../../grammar/tokens.js";

const path = "editor/syntaxes/mmspec.tmLanguage.json";

describe("the TextMate grammar", () => {
  let grammar: IGrammar;
  beforeAll(async () => {
    const require = createRequire(import.meta.url);
    await loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
    const registry = new Registry({
      onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
      loadGrammar: () => Promise.resolve(parseRawGrammar(JSON.stringify(textMateGrammar()), path)),
    });
    grammar = (await registry.loadGrammar("source.mmspec")) as IGrammar;
  });

  /** Each token's text and innermost scope, without "mmspec"; white space is left out. */
  function scopes(source: string): { text: string; scope: string; start: number }[] {
    let stack = INITIAL;
    let offset = 0;
    return source.split("\n").flatMap((line) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
      stack = ruleStack;
      const found = tokens.map(({ startIndex, endIndex, scopes }) => ({
        text: line.slice(startIndex, endIndex),
        scope: (scopes.at(-1) ?? "").replace(/\.mmspec$/, ""),
        start: offset + startIndex,
      }));
      offset += line.length + 1;
      return found.filter(({ text }) => text.trim() !== "");
    });
  }

  const scopeOf = (source: string, text: string) =>
    scopes(source).find((token) => token.text === text)?.scope;

  it("is what the tables make", async () => {
    const made = await format(JSON.stringify(textMateGrammar()), { parser: "json", printWidth: 110 });
    await expect(made).toMatchFileSnapshot(`../../${path}`);
  });

  it("colours what a line is made of", () => {
    const line = '  optional modality image: image(28, 1e-3, "a\\"b") // note';
    expect(scopes(line).map(({ text, scope }) => `${text.trim()} ${scope}`)).toEqual([
      "optional storage.type",
      "modality storage.type",
      "image variable.other.modality",
      ": source",
      "image support.function",
      "( source",
      "28 constant.numeric",
      ", source",
      "1e-3 constant.numeric",
      ", source",
      '" string.quoted.double',
      "a string.quoted.double",
      '\\" constant.character.escape',
      "b string.quoted.double",
      '" string.quoted.double',
      ") source",
      "// note comment.line.double-slash",
    ]);
  });

  it("knows a name that is a keyword, an argument, a setting and a doc comment", () => {
    expect(scopeOf("target target: class(3)", "target")).toBe("storage.type");
    expect(scopes("target use: class(3)")[1]).toMatchObject({ text: "use", scope: "variable.other.target" });
    expect(scopeOf("dense(4, activation: gelu)", "activation")).toBe("variable.parameter");
    expect(scopeOf("  batch 128", "batch")).toBe("keyword.other.setting");
    expect(scopeOf("/// what it is", "/// what it is")).toBe("comment.line.documentation");
    expect(scopeOf("when uniqueness(a) dominates use gate", "uniqueness")).toBe("support.type.interaction");
  });

  it("ends an open string with its line", () => {
    expect(scopeOf('from "open\nsplit 0.5 train', "split")).toBe("keyword.control");
  });

  it("knows every keyword and every layer", () => {
    for (const word of Object.keys(words))
      expect(scopeOf(`${word} {`, word), word).toMatch(/^(storage|keyword)/);
    for (const layer of layers.keys())
      expect(scopeOf(`= ${layer} ->`, layer), layer).toBe("support.function");
  });

  it.each(readdirSync("examples").filter((file) => file.endsWith(".mmspec")))(
    "sees the comments, strings and numbers of %s where the lexer sees them",
    (file) => {
      const source = readFileSync(`examples/${file}`, "utf8");
      const tokens = scopes(source);
      const within = { comment: /^comment/, doc: /^comment.*documentation/, string: /^(string|constant.character)/, number: /^constant.numeric/ }; // prettier-ignore
      for (const { kind, text, span } of wordsOf(source)) {
        const token = tokens.find(({ start }) => start === span.start);
        if (kind in within)
          expect(token?.scope, `${text} in ${file}`).toMatch(within[kind as keyof typeof within]);
        else
          expect(token?.scope ?? "", `${text} in ${file}`).not.toMatch(/^(comment|string|constant\.numeric)/);
      }
    },
  );
});
