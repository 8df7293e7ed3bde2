import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import * as compiler from "../../compiler/index.js";
import { runtimeValues } from "../../compiler/emit/runtime-names.js";
import { readFrom } from "../../compiler/node.js";
import * as runtime from "../../runtime/index.js";

const everyFile = () => true;
/** What a paradigm changes; the other files are like those of the specs above. */
const paradigmFiles = (file: string) => file === "model.ts" || file === "learning.ts";

/** The specs whose generated code is kept for review, with the folder it lies in. */
const specs = [
  ...["digits", "xor", "emotion", "reviews", "sentiment", "spoken", "questions"].map((name) => ({
    name,
    path: `examples/${name}.mmspec`,
    kept: everyFile,
  })),
  ...[
    "optional",
    "concat",
    "ensemble",
    "joint-block",
    "gates",
    "unimodal",
    "i2moe",
    "evidence",
    "measures",
    "regression",
    "multilabel",
    "layers",
    "imports",
    "files",
    "joined",
  ].map((name) => ({
    name,
    path: `test/golden/${name}.mmspec`,
    kept: everyFile,
  })),
  { name: "three", path: "examples/three.mmspec", kept: paradigmFiles },
  ...[
    "ogm",
    "agm",
    "pmr",
    "fc",
    "intra-only",
    "consistency-only",
    "settings",
    "operators",
    "learned",
    "supervise",
    "experts",
    "regression-agm",
    "multilabel-ogm",
  ].map((name) => ({
    name,
    path: `test/golden/${name}.mmspec`,
    kept: paradigmFiles,
  })),
];

describe("generated code", () => {
  it.each(specs)("of $name is what was reviewed, byte for byte", async ({ name, path, kept }) => {
    const { files, customFiles, diagnostics } = await compiler.compile(
      readFileSync(path, "utf8"),
      path,
      undefined,
      {
        read: readFrom(dirname(path)),
      },
    );
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    for (const { path: file, text } of files) {
      if (file.endsWith(".mmspec")) expect(text).toBe(readFileSync(join(dirname(path), file), "utf8"));
      else if (kept(file)) await expect(text).toMatchFileSnapshot(`../golden/${name}/${file}`);
    }
    for (const { from, to } of customFiles) {
      const text = readFileSync(join(dirname(path), from), "utf8");
      await expect(text).toMatchFileSnapshot(`../golden/${name}/${to}`);
    }
  });

  it("type-checks under strict, without an unused name", () => {
    // Beside the sources, so that "mmspec/runtime" is this package's own.
    const folder = mkdtempSync("test/golden/.typecheck-");
    try {
      for (const { name } of specs) cpSync(`test/golden/${name}`, join(folder, name), { recursive: true });
      const config = JSON.parse(readFileSync("test/golden/digits/tsconfig.json", "utf8")) as object;
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...config, include: ["*/*.ts"] }));
      const output = run("npx", ["tsc", "--noEmit", "--strict", "-p", folder]);
      expect(output).toBe("");
    } finally {
      execFileSync("rm", ["-rf", folder]);
    }
  });

  it("holds no text of the spec but as literals and comments that can't be left", () => {
    const model = readFileSync("test/golden/optional/model.ts", "utf8");
    expect(model).toContain('["calm", \'busy "loud"\', "${off}"]');
    expect(model).not.toContain('*/ console.log("not code")');
    expect(readdirSync("test/golden/optional")).not.toContain("optional.mmspec");
  });

  it("imports only what the runtime exports", () => {
    for (const name of runtimeValues) expect(runtime, name).toHaveProperty(name);
  });
});

function run(command: string, args: string[]): string {
  try {
    execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
