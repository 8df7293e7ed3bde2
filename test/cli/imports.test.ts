import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environment, mmspec } from "../support/cli.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-imports-"));
const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

const spec = `import "./parts/encoders.mmspec"
import "./parts/fusions.mmspec"

model Two {
  target label: class(3)
  modality left: vector(9)
  modality right: vector(12)
  encode left, right with Half
  fusion = Late
  train {
    paradigm joint
    epochs rounds
    batch 32
  }
}

param rounds = 2

data for Two {
  from synthetic(redundancy: 1, samples: 300)
  split 0.6 train, 0.2 validation, 0.2 test
}
`;
const encoders = "param width = 16\nencoder Half = mlp(width)\n";

beforeAll(() => {
  mkdirSync(join(folder, "specs", "parts"), { recursive: true });
  write("specs/two.mmspec", spec);
  write("specs/parts/encoders.mmspec", encoders);
  write("specs/parts/fusions.mmspec", "/// Late.\nfusion Late = concat -> mlp(8)\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a spec with imports, on the command line", () => {
  it("is checked with them, from any folder", () => {
    expect(mmspec(folder, "check", "specs/two.mmspec").out).toBe("specs/two.mmspec: Two - no errors\n");
    expect(mmspec(join(folder, "specs", "parts"), "check", "../two.mmspec").code).toBe(0);
    expect(mmspec(folder, "check", "specs/parts/fusions.mmspec").out).toBe(
      "specs/parts/fusions.mmspec: Late - no errors\n",
    );
    for (const command of ["explain", "train"]) {
      const { code, err } = mmspec(folder, command, "specs/parts/fusions.mmspec");
      expect([code, err]).toEqual([1, expect.stringMatching(/no model/)]);
    }
  });

  it("tells in which file an error is, also as JSON", () => {
    write("specs/wrong.mmspec", spec.replace("encoders", "wrong"));
    write("specs/parts/wrong.mmspec", "// Wrong.\nencoder Half = mpl(16)\n");
    const { code, err } = mmspec(folder, "check", "specs/wrong.mmspec");
    expect(code).toBe(1);
    expect(err).toBe(
      [
        "specs/parts/wrong.mmspec:2:16 error MM2005: `mpl` is not a layer.",
        "  2 | encoder Half = mpl(16)",
        "    |                ~~~",
        "    = did you mean `mlp`?",
        "",
        "1 error",
        "",
      ].join("\n"),
    );
    const { diagnostics } = JSON.parse(mmspec(folder, "check", "specs/wrong.mmspec", "--json").out) as {
      diagnostics: object[];
    };
    expect(diagnostics).toMatchObject([{ file: "specs/parts/wrong.mmspec", start: { line: 2, column: 16 } }]);
  });

  it("reads nothing outside of its folder, whatever a link says", () => {
    write("outside.mmspec", encoders);
    symlinkSync(join(folder, "outside.mmspec"), join(folder, "specs", "linked.mmspec"));
    for (const [path, code] of [
      ["./linked.mmspec", "MM1102"],
      ["../outside.mmspec", "MM1103"],
      [join(folder, "outside.mmspec"), "MM1103"],
    ] as const) {
      write("specs/outside.mmspec", spec.replace("./parts/encoders.mmspec", path));
      const { err } = mmspec(folder, "check", "specs/outside.mmspec");
      expect(err).toContain(code);
      expect(err).not.toContain("width = 16");
    }
  });

  it("is compiled with them beside it, and --set changes the file that has the parameter", () => {
    const { code, err } = mmspec(
      folder,
      "compile",
      "specs/two.mmspec",
      "-o",
      "out",
      "--set",
      "width=24",
      "--set",
      "rounds=1",
    );
    expect(code, err).toBe(0);
    expect(read("out/parts/encoders.mmspec")).toBe(encoders.replace("16", "24"));
    expect(read("out/two.mmspec")).toBe(spec.replace("rounds = 2", "rounds = 1"));
    expect(read("out/model.ts")).toContain("units: [24]");
    expect(mmspec(folder, "check", "out/two.mmspec").code).toBe(0);
    expect(read("specs/parts/encoders.mmspec")).toBe(encoders);
    const unknown = mmspec(folder, "check", "specs/two.mmspec", "--set", "widht=3");
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining("did you mean `width`?")]);
    expect(
      JSON.parse(mmspec(folder, "explain", "specs/two.mmspec", "--json", "--set", "width=24").out),
    ).toMatchObject({
      parts: [{ output: [24] }, { output: [24] }, { output: [48] }, {}, {}],
    });
  });

  it("is formatted by itself", () => {
    write("specs/loose.mmspec", spec.replace("import ", "import    "));
    expect(mmspec(folder, "format", "specs/loose.mmspec").code).toBe(0);
    expect(read("specs/loose.mmspec")).toBe(spec);
    expect(read("specs/parts/encoders.mmspec")).toBe(encoders);
  });

  it("is trained into a run that has all that it was made of", () => {
    const { code, out, err } = mmspec(folder, "train", "specs/two.mmspec", "--json", "--set", "width=8");
    expect(code, err).toBe(0);
    const { run } = JSON.parse(out) as { run: string };
    for (const place of [run, join(run, "trainer")]) {
      expect(readFileSync(join(place, "parts", "encoders.mmspec"), "utf8")).toContain("width = 8");
      expect(readFileSync(join(place, "two.mmspec"), "utf8")).toBe(spec);
    }
    // What was imported may go: the run goes on without it.
    cpSync(run, join(folder, "kept"), { recursive: true });
    expect(mmspec(folder, "check", "kept/two.mmspec").code).toBe(0);
    expect(mmspec(folder, "resume", "kept").code).toBe(0);
    expect(mmspec(folder, "evaluate", "kept", "--quiet").code).toBe(0);
    const reported = mmspec(folder, "report", "kept");
    expect(reported.code, reported.err).toBe(0);
    const page = read("kept/report.html");
    expect(page).toContain("joint, adam");
    expect(page).toContain("parts/fusions.mmspec");
  }, 120_000);

  it("is kept by a trainer that runs by itself", () => {
    const imports = [import.meta.resolve("tsx"), resolve("dist/cli/use-own-runtime.js")];
    const args = [...imports.flatMap((path) => ["--import", path]), join(folder, "out", "train.ts")];
    const { status, stderr } = spawnSync(
      process.execPath,
      [...args, "--quiet", "--run", join(folder, "own")],
      {
        cwd: folder,
        encoding: "utf8",
        env: environment,
      },
    );
    expect(status, stderr).toBe(0);
    for (const path of ["own/two.mmspec", "own/parts/encoders.mmspec", "own/trainer/parts/fusions.mmspec"])
      expect(existsSync(join(folder, path)), path).toBe(true);
  }, 60_000);
});
