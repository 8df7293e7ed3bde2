import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  analyse,
  compile,
  explain,
  ParameterError,
  renderDiagnostic,
  setImportedParameters,
  type ReadFile,
} from "../../compiler/index.js";
import { readFrom } from "../../compiler/node.js";
import { format } from "../../grammar/index.js";
import { block } from "../support/specs.js";

/** A model of two modalities, with what stands before it and what fuses it. */
const model = (top: string, { encode = "Half", fusion = "concat" } = {}) => `${top}
model Two {
  target label: class(3)
  modality left: vector(9)
  modality right: vector(12)
  encode left, right with ${encode}
  fusion = ${fusion}
  train { paradigm joint epochs 3 }
}

data for Two {
  from synthetic(redundancy: 1, samples: 300)
  split 0.6 train, 0.2 validation, 0.2 test
}
`;

const reader =
  (files: Readonly<Record<string, string>>): ReadFile =>
  (path) =>
    files[path];
const check = (text: string, files: Readonly<Record<string, string>> = {}, file = "two.mmspec") =>
  analyse(text, file, { read: reader(files) });
const told = (analysis: ReturnType<typeof check>) =>
  analysis.diagnostics.map((diagnostic) => {
    const source = analysis.source.of(diagnostic);
    const { line, column } = source.positionAt(diagnostic.span.start);
    return `${source.file}:${line}:${column} ${diagnostic.code}`;
  });

describe("what stands outside of models", () => {
  it("is for all models of the file", () => {
    const text = model(
      "param width = 16\n/// Half of it.\nencoder Half = mlp(width)\nfusion Late = concat -> mlp(8)",
      {
        fusion: "Late",
      },
    );
    const { models, diagnostics } = check(text + model("").replaceAll("Two", "Three"));
    expect(diagnostics).toEqual([]);
    expect(models.map(({ encoders }) => encoders.map(({ name, width }) => [name, width]))).toEqual(
      Array(2).fill([
        ["Half", 16],
        ["Half", 16],
      ]),
    );
    expect(models[0]?.encoders[0]).toMatchObject({ doc: "Half of it.", line: 9 });
    expect(models[0]?.encoders[0]).not.toHaveProperty("template");
    expect(models[0]?.fusion).toMatchObject({ kind: "merge", width: 8, line: 4 });
    expect(models[1]?.fusion).toMatchObject({ kind: "merge", width: 32 });
  });

  it("may be a whole block, whose modalities are those of the model that uses it", () => {
    const named = `encoder Half = mlp(16)\n/// All four.\n${block.replace("fusion", "fusion Interactions")}`;
    const { models, diagnostics } = check(model(named, { fusion: "Interactions" }));
    expect(diagnostics).toEqual([]);
    expect(models[0]?.fusion).toMatchObject({ kind: "block", doc: "All four." });
    const other = check(
      model(named, { fusion: "Interactions" }).replace("modality right", "modality middle"),
    );
    expect(other.failed).toBe(true);
    const line = other.source.lineAt(other.source.text.indexOf("fusion = Interactions"));
    const inBlock = told(other).flatMap((place, i) =>
      place.endsWith("MM2002") ? (other.diagnostics[i] ?? []) : [],
    );
    // The template's application names `right` itself.
    expect(inBlock.slice(-1)).toMatchObject([{ message: "There is no modality `right`." }]);
    expect(inBlock.slice(-1)[0]).not.toHaveProperty("usedIn");
    expect(inBlock.length).toBeGreaterThan(3);
    expect(new Set(inBlock.slice(0, -1).map(({ usedIn }) => usedIn))).toEqual(
      new Set([`two.mmspec:${line}`]),
    );
  });

  it("is trained by a paradigm as if it stood in the model", () => {
    const late = (paradigm: string) =>
      told(
        check(
          model("encoder Half = mlp(16)\nfusion Late = concat", { fusion: "Late" }).replace(
            "joint",
            paradigm,
          ),
        ),
      );
    expect(late("dmil")).toEqual(["two.mmspec:9:20 MM6002"]);
    expect(late("ensemble")).toEqual(["two.mmspec:9:20 MM6003"]);
  });

  it("is checked before a model uses it, and told once when one does", () => {
    const wrong =
      "encoder Half = mpl(16)\nfusion Late = concat(3) -> dens(8)\nfusion Block { shared(a, b) = sum }";
    const codes = ["1:16 MM2005", "2:22 MM3002", "2:28 MM2005", "3:8 MM5005", "3:16 MM2005"];
    expect(told(check(wrong)).map((place) => place.replace("two.mmspec:", ""))).toEqual(
      expect.arrayContaining(codes.slice(0, 3)),
    );
    expect(
      told(check(model(wrong, { fusion: "Late" }))).filter((place) => place.endsWith("1:16 MM2005")),
    ).toHaveLength(1);
  });

  it("is a file by itself, which has no model to compile", async () => {
    const { failed, diagnostics } = check("param width = 3\nencoder Half = mlp(16)\nfusion Late = concat");
    expect([failed, diagnostics]).toEqual([false, []]);
    const compilation = await compile("param width = 3", "parts.mmspec");
    expect(compilation.diagnostics.map(({ code }) => code)).toEqual(["MM1006"]);
    expect(compilation.failed).toBe(true);
  });

  it("is formatted with its comments", () => {
    const text = `/// First.\nimport   "./a.mmspec"   // one\nimport "./b.mmspec"\n\n\n\n/// T\nencoder  T=dense( 3 )->dense(4)\nfusion  F{ gate=mlp(3) otherwise use gate }`;
    const once = format(text);
    expect(once).toBe(
      `/// First.\nimport "./a.mmspec" // one\nimport "./b.mmspec"\n\n/// T\nencoder T = dense(3) -> dense(4)\nfusion F {\n  gate = mlp(3)\n  otherwise use gate\n}\n`,
    );
    expect(format(once)).toBe(once);
  });
});

