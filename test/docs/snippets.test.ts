import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, renderDiagnostic, type Compilation } from "../../compiler/index.js";

/**
 * Every block of `mmspec` in the documentation. One that declares a model is a whole file and compiles. Any other is a fragment: statements of a
 * model, lines of data, or whole data; a line of `...` stands for what is left out, and what is before and after it may belong to different blocks.
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

  it.each(snippets)("compiles: $path, snippet $number", async ({ text }) => {
    if (/^model /m.test(text)) {
      const compilation = await compile(text, "snippet.mmspec");
      expect(compilation.failed, shown(compilation)).toBe(false);
    } else {
      for (const part of text.split(/^\s*\.\.\.\s*$/m)) await expectFragment(part);
    }
  });
});
