import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, diagnosticTable, renderDiagnostic, type Compilation } from "../../compiler/index.js";
import { compileFile as read } from "../support/compile-file.js";

const specsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".mmspec"));
/** The diagnostics as people read them, beside the spec in `.expected.txt`. */
async function expectFile({ diagnostics, source }: Compilation, path: string): Promise<void> {
  const rendered = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, source)).join("\n\n");
  await expect(`${rendered}\n`).toMatchFileSnapshot(`../../${path.replace(".mmspec", ".expected.txt")}`);
}

const severityOf = new Map<string, string>(
  Object.values(diagnosticTable).map(({ code, severity }) => [code, severity]),
);

describe("broken specs", () => {
  it.each(specsIn("test/broken"))("reports all that is wrong with %s", async (name) => {
    const analysis = await read("test/broken", name);
    expect(analysis.failed).toBe(true);
    expect(analysis.models).toEqual([]);
    await expectFile(analysis, `test/broken/${name}`);
  });

  const one = "test/broken/one-fault";
  it.each(specsIn(one))("reports the one fault of %s", async (name) => {
    const compilation = await read(one, name);
    const code = name.slice(0, 6);
    const errors = compilation.diagnostics.filter(({ severity }) => severity === "error");
    expect(compilation.failed).toBe(severityOf.get(code) === "error");
    expect(errors.map((error) => error.code)).toEqual(severityOf.get(code) === "error" ? [code] : []);
    expect(compilation.diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    await expectFile(compilation, `${one}/${name}`);
  });

  it("are at least eighty with one fault each, and every diagnostic is reached by a broken spec", async () => {
    expect(specsIn(one).length).toBeGreaterThanOrEqual(80);
    // A file of more than a thousand problems isn't worth a place in the repository.
    const reached = new Set((await compile("model M { }\n".repeat(500))).diagnostics.map(({ code }) => code));
    const custom = 'model M { modality a: vector(2) encoder A for a = custom("./a.ts", 4) }';
    const closed = await compile(custom, "closed.mmspec", undefined, { custom: false });
    for (const { code } of closed.diagnostics) reached.add(code);
    for (const folder of ["test/broken", one]) {
      for (const name of specsIn(folder)) {
        for (const { code } of (await read(folder, name)).diagnostics) reached.add(code);
      }
    }
    expect([...severityOf.keys()].filter((code) => !reached.has(code))).toEqual([]);
  });

  it("gives every diagnostic a code of its own", () => {
    const codes = Object.values(diagnosticTable).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => /^MM[1-8]\d{3}$/.test(code))).toBe(true);
  });
});
