import fc from "fast-check";
import { ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import { compile } from "../../compiler/index.js";

/** What may break out of a string, a comment or a page. */
const hostile = [
  "*/ process.exit(66) /*",
  '"); process.exit(66); ("',
  "`${process.exit(66)}`",
  "${process.exit(66)}",
  "</script><script>alert(1)</script>",
  "\u2028process.exit(66)\u2029",
  "\u202e gnirts a t'nsi siht",
  "\\",
  "\\u0022);process.exit(66);//",
  "'; process.exit(66) //",
  "__proto__",
  "constructor",
  "\ud800",
  "\udc00 lone",
  "\0",
  "\ufeff",
  "<!--",
  "//",
  "#!/bin/sh",
  "@ts-nocheck",
];

/** Any text at all in one line, which is what a string or a comment of a spec can be. */
const texts = fc
  .oneof(
    { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
    {
      weight: 1,
      arbitrary: fc.string({
        unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)),
        maxLength: 12,
      }),
    },
    { weight: 3, arbitrary: fc.constantFrom(...hostile) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...hostile), fc.string({ unit: "binary" }))
        .map((both) => both.join("")),
    },
  )
  .map((text) => text.replaceAll(/[\n\r]/g, " "));

/** As a string of a spec. */
const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

interface Given {
  classes: string[];
  columns: string[];
  doc: string;
  file: string;
  /** Of the spec itself, without its folder. */
  spec: string;
}

const source = ({ classes, columns, doc, file }: Given) => `/// ${doc}
model Test {
  /// ${doc}
  target label: class(${classes.map(quoted).join(", ")})
  /// ${doc}
  modality left: vector(3)
  modality right: vector(4) // ${doc}
  encoder Left for left = mlp(4)
  encoder Right for right = mlp(4)
  fusion = concat -> mlp(4)
  train { paradigm joint epochs 1 batch 8 seed 3 }
  evaluate { accuracy }
}
/// ${doc}
data for Test {
  from ${quoted(`${file}.csv`)}
  left <- ${columns.slice(0, 3).map(quoted).join(", ")}
  right <- ${quoted(columns[3] as string)}
  label <- ${quoted(columns[4] as string)}
  split 0.6 train, 0.2 validation, 0.2 test seed 1
}
`;

const plain: Given = {
  classes: ["first", "second", "third"],
  columns: ["c0", "c1", "c2", "c3", "c4"],
  doc: "words",
  file: "data",
  spec: "test.mmspec",
};

/** The statements of a file as a tree of kinds, without what texts are, and whether a key is quoted; and its strings. */
function shapeOf(text: string): { shape: string; strings: string[]; problems: string[] } {
  const file = ts.createSourceFile("generated.ts", text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: ts.Diagnostic[] };
  const strings: string[] = [];
  const walk = (node: ts.Node): string => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) strings.push(node.text);
    const isKey =
      ts.isPropertyAssignment(node.parent ?? node) && (node.parent as ts.PropertyAssignment).name === node;
    if (isKey && ts.isIdentifier(node)) strings.push(node.text);
    const kind = isKey ? "key" : ts.SyntaxKind[node.kind];
    const inside: string[] = [];
    node.forEachChild((child) => void inside.push(walk(child)));
    return inside.length === 0 ? kind : `${kind}(${inside.join(",")})`;
  };
  return {
    shape: walk(file),
    strings,
    problems: parseDiagnostics.map(({ messageText }) => String(messageText)),
  };
}

async function generated(given: Given) {
  const compilation = await compile(source(given), given.spec, "Test");
  const files = compilation.files.filter(({ path }) => path.endsWith(".ts"));
  return { compilation, files: new Map(files.map(({ path, text }) => [path, shapeOf(text)])) };
}

describe("generated code", () => {
  it("is the same code whatever the spec's strings and comments hold, and holds them as they are", async () => {
    const { files: wanted } = await generated(plain);
    expect([...wanted.keys()]).toContain("model.ts");
    let compiled = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(texts, { minLength: 3, maxLength: 3 }),
        fc.uniqueArray(texts, { minLength: 5, maxLength: 5 }),
        texts,
        texts,
        texts,
        async (classes, columns, doc, file, name) => {
          const given = { classes, columns, doc, file, spec: `${name.replaceAll("/", "")}.mmspec` };
          const { compilation, files } = await generated(given);
          // An empty name, or a path that leaves the folder.
          if (compilation.failed) {
            expect(compilation.diagnostics.length).toBeGreaterThan(0);
            return;
          }
          compiled++;
          for (const [path, { shape, problems }] of files) {
            expect(problems, path).toEqual([]);
            expect(shape, path).toBe(wanted.get(path)?.shape);
          }
          const strings = new Set([...files.values()].flatMap((each) => each.strings));
          for (const text of [...classes, ...columns, `${file}.csv`]) expect(strings).toContain(text);
        },
      ),
      { numRuns: 150 },
    );
    expect(compiled).toBeGreaterThan(30);
  });

  it("reads as what it is: nothing in it turns the direction of the text", async () => {
    const turned = { ...plain, doc: "\u202e*\u200f/ x", classes: ["a\u2066", "b\u202d", "c\ufeff"] };
    const { files } = await compile(source(turned), "test.mmspec", "Test");
    for (const { path, text } of files)
      if (path.endsWith(".ts"))
        expect(text, path).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/);
  });

  it("gives no name that every object of JavaScript has", async () => {
    for (const name of Object.getOwnPropertyNames(Object.prototype)) {
      const { diagnostics } = await compile(source(plain).replaceAll("left", name), "test.mmspec", "Test");
      expect(
        diagnostics.map(({ code }) => code),
        name,
      ).toContain("MM2006");
    }
  });
});