describe("an import", () => {
  const encoders = "/// Units.\nparam width = 16\n\nencoder Half = mlp(width)\n";

  it("brings what a file has outside of its models: parameters, templates, fusions", () => {
    const fusions = model("encoder Other = mlp(3)\nfusion Late = concat -> mlp(8)");
    const text = model('import "./parts/encoders.mmspec"\nimport "fusions.mmspec"', {
      fusion: "Late",
    }).replace("epochs 3", "batch width");
    const { models, diagnostics, units } = check(text, {
      "parts/encoders.mmspec": encoders,
      "fusions.mmspec": fusions,
    });
    expect(diagnostics).toEqual([]);
    const [ir] = models;
    expect(ir?.training.batch).toBe(16);
    expect(ir?.imports).toEqual(["parts/encoders.mmspec", "fusions.mmspec"]);
    expect(ir?.encoders[0]).toMatchObject({ line: 7, template: { file: "parts/encoders.mmspec", line: 4 } });
    expect(ir?.fusion).toMatchObject({ file: "fusions.mmspec", line: 2 });
    expect(units.map(({ from }) => from)).toEqual(["two.mmspec", "parts/encoders.mmspec", "fusions.mmspec"]);
    expect(ir && explain(ir).parts[0]).toMatchObject({ file: "parts/encoders.mmspec", line: 4 });
  });

  it("is read from the folder of the file that has it", () => {
    const asked: string[] = [];
    const files: Record<string, string> = {
      "specs/parts/encoders.mmspec": 'import "./sizes/all.mmspec"\nencoder Half = mlp(width)',
      "specs/parts/sizes/all.mmspec": "param width = 16",
    };
    const { diagnostics } = analyse(model('import "./parts//./encoders.mmspec"'), "specs/two.mmspec", {
      read: (path) => (asked.push(path), files[path]),
    });
    expect(diagnostics).toEqual([]);
    expect(asked).toEqual(["specs/parts/encoders.mmspec", "specs/parts/sizes/all.mmspec"]);
  });

  it("brings nothing that the imported file itself imports", () => {
    const files = {
      "a.mmspec": 'import "./b.mmspec"\nencoder Half = mlp(width)',
      "b.mmspec": encoders.replace("Half", "Whole"),
    };
    expect(told(check(model('import "./a.mmspec"'), files))).toEqual([]);
    expect(told(check(model('import "./a.mmspec"', { encode: "Whole" }), files))).toEqual([
      "two.mmspec:6:27 MM2003",
    ]);
  });

  it("may reach a file on two ways, which is read once", () => {
    let read = 0;
    const files: Record<string, string> = {
      "a.mmspec": 'import "./d.mmspec"\nencoder Half = mlp(width)',
      "b.mmspec": 'import "./d.mmspec"\nfusion Late = concat -> mlp(width)',
      "d.mmspec": "param width = 16",
    };
    const text = model('import "./a.mmspec"\nimport "./b.mmspec"\nimport "./d.mmspec"', { fusion: "Late" });
    const { diagnostics, units } = analyse(text.replace("epochs 3", "batch width"), "two.mmspec", {
      read: (path) => (read++, files[path]),
    });
    expect([diagnostics, read, units.length]).toEqual([[], 3, 4]);
  });

  it("says what is wrong where it is: in which file, in which line, with that line", () => {
    const files = { "parts/rows.mmspec": "// Reads rows.\nencoder Half = gru(16)\n" };
    const { diagnostics, source } = check(model('import "./parts/rows.mmspec"'), files);
    expect(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, source))[0]).toBe(
      `parts/rows.mmspec:2:16 error MM3010: \`gru\` wants [time, features], but what comes before it makes [9].
  2 | encoder Half = gru(16)
    |                ~~~~~~~
    = used in two.mmspec:6`,
    );
  });

  it("is told by its path, line by line, when it goes round", () => {
    const files = {
      "a.mmspec": '\nimport "./b.mmspec"\nencoder Half = mlp(3)',
      "b.mmspec": 'import "./sub/c.mmspec"\nimport "./a.mmspec"',
      "sub/c.mmspec": "param one = 1",
    };
    const { diagnostics } = check(model('import "./a.mmspec"'), files);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: "MM1104",
      file: "b.mmspec",
      message: "These files import each other: a.mmspec:2 -> b.mmspec:2 -> a.mmspec.",
    });
  });

  it("that fails isn't told again by every name that it would have brought", () => {
    const text = model('import "./a.mmspec"', { fusion: "Late" }).replace(
      "epochs 3",
      "stop after width epochs without improvement",
    );
    expect(told(check(text))).toEqual(["two.mmspec:1:8 MM1101"]);
    expect(told(check(text, { "a.mmspec": "encoder Half = mlp(" }))).toEqual(["a.mmspec:1:19 MM1003"]);
    expect(told(analyse(text, "two.mmspec"))).toEqual(["two.mmspec:1:8 MM1102"]);
  });

  it("brings parameters that a misspelt number may mean", () => {
    const files = { "a.mmspec": encoders };
    const meant = (batch: string, encode = "Half") =>
      check(
        model(`import "./a.mmspec"`, { encode }).replace("epochs 3", `batch ${batch}`),
        files,
      ).diagnostics.map(({ code, fix }) => [code, fix]);
    expect(meant("widht")).toEqual([["MM3004", "did you mean `width`?"]]);
    expect(meant("nothing")).toEqual([["MM3004", undefined]]);
    const layer = model('encoder Third = mlp(widht)\nimport "./a.mmspec"', { encode: "Third" });
    expect(check(layer, files).diagnostics.map(({ fix }) => fix)).toContain("did you mean `width`?");
    expect(told(check(model('import "./b.mmspec"').replace("epochs 3", "batch width"), files))).toEqual([
      "two.mmspec:1:8 MM1101",
    ]);
  });

  it("never leaves the folder of the file that has it", () => {
    for (const path of [
      "../a.mmspec",
      "/a.mmspec",
      "parts/../../a.mmspec",
      "C:\\\\a.mmspec",
      "..\\\\a.mmspec",
      "a\\u{0}.mmspec",
    ]) {
      const read: ReadFile = () => expect.fail("was read");
      const { diagnostics } = analyse(model(`import "${path}"`), "two.mmspec", { read });
      expect(
        diagnostics.map(({ code }) => code),
        path,
      ).toEqual(["MM1103"]);
    }
    const inner = { "parts/a.mmspec": 'import "../b.mmspec"\nencoder Half = mlp(3)', "b.mmspec": "" };
    expect(told(check(model('import "./parts/a.mmspec"'), inner))).toEqual(["parts/a.mmspec:1:8 MM1103"]);
  });

  it("lets paths of layers begin in the folder of their file", async () => {
    const files = {
      "parts/own.mmspec": 'encoder Half = frozen("models/eye", 8) -> custom("./own.ts", 8)',
    };
    const compilation = await compile(model('import "./parts/own.mmspec"'), "two.mmspec", undefined, {
      read: reader(files),
    });
    expect(compilation.diagnostics).toEqual([]);
    expect(compilation.customFiles.map(({ from }) => from)).toEqual(["parts/own.ts"]);
    expect(JSON.stringify(compilation.ir?.encoders)).toContain('"path":"parts/models/eye"');
    const shut = analyse(model('import "./parts/own.mmspec"'), "two.mmspec", {
      read: reader(files),
      custom: false,
    });
    expect(told(shut)).toEqual(["parts/own.mmspec:1:50 MM3024"]);
  });

  it("is kept beside the spec by what is compiled", async () => {
    const files = { "parts/encoders.mmspec": encoders };
    const text = model('import "./parts/encoders.mmspec"');
    const { files: generated } = await compile(text, "specs/two.mmspec", undefined, {
      read: (path) => reader(files)(path.replace("specs/", "")),
    });
    const written = Object.fromEntries(generated.map((file) => [file.path, file.text]));
    expect(written["two.mmspec"]).toBe(text);
    expect(written["parts/encoders.mmspec"]).toBe(encoders);
    expect(written["train.ts"]).toContain('imports: ["parts/encoders.mmspec"]');
    const again = await compile(text, "two.mmspec", undefined, { read: reader(written) });
    expect(again.files).toEqual(generated);
  });
});

