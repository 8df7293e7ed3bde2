import { dirname } from "node:path";
import { readFrom } from "../../compiler/node.js";
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { format } from "prettier";
import { Project } from "ts-morph";
import { describe, expect, it } from "vitest";
import { layOut } from "../../compiler/emit/layout/print.js";
import { compile } from "../../compiler/index.js";
import { parse } from "../../grammar/index.js";
import { namesOf } from "../../language-server/names.js";

const folders = ["examples", "test/golden"];
const specs = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".mmspec"))
    .map((file) => `${folder}/${file}`),
);

const alone = specs.filter((path) => !/^import /m.test(readFileSync(path, "utf8")));

/** A spec whose names are longer, those of each kind by as much. */
function lengthened(source: string, by: Readonly<Record<string, number>>): string {
  let longer = "";
  let end = 0;
  for (const { span, declared } of namesOf({ tree: parse(source).file, imports: [] }).occurrences) {
    if (declared.kind === "interaction" || declared.kind === "gate") continue;
    longer += `${source.slice(end, span.end)}${"x".repeat(by[declared.kind] ?? 0)}`;
    end = span.end;
  }
  return longer + source.slice(end);
}

/** What Prettier would change in the generated code of a spec. */
async function expectLaidOut(source: string, path: string): Promise<void> {
  const { files, diagnostics } = await compile(source, path, undefined, { read: readFrom(dirname(path)) });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  for (const { path: file, text } of files) {
    if (!file.endsWith(".ts")) continue;
    expect(text, `${path}: ${file}`).toBe(await format(text, { parser: "typescript", printWidth: 110 }));
  }
}

describe("generated code is laid out as Prettier would", () => {
  it.each(specs)("of %s", async (path) => {
    await expectLaidOut(readFileSync(path, "utf8"), path);
  });

  // Every length of a name moves what fits in a line. What is imported has its names from elsewhere.
  it("of names of any length", async () => {
    const length = fc.integer({ min: 0, max: 45 });
    const lengths = fc.record({ model: length, target: length, modality: length, encoder: length });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...alone), lengths, async (path, by) => {
        await expectLaidOut(lengthened(readFileSync(path, "utf8"), by), path);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe("what generated code has none of", () => {
  const laidOut = (text: string) => {
    const project = new Project({ useInMemoryFileSystem: true });
    return layOut(project.createSourceFile("a.ts", text).compilerNode);
  };

  it.each([
    ["optional access", "const  a = b?.c;\n"],
    ["a variable", "let  a = 1;\n"],
    ["a class that extends another", "class A  extends B {}\n"],
    ["a default", "function f(a = 1)  {}\n"],
    ["all names of a module", 'import  * as a from "b";\n'],
    ["a comment within a line", "const a  = f(/* first */ 1);\n"],
  ])("stays as it is: %s", (_, text) => {
    expect(laidOut(text)).toBe(text);
  });

  it("is told from what is known", () => {
    expect(laidOut("const  a = f( 1,2 )\n")).toBe("const a = f(1, 2);\n");
  });
});
