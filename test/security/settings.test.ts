import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSpecWith } from "../../cli/spec.js";
import { mmspec } from "../support/cli.js";
import { spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-settings-"));
const path = join(folder, "s.mmspec");
writeFileSync(path, `param width = 8\n\n${spec({})}`);

describe("--set", () => {
  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "a b", "width\u200b"])(
    "knows no parameter %j",
    async (name) => {
      await expect(readSpecWith(path, `${name}=1`)).rejects.toThrow(/no parameter `|wants NAME=NUMBER/);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  it.each(["", " ", "NaN", "1e", "=1", "1=2", "1 }", "1\nparam more = 2", "a", "__proto__", "'1'"])(
    "takes %j for no number",
    async (value) => {
      await expect(readSpecWith(path, `width=${value}`)).rejects.toThrow("Parameter `width` wants a number");
    },
  );

  it("without a name is told how it is written, and options have no dots", async () => {
    await expect(readSpecWith(path, ["=1"])).rejects.toThrow("--set wants NAME=NUMBER");
    await expect(readSpecWith(path, ["width"])).rejects.toThrow("--set wants NAME=NUMBER");
    for (const option of ["--set.a=1", "--set.__proto__.a=1", "--__proto__.a=1"]) {
      const { code, err } = mmspec(folder, "check", "s.mmspec", option);
      expect([code, err]).toEqual([2, expect.stringContaining("Unknown argument")]);
    }
  });
});
