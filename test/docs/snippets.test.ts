import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { check, compile, renderDiagnostic, type Compilation } from "../../compiler/index.js";

/**
 * Every block of `mmspec` in the documentation. One that declares a model is a whole file and compiles. Any other is a fragment: statements of a
 * model, lines of data, or whole data, or what other snippets of the page import; a line of `...` stands for what is left out, and what is before and after it may belong to different blocks.
 */
const snippets = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith(".md"))
  .flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/^```mmspec\n([^]*?)^```/gm)].map(([, text = ""], i) => ({
      path,
      number: i + 1,
      text,
    })),
  );

/** What a fragment may lack: the rest of its file. All else that is wrong with it is wrong by itself. */
const ofTheRest =
  /^MM(2002|2003|2004|2007|2009|2010|5005|5006|5007|5009|5010|5012|5013|5014|6002|6003|6004|6006|6007|6010|6021|6024|70(01|02|03|05|06|12|16|17|19|20|21|22)|5001|8001)$/;

const shown = ({ diagnostics, source }: Compilation) =>
  diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, source)).join("\n");

/** What a page's snippets can import: those that begin with a comment that is a path. */
const filesOf = (page: string): ReadonlyMap<string, string> =>
  new Map(
    snippets.flatMap(({ path, text }) => {
      const name = /^\/\/ (\S+\.mmspec)\n/.exec(text)?.[1];
      return path === page && name !== undefined ? [[name, text] as const] : [];
    }),
  );

async function expectFragment(text: string): Promise<void> {
  const named = /^data for (\S+)/m.exec(text)?.[1] ?? "Fragment";
  const wholes = [
    `${text}\nmodel ${named} { }`,
    `model Fragment {\n${text}\n}`,
    `data for Fragment {\n${text}\n}\nmodel Fragment { }`,
  ];
  const compiled = await Promise.all(wholes.map((whole) => compile(whole, "fragment.mmspec")));
  const isRead = ({ diagnostics }: Compilation) => diagnostics.every(({ code }) => !code.startsWith("MM1"));
  const read = compiled.find(isRead);
  expect(read, compiled.map(shown).join("\n\n")).toBeDefined();
  const wrong = read?.diagnostics.filter(({ code }) => !ofTheRest.test(code)) ?? [];
  expect(wrong, read && shown(read)).toEqual([]);
}

describe("snippets of the documentation", () => {
  it("are found", () => {
    expect(snippets.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["README.md", "docs/language.md", "docs/data.md"]),
    );
  });

  it.each(snippets)("compiles: $path, snippet $number", async ({ path, text }) => {
    const files = filesOf(path);
    if (/^model /m.test(text)) {
      const read = (name: string) => files.get(name);
      const compilation = await compile(text, "snippet.mmspec", undefined, { read });
      expect(compilation.failed, shown(compilation)).toBe(false);
    } else if ([...files.values()].includes(text)) {
      const { diagnostics } = check(text, "snippet.mmspec");
      expect(diagnostics).toEqual([]);
    } else {
      for (const part of text.split(/^\s*\.\.\.\s*$/m)) await expectFragment(part);
    }
  });
});
