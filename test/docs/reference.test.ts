import { readdirSync } from "node:fs";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { reference, type DiagnosticExample } from "../../compiler/reference.js";
import { compileFile } from "../support/compile-file.js";
import { layers } from "../../compiler/tables/layers.js";

const folders = ["test/broken/one-fault", "test/broken"];

describe("docs/reference.md", () => {
  it("is what the tables make", async () => {
    const examples = new Map<string, DiagnosticExample>();
    const specs = folders.flatMap((folder) => readdirSync(folder).map((name) => [folder, name] as const));
    for (const [folder, name] of specs.filter(([, name]) => name.endsWith(".mmspec"))) {
      const { diagnostics } = await compileFile(folder, name);
      for (const { code, message, fix } of diagnostics) {
        if (!examples.has(code)) examples.set(code, fix === undefined ? { message } : { message, fix });
      }
    }
    const made = await format(reference(examples), { parser: "markdown", printWidth: 110 });
    for (const name of layers.keys()) expect(made).toContain(`### \`${name}`);
    await expect(made).toMatchFileSnapshot("../../docs/reference.md");
  });
});