describe("parameters of imported files", () => {
  const files = {
    "a.mmspec": 'import "./deep.mmspec"\nparam width = 16\nencoder Half = mlp(width, depth)',
    "deep.mmspec": "param depth = 3",
  };
  const text = model('import "./a.mmspec"\nparam rounds = 2').replace(
    "epochs 3",
    "epochs rounds batch width",
  );
  const set = (...values: [string, string][]) =>
    setImportedParameters({ text, read: reader(files) }, "two.mmspec", new Map(values));

  it("are set in the file that has them, for all that use them", () => {
    const changed = set(["width", "32"], ["rounds", "5"]);
    const { models, diagnostics } = analyse(changed.text, "two.mmspec", { read: changed.read });
    expect(diagnostics).toEqual([]);
    expect(models[0]?.training).toMatchObject({ batch: 32, paradigm: { epochs: 5 } });
    expect(models[0]?.encoders[0]?.layers[0]?.call.options).toMatchObject({ units: [32, 3] });
    expect(changed.read("a.mmspec")).toBe(files["a.mmspec"].replace("16", "32"));
    expect(changed.read("deep.mmspec")).toBe(files["deep.mmspec"]);
    expect(changed.text).toBe(text.replace("rounds = 2", "rounds = 5"));
  });

  it("can be set only where the spec itself imports them", () => {
    expect(() => set(["widht", "3"])).toThrow(
      new ParameterError("The spec has no parameter `widht`: did you mean `width`?"),
    );
    expect(() => set(["depth", "3"])).toThrow("deep.mmspec has it, which the spec itself doesn't import.");
    expect(() => set(["none", "3"])).toThrow("it has `rounds`, `width`.");
    expect(() => set(["width", "wide"])).toThrow("wants a number");
  });
});

