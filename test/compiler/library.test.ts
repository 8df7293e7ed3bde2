import { readFileSync } from "node:fs";
import vm from "node:vm";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import * as mmspec from "../../compiler/index.js";

type Library = typeof mmspec;

/** What every browser has and a bare JavaScript engine hasn't. None of Node's globals: `process`, `Buffer`, `require`. */
const browser = {
  console,
  TextEncoder,
  TextDecoder,
  URL,
  performance,
  setTimeout,
  clearTimeout,
  queueMicrotask,
};

describe("the compiler as a library", () => {
  let library: Library;
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: 'export * from "./compiler/index.ts"', resolveDir: "." },
      bundle: true,
      write: false,
      platform: "browser",
      format: "iife",
      globalName: "mmspec",
      logLevel: "error",
    });
    const context: Record<string, unknown> = { ...browser };
    context.globalThis = context.self = context.window = context;
    vm.createContext(context);
    vm.runInContext(outputFiles[0]?.text ?? "", context);
    library = context.mmspec as Library;
  });

  const digits = readFileSync("examples/digits.mmspec", "utf8");
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

  it("parses, checks, explains and formats in a browser as in Node", () => {
    expect(plain(library.parse(digits))).toEqual(plain(mmspec.parse(digits)));
    const checked = library.check(digits);
    expect(checked.failed).toBe(false);
    expect(plain(checked.models)).toEqual(plain(mmspec.check(digits).models));
    const [model] = checked.models;
    expect(model && library.explain(model).parameters).toBeGreaterThan(1000);
    expect(library.format(digits.replaceAll("  ", " "))).toBe(mmspec.format(digits));
    const [diagnostic] = library.check(digits.replace("mlp(32)", "mpl(32)")).diagnostics;
    expect(diagnostic).toMatchObject({ code: "MM2005", replacement: { from: "mpl", to: "mlp" } });
  });

  it("compiles in a browser to the same files as in Node", async () => {
    const inBrowser = await library.compile(digits, "digits.mmspec");
    const inNode = await mmspec.compile(digits, "digits.mmspec");
    expect(inBrowser.files.map(({ path }) => path)).toContain("model.ts");
    expect(plain(inBrowser.files)).toEqual(plain(inNode.files));
  });

  it("has the version of its package", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(mmspec.version).toBe(version);
  });
});
