import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CompletionRequest,
  DefinitionRequest,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DocumentSymbolRequest,
  FileChangeType,
  HoverRequest,
  ReferencesRequest,
  RenameRequest,
  type CompletionItem,
  type Location,
  type MarkupContent,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { LanguageClient } from "../support/language-client.js";

const folder = mkdtempSync(join(tmpdir(), "lsp imports-"));
const root = `${pathToFileURL(folder).href}/`;
const uriOf = (path: string) => root + path;
const write = (path: string, text: string) => writeFileSync(join(folder, path), text);

const encoders =
  "/// Units.\nparam width = 16\n\n/// Half of it.\nencoder Half = mlp(width)\nencoder Rows = gru(width)\n";
const fusions = "/// Late.\nfusion Late = concat -> mlp(8)\n";
const model = (top: string, { encode = "Half", fusion = "Late", batch = "width" } = {}) => `${top}
model Two {
  target label: class(3)
  modality left: vector(9)
  modality right: vector(12)
  encode left, right with ${encode}
  fusion = ${fusion}
  train { batch ${batch} }
}
`;
const both = 'import "./parts/encoders.mmspec"\nimport "./fusions.mmspec"';

const client = new LanguageClient();
const send = client.connection.sendRequest.bind(client.connection);
beforeAll(async () => {
  mkdirSync(join(folder, "parts"));
  mkdirSync(join(folder, "node_modules"));
  write("parts/encoders.mmspec", encoders);
  write("fusions.mmspec", fusions);
  write("node_modules/other.mmspec", fusions);
  write("closed.mmspec", model(both));
  await client.start(root);
});
afterAll(async () => {
  expect(await client.stop()).toBe(0);
  rmSync(folder, { recursive: true });
});

/** `parts/encoders.mmspec 5:9`, from 1. */
const place = ({ uri, range }: Location) =>
  `${uri.slice(root.length)} ${range.start.line + 1}:${range.start.character + 1}`;

