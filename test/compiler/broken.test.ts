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

/** What no file of one fault can show, and what shows it. */
const elsewhere: Readonly<Record<string, { text: string; custom: boolean }>> = {
  // Takes more than a thousand faults.
  MM1025: { text: "model M { }\n".repeat(500), custom: true },
  // Takes `--no-custom`.
  MM3024: { text: 'model M { modality a: vector(2) encoder A for a = custom("./a.ts", 4) }', custom: false },
};

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

  it("are at least eighty with one fault each, and every diagnostic is reached by one of them", async () => {
    expect(specsIn(one).length).toBeGreaterThanOrEqual(80);
    const shown = new Set(specsIn(one).map((name) => name.slice(0, 6)));
    const missing = [...severityOf.keys()].filter((code) => !shown.has(code));
    expect(missing.sort()).toEqual(Object.keys(elsewhere).sort());
    for (const [code, { text, custom }] of Object.entries(elsewhere)) {
      const { diagnostics } = await compile(text, "spec.mmspec", undefined, { custom });
      expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    }
  });

  it("gives every diagnostic a code of its own", () => {
    const codes = Object.values(diagnosticTable).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => /^MM[1-8]\d{3}$/.test(code))).toBe(true);
  });
});