describe("many imports", () => {
  const chain = (length: number) =>
    Object.fromEntries(
      Array.from({ length }, (_, i) => [
        `f${i}.mmspec`,
        i === length - 1 ? "param p = 4" : `import "./f${i + 1}.mmspec"\nparam p${i} = 3`,
      ]),
    );

  it("may stand in a row of ten thousand files", () => {
    const files = chain(10_000);
    files["f0.mmspec"] += "\nencoder Half = mlp(p0)";
    const { diagnostics, units } = check(model('import "./f0.mmspec"'), files);
    expect(diagnostics).toEqual([]);
    expect(units).toHaveLength(10_001);
    const ring = { ...chain(100), "f99.mmspec": 'import "./f0.mmspec"' };
    const [round] = check(model('import "./f0.mmspec"'), ring).diagnostics.filter(
      ({ code }) => code === "MM1104",
    );
    expect(round?.code).toBe("MM1104");
    expect(round?.message.length).toBeLessThan(400);
  });

  it("may name one file a thousand times: it is read once", () => {
    let read = 0;
    const files: Record<string, string> = {
      "one.mmspec": "param p = 4\n".concat("// more\n".repeat(10_000)),
    };
    const names = Array.from({ length: 1000 }, (_, i) => `m${i}.mmspec`);
    for (const [i, name] of names.entries()) files[name] = `import "./one.mmspec"\nencoder E${i} = mlp(p)`;
    const text = model(names.map((name) => `import "./${name}"`).join("\n"), { encode: "E7" });
    const analysis = analyse(text, "two.mmspec", { read: (path) => (read++, files[path]) });
    expect(analysis.failed).toBe(false);
    expect(read).toBe(1001);
    expect(new Set(told(analysis).map((place) => place.slice(-6)))).toEqual(new Set(["MM1107"]));
    const twice = check(model('import "./one.mmspec"\n'.repeat(1000)), files);
    expect(twice.diagnostics.filter(({ code }) => code === "MM2001")).toHaveLength(999);
  });

  it("end where folders link to one another without end", () => {
    const text = model('import "./sub/a.mmspec"');
    const { diagnostics, units } = analyse(text, "two.mmspec", { read: () => 'import "./sub/a.mmspec"' });
    expect(units.length).toBeLessThan(1100);
    expect(diagnostics.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("its path is too long"),
    );
  });

  it("are bounded like any text", () => {
    const long = "x".repeat(1_000_000);
    const files = {
      "name.mmspec": `encoder ${long} = mlp(3)`,
      "nul.mmspec": "encoder Half = mlp(3)\0",
      "deep.mmspec": `encoder Half = ${"mlp(".repeat(100_000)}`,
      "noise.mmspec": "?".repeat(1_000_000),
    };
    for (const [name, code] of [
      ["name", "MM1022"],
      ["nul", "MM1021"],
      ["deep", "MM1024"],
      ["noise", "MM1001"],
    ]) {
      const { diagnostics } = check(model(`import "./${name}.mmspec"`), files);
      expect(diagnostics.map((found) => [found.code, found.file])).toContainEqual([code, `${name}.mmspec`]);
    }
    expect(check(model(`import "${long}.mmspec"`)).diagnostics.map(({ code }) => code)).toContain("MM1022");
  });
});

