import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyse, diagnosticTable, renderDiagnostic } from "../../compiler/index.js";

const folder = "test/broken";

describe("broken specs", () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".mmspec"));
  it.each(names)("reports all that is wrong with %s", async (name) => {
    const analysis = analyse(readFileSync(`${folder}/${name}`, "utf8"), name);
    expect(analysis.failed).toBe(true);
    expect(analysis.models).toEqual([]);
    const rendered = analysis.diagnostics
      .map((diagnostic) => renderDiagnostic(diagnostic, analysis.source))
      .join("\n\n");
    await expect(`${rendered}\n`).toMatchFileSnapshot(
      `../broken/${name.replace(".mmspec", ".expected.txt")}`,
    );
  });

  it("gives every diagnostic a code of its own", () => {
    const codes = Object.values(diagnosticTable).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => /^MM[1-7]\d{3}$/.test(code))).toBe(true);
  });
});
