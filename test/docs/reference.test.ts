import { readdirSync, readFileSync } from "node:fs";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { compile } from "../../compiler/index.js";
import { reference, type DiagnosticExample } from "../../compiler/reference.js";
import { layers } from "../../compiler/tables/layers.js";

const folders = ["test/broken/one-fault", "test/broken"];

describe("docs/reference.md", () => {
  it("is what the tables make", async () => {
    const examples = new Map<string, DiagnosticExample>();
    const specs = folders.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
    for (const path of specs.filter((path) => path.endsWith(".mmspec"))) {
      const { diagnostics } = await compile(readFileSync(path, "utf8"), path);
      for (const { code, message, fix } of diagnostics) {
        if (!examples.has(code)) examples.set(code, fix === undefined ? { message } : { message, fix });
      }
    }
    const made = await format(reference(examples), { parser: "markdown", printWidth: 110 });
    for (const name of layers.keys()) expect(made).toContain(`### \`${name}`);
    await expect(made).toMatchFileSnapshot("../../docs/reference.md");
  });
});