describe("reading from disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "imports-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("gives files of the folder, and says why it can't", () => {
    const inside = join(folder, "specs");
    mkdirSync(join(inside, "sub.mmspec"), { recursive: true });
    writeFileSync(join(inside, "a.mmspec"), "param a = 1");
    writeFileSync(join(folder, "out.mmspec"), "param out = 1");
    symlinkSync(join(inside, "a.mmspec"), join(inside, "link.mmspec"));
    symlinkSync(join(folder, "out.mmspec"), join(inside, "away.mmspec"));
    symlinkSync(folder, join(inside, "up"));
    symlinkSync(join(inside, "round.mmspec"), join(inside, "round.mmspec"));
    const read = readFrom(inside);
    expect(read(join(inside, "a.mmspec"))).toBe("param a = 1");
    expect(read(join(inside, "link.mmspec"))).toBe("param a = 1");
    expect(read(join(inside, "none.mmspec"))).toBeUndefined();
    expect(read(join(inside, "a.mmspec", "b.mmspec"))).toBeUndefined();
    const left = { reason: "it is a link that leaves the folder of the spec" };
    expect(read(join(inside, "away.mmspec"))).toEqual(left);
    expect(read(join(inside, "up", "out.mmspec"))).toEqual(left);
    expect(read(join(inside, "sub.mmspec"))).toEqual({ reason: "it is a folder" });
    expect(read(join(inside, "round.mmspec"))).toEqual({ reason: "it is a link to itself" });
    expect(read(join(inside, `${"x".repeat(5000)}.mmspec`))).toEqual({ reason: "its name is too long" });
    expect(readFileSync(join(folder, "out.mmspec"), "utf8")).toBe("param out = 1");
  });
});