describe("across files, the language server", () => {
  it("reads what a spec imports from disk", async () => {
    const opened = await client.open(model(both), uriOf("a.mmspec"));
    expect(opened.diagnostics).toEqual([]);
  });

  it("shows what is wrong with an imported file where it is imported, and leads there", async () => {
    const opened = await client.open(model(both, { encode: "Rows" }), uriOf("b.mmspec"));
    const [first] = opened.diagnostics;
    expect(first && opened.place(first.range)).toBe('1:8 "./parts/encoders.mmspec"');
    expect(first?.code).toBe("MM3010");
    expect(first?.message).toMatch(/^parts\/encoders\.mmspec:6:16: `gru` wants/);
    expect(first?.relatedInformation?.map(({ location }) => place(location))).toEqual([
      "parts/encoders.mmspec 6:16",
    ]);
  });

  it("reads an open file as it is there, and again when it changes", async () => {
    const importer = await client.open(model(both), uriOf("c.mmspec"));
    const uri = uriOf("c.mmspec");
    let again = client.reported(uri, 1);
    const library = await client.open(encoders, uriOf("parts/encoders.mmspec"));
    expect([library.diagnostics, await again]).toEqual([[], []]);
    const at = library.text.indexOf("Half = ");
    again = client.reported(uri, 1);
    await library.type("Quarter", at, at + 4);
    expect((await again).map(({ code, message }) => `${code} ${message}`)).toEqual([
      "MM2003 There is no encoder template `Half`.\na template is `encoder NAME = ...`, without `for`",
    ]);
    again = client.reported(uri, 1);
    await library.type("Half", at, at + "Quarter".length);
    expect(await again).toEqual([]);
    again = client.reported(uri, 1);
    await library.type("param width = many\n", 0, library.text.indexOf("encoder"));
    expect((await again).map(({ code }) => code)).toContain("MM1003");
    again = client.reported(uri, 1);
    await client.connection.sendNotification(DidCloseTextDocumentNotification.type, library.whole);
    // What is closed is as the disk has it.
    expect(await again).toEqual([]);
    expect(importer.diagnostics).toEqual([]);
  });

  it("reads files again that another program has changed, also those that weren't there", async () => {
    const opened = await client.open(
      model('import "./late/all.mmspec"', { fusion: "concat", batch: "8" }),
      uriOf("d.mmspec"),
    );
    expect(opened.diagnostics.map(({ code }) => code)).toEqual(["MM1101"]);
    mkdirSync(join(folder, "late"));
    write("late/all.mmspec", "encoder Half = mlp(3)");
    const again = client.reported(uriOf("d.mmspec"), 1);
    await client.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
      changes: [{ uri: uriOf("late/all.mmspec"), type: FileChangeType.Created }],
    });
    expect(await again).toEqual([]);
  });

  it("goes to definitions in imported files, and to the files themselves", async () => {
    const to = async (marked: string) =>
      place(
        (await send(DefinitionRequest.type, (await client.open(marked, uriOf("e.mmspec"))).here)) as Location,
      );
    expect(await to(model(both, { encode: "Ha<|>lf" }))).toBe("parts/encoders.mmspec 5:9");
    expect(await to(model(both, { fusion: "La<|>te" }))).toBe("fusions.mmspec 2:8");
    expect(await to(model(both, { batch: "wi<|>dth" }))).toBe("parts/encoders.mmspec 2:7");
    expect(await to(model(both.replace("/fus", "/<|>fus")))).toBe("fusions.mmspec 1:1");
    expect(await to(model("encoder Half = mlp(3)\nfusion Late = sum", { encode: "Ha<|>lf" }))).toBe(
      "e.mmspec 1:9",
    );
  });

  it("finds references in all files of the folder, open or not", async () => {
    const library = await client.open(
      encoders.replace("encoder Half", "encoder Ha<|>lf"),
      uriOf("parts/encoders.mmspec"),
    );
    const found = (await send(ReferencesRequest.type, {
      ...library.here,
      context: { includeDeclaration: true },
    })) as Location[];
    expect(
      found
        .map(place)
        .filter((text) => /^(parts|a|closed)/.test(text))
        .sort(),
    ).toEqual(["a.mmspec 7:27", "closed.mmspec 7:27", "parts/encoders.mmspec 5:9"]);
    const importer = await client.open(model(both, { batch: "wid<|>th" }), uriOf("f.mmspec"));
    const uses = (await send(ReferencesRequest.type, {
      ...importer.here,
      context: { includeDeclaration: false },
    })) as Location[];
    expect(
      uses
        .map(place)
        .filter((text) => /^(parts|f)/.test(text))
        .sort(),
    ).toEqual(["f.mmspec 9:17", "parts/encoders.mmspec 5:20", "parts/encoders.mmspec 6:20"]);
  });

  it("renames in all of them, or says which file that would break", async () => {
    const importer = await client.open(model(both, { fusion: "La<|>te" }), uriOf("g.mmspec"));
    const edit = (await send(RenameRequest.type, { ...importer.here, newName: "Last" })) as WorkspaceEdit;
    const changes = Object.entries(edit.changes ?? {}).map(([uri, edits]): [string, TextEdit[]] => [
      uri,
      edits,
    ]);
    const places = changes.flatMap(([uri, edits]) => edits.map(({ range }) => place({ uri, range })));
    expect(places).toEqual(
      expect.arrayContaining(["g.mmspec 8:12", "fusions.mmspec 2:8", "closed.mmspec 8:12"]),
    );
    expect(changes.flatMap(([, edits]) => edits).every(({ newText }) => newText === "Last")).toBe(true);
    await expect(send(RenameRequest.type, { ...importer.here, newName: "gated" })).rejects.toThrow(
      "`gated` is a fusion of the language",
    );
    await client.open(
      `${model(both)}param taken = 3\n`.replace("batch width", "batch taken"),
      uriOf("h.mmspec"),
    );
    const library = await client.open(encoders.replace("width", "wi<|>dth"), uriOf("parts/encoders.mmspec"));
    await expect(send(RenameRequest.type, { ...library.here, newName: "taken" })).rejects.toThrow(
      "two parameters `taken`",
    );
  });

  it("completes names that imports bring, and the paths of imports", async () => {
    const labels = async (marked: string, path = "i.mmspec") =>
      (
        (await send(
          CompletionRequest.type,
          (await client.open(marked, uriOf(path))).here,
        )) as CompletionItem[]
      ).map(({ label }) => label);
    expect(await labels(model(both, { encode: "<|>" }))).toEqual(["Half", "Rows"]);
    expect(await labels(model(both, { fusion: "<|>" }))).toEqual(expect.arrayContaining(["concat", "Late"]));
    expect(await labels(model(both, { batch: "<|>" }))).toContain("width");
    expect(await labels("fusion Late = <|>")).toContain("concat");
    expect(await labels("fusion Late {\n  gate = <|>")).toContain("mlp");
    const paths = await labels('import "./<|>"');
    expect(paths).toEqual(
      expect.arrayContaining(["./closed.mmspec", "./fusions.mmspec", "./parts/encoders.mmspec"]),
    );
    expect(paths.join()).not.toMatch(/node_modules|i\.mmspec/);
    const items = (await send(
      CompletionRequest.type,
      (await client.open('import "<|>', uriOf("parts/j.mmspec"))).here,
    )) as CompletionItem[];
    const chosen = items.find(({ label }) => label === "./encoders.mmspec");
    expect(chosen?.textEdit).toMatchObject({
      newText: "./encoders.mmspec",
      range: { start: { line: 0, character: 8 }, end: { line: 0, character: 8 } },
    });
  });

  it("shows what an imported name is", async () => {
    const hover = async (marked: string) => {
      const found = await send(HoverRequest.type, (await client.open(marked, uriOf("k.mmspec"))).here);
      return (found?.contents as MarkupContent | undefined)?.value;
    };
    expect(await hover(model(both, { encode: "Ha<|>lf" }))).toBe(
      "```mmspec\nencoder Half = mlp(width)\n```\n\nHalf of it.\n\nmakes `[batch, 16]`",
    );
    expect(await hover(model(both, { fusion: "La<|>te" }))).toContain(
      "fusion Late = concat -> mlp(8)\n```\n\nLate.",
    );
    expect(await hover(model(both.replace("./parts", "./<|>parts")))).toBe(
      "`parts/encoders.mmspec`\n\n- `param width = 16`: Units.\n- `encoder Half = mlp(width)`: Half of it.\n- `encoder Rows = gru(width)`",
    );
  });

  it("outlines what stands outside of models", async () => {
    const opened = await client.open(`${both}\n${encoders}${fusions}`, uriOf("l.mmspec"));
    const symbols = (await send(DocumentSymbolRequest.type, opened.whole)) as { name: string }[];
    expect(symbols.map(({ name }) => name)).toEqual([
      "./parts/encoders.mmspec",
      "./fusions.mmspec",
      "width",
      "Half",
      "Rows",
      "Late",
    ]);
  });
});
