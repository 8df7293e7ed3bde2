import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CodeActionRequest,
  CompletionRequest,
  DefinitionRequest,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  SemanticTokensRequest,
  SignatureHelpRequest,
  type CompletionItem,
  type DocumentSymbol,
  type Hover,
  type Location,
  type MarkupContent,
} from "vscode-languageserver-protocol/node";
import { analyse } from "../../compiler/index.js";
import { paradigms } from "../../compiler/tables/training.js";
import { format } from "../../grammar/index.js";
import { block, spec } from "../support/specs.js";
import { LanguageClient, type Opened } from "../support/language-client.js";

const client = new LanguageClient();
let capabilities: Awaited<ReturnType<LanguageClient["start"]>>;
beforeAll(async () => {
  capabilities = await client.start();
});
afterAll(async () => {
  expect(await client.stop()).toBe(0);
});

const digits = readFileSync("examples/digits.mmspec", "utf8");
const heads =
  "model M {\n  target y: class(3)\n  modality left: image(28, 28, 1)\n  modality right: vector(4)\n";
const send = client.connection.sendRequest.bind(client.connection);

async function completions(marked: string): Promise<CompletionItem[]> {
  return (await send(CompletionRequest.type, (await client.open(marked)).here)) as CompletionItem[];
}

async function labels(marked: string): Promise<string[]> {
  return (await completions(marked)).map(({ label }) => label);
}

/** The hover's place and its Markdown. */
async function hovered(marked: string): Promise<{ place: string; text: string } | null> {
  const opened = await client.open(marked);
  const hover: Hover | null = await send(HoverRequest.type, opened.here);
  if (hover === null) return null;
  return {
    place: hover.range ? opened.place(hover.range) : "",
    text: (hover.contents as MarkupContent).value,
  };
}

describe("the language server", () => {
  it("says what it can do", () => {
    expect(Object.keys(capabilities).sort()).toEqual([
      "codeActionProvider",
      "completionProvider",
      "definitionProvider",
      "documentFormattingProvider",
      "documentSymbolProvider",
      "foldingRangeProvider",
      "hoverProvider",
      "referencesProvider",
      "renameProvider",
      "semanticTokensProvider",
      "signatureHelpProvider",
      "textDocumentSync",
    ]);
  });

  it("answers nothing about a file that isn't open", async () => {
    const nowhere = { textDocument: { uri: "file:///nowhere.mmspec" }, position: { line: 0, character: 0 } };
    expect(await send(HoverRequest.type, nowhere)).toBeNull();
    expect(await send(CompletionRequest.type, nowhere)).toBeNull();
    expect(await send(SemanticTokensRequest.type, nowhere)).toEqual({ data: [] });
  });

  it("reports what the compiler reports, after each change", async () => {
    const opened = await client.open(digits);
    expect(opened.diagnostics).toEqual([]);
    const at = opened.text.indexOf("mlp(32)");
    const [diagnostic, ...others] = await opened.type("mpl", at, at + 3);
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({ code: "MM2005", severity: 1, source: "mmspec" });
    expect(diagnostic?.message).toBe("`mpl` is not a layer.\ndid you mean `mlp`?");
    expect(diagnostic && opened.place(diagnostic.range)).toBe("19:12 mpl");
    expect(await opened.type("mlp", at, at + 3)).toEqual([]);
  });

  it("reports every diagnostic of broken specs where the compiler sees it", async () => {
    for (const name of ["01-syntax", "03-names", "05-widths", "09-data"]) {
      const text = readFileSync(`test/broken/${name}.mmspec`, "utf8");
      const { diagnostics, source } = analyse(text, name);
      const opened = await client.open(text);
      expect(
        opened.diagnostics.map(
          ({ code, range }) => `${range.start.line + 1}:${range.start.character + 1} ${code}`,
        ),
      ).toEqual(
        diagnostics.map(({ code, span }) => {
          const { line, column } = source.positionAt(span.start);
          return `${line}:${column} ${code}`;
        }),
      );
    }
  });
});

describe("completion", () => {
  it.each([
    ["the file", "<|>", ["model", "data", "variants", "param", "encoder", "fusion", "import"]],
    [
      "a model",
      "model M {\n  <|>",
      ["target", "optional", "modality", "encoder", "encode", "fusion", "train", "evaluate"],
    ],
    ["a modality to encode", `${heads}encoder A for left = flatten\n  encoder B for <|>`, ["right"]],
    ["a template", `${heads}encoder A = flatten\n  encode left with <|>`, ["A"]],
    [
      "a value of an option",
      `${heads}encoder A for left = conv(8, padding: <|>) -> flatten`,
      ["same", "valid"],
    ],
    [
      "options that aren't given yet",
      `${heads}encoder A for left = conv(8, stride: 2, <|>`,
      ["kernel:", "padding:", "activation:"].filter((label) => label !== ""),
    ],
    ["another modality of an interaction", `${heads}fusion {\n redundant(left, <|>`, ["right"]],
    [
      "what begins a statement of a block",
      `${heads}fusion {\n <|>`,
      ["gate", "when", "otherwise", "redundant", "unique", "synergistic"],
    ],
    [
      "a share",
      `${heads}fusion {\n unique(left) = linear\n synergistic(left, right) = bilinear -> linear\n when <|>`,
      ["not", "missing", "uniqueness(left)", "synergy"],
    ],
    ["what goes on a condition", `${heads}fusion {\n when synergy > 0.5 <|>`, ["and", "or", "use"]],
    [
      "a component",
      `${heads}fusion {\n unique(left) = linear\n gate = mlp(8)\n when synergy > 0.5 use <|>`,
      ["unique(left)", "gate"],
    ],
    [
      "a modality that learns alone",
      `${heads}train { paradigm unimodal(<|>) }`,
      ["left", "right", "modality:"],
    ],
    ["an argument's modality", `${heads}}\ndata for M {\n from synthetic(unique(<|>`, ["left", "right"]],
    ["the words of a stop", `${heads}train { stop after 5 <|> }`, ["epochs"]],
    [
      "modalities and points of a measure",
      `${heads}evaluate { pid isx of left, <|> }`,
      ["right", "inputs", "encodings", "main", "rest", "shared", "unique"],
    ],
    ["a model to feed", `${heads}}\ndata for <|>`, ["M"]],
    [
      "what begins a line of data",
      `${heads}}\ndata for M {\n <|>`,
      ["from", "split", "missing", "hold", "skip", "streamed", "y", "left", "right"],
    ],
    [
      "the words behind a source",
      `${heads}}\ndata for M {\n from "a.csv" <|>`,
      ["joined", "from", "split", "missing", "hold", "skip", "streamed", "y", "left", "right"],
    ],
    ["the words behind what is skipped", `${heads}}\ndata for M {\n skip <|>`, ["unreadable"]],
    ["a model to vary", `${heads}}\nvariants of <|>`, ["M"]],
    ["the lines of variants", `${heads}}\nvariants of M {\n <|>`, ["vary", "where", "limit", "sample"]],
    [
      "what can be varied",
      `param size = 4\n${heads}encoder A for left = flatten\n fusion = concat\n train { batch 8 } }\nvariants of M {\n vary <|>`,
      ["size", "A", "fusion", "train"],
    ],
    [
      "the parts of what can be varied",
      `${heads}encoder A for left = conv(8, 3) -> flatten }\nvariants of M {\n vary A.<|>`,
      ["conv", "flatten"],
    ],
    [
      "the arguments that can be varied",
      `${heads}encoder A for left = conv(8, 3) -> flatten }\nvariants of M {\n vary A.conv.<|>`,
      ["filters", "kernel", "stride", "padding", "activation"],
    ],
    [
      "a choice",
      `${heads}train { paradigm joint } }\nvariants of M {\n vary train.paradigm in [joint, <|>`,
      [...paradigms.keys()],
    ],
    [
      "an argument of a choice",
      `${heads}train { optimizer adam } }\nvariants of M {\n vary train.optimizer in [adam, sgd(<|>`,
      ["lr:", "momentum:"],
    ],
    [
      "what a condition asks for",
      `${heads}train { batch 8 } }\nvariants of M {\n vary train.batch in [8, 16]\n where <|> }`,
      ["train.batch", "parameters", "flops", "memory", "not"],
    ],
    ["a part of a split", `${heads}}\ndata for M {\n split 0.5 <|>`, ["train", "validation", "test"]],
    ["a parameter", `param rate = 1e-3\n${heads}train { stop after <|>`, ["rate"]],
    ["nothing in a comment", `${heads}// enc<|>`, []],
    ["nothing in a string", `${heads}}\ndata for M {\n from "dig<|>its.npz"`, []],
    ["nothing in a name that is being declared", "model M {\n  modality <|>", []],
  ])("offers %s", async (_, marked, expected) => {
    const found = await labels(marked);
    expect([...found].sort()).toEqual([...expected].sort());
  });

  it("offers layers where layers stand, and what joins modalities where they are joined", async () => {
    const layers = await labels(`${heads}encoder A for left = conv(8) -> <|>`);
    expect(layers).toEqual(expect.arrayContaining(["dense", "conv", "flatten", "mlp"]));
    expect(layers).not.toContain("concat");
    expect(layers).not.toContain("linear");
    const fusions = await labels(`${heads}fusion = <|>`);
    expect(fusions).toEqual(expect.arrayContaining(["concat", "bilinear", "ensemble"]));
    expect(fusions).not.toContain("dense");
    const begun = await labels(`${heads}fusion {\n redundant(left, right) = <|>`);
    expect(begun).toContain("align");
    expect(begun).not.toContain("ensemble");
    const going = await labels(`${heads}fusion {\n redundant(left, right) = align -> <|>\n gate = mlp(8)`);
    expect(going).toEqual(expect.arrayContaining(["dense", "linear"]));
    expect(going).not.toContain("align");
  });

  it("offers what learns and what is measured", async () => {
    expect(await labels("model M {\n  modality a: <|>")).toEqual(expect.arrayContaining(["vector", "image"]));
    expect(await labels(`${heads}train { <|> }`)).toEqual(
      expect.arrayContaining(["stop", "paradigm", "optimizer", "batch", "seed"]),
    );
    expect(await labels(`${heads}train { paradigm <|> }`)).toEqual(expect.arrayContaining(["joint", "dmil"]));
    expect(await labels(`${heads}train {\n batch 8\n optimizer <|>\n}`)).toContain("adam");
    expect(await labels(`${heads}train { schedule warmup(<|>`)).toEqual(["epochs:"]);
    expect(await labels(`${heads}train { batch 8 schedule warmup -> <|> }`)).toContain("cosine");
    expect(await labels(`${heads}train { supervise gate with <|> }`)).toContain("pid");
    expect(await labels(`${heads}train { augment <|> }`)).toContain("left");
    expect(await labels(`${heads}train { augment left with flip -> <|> }`)).toContain("spec_augment");
    expect(await labels(`${heads}train { augment left with flip(<|>`)).toContain("vertical");
    expect(await labels(`${heads}}\ndata for M {\n left <- "a" <|>`)).toEqual(
      expect.arrayContaining(["cropped", "one_hot", "tokenised"]),
    );
    expect(await labels(`${heads}}\ndata for M {\n left <- "a" tokenised by <|>`)).toContain("words");
    expect(await labels(`${heads}evaluate { accuracy, <|> }`)).toEqual(
      expect.arrayContaining(["pid", "calibration"]),
    );
    expect(await labels(`${heads}evaluate { pid <|> }`)).toEqual(expect.arrayContaining(["lsmi", "gate"]));
    expect(await labels(`${heads}}\ndata for M {\n from <|>`)).toContain("synthetic");
  });

  it("comes with documentation from the tables, and asks for the arguments that a call needs", async () => {
    const items = await completions(`${heads}encoder A for left = <|>`);
    const conv = items.find(({ label }) => label === "conv");
    expect(conv).toMatchObject({ insertText: "conv($1)$0", insertTextFormat: 2 });
    expect((conv?.documentation as MarkupContent).value).toContain(
      "- `kernel`: Height and width of its window.",
    );
    expect(items.find(({ label }) => label === "flatten")?.insertText).toBeUndefined();
    const [option] = await completions(`${heads}encoder A for left = conv(8, kernel: 3, <|>`);
    expect(option).toMatchObject({ label: "stride:", insertText: "stride: ", detail: "1" });
  });

  it("works wherever another statement is broken", async () => {
    const broken = `${heads}  encoder = ( -> )\n  modality z: \n  train { batch }\n`;
    expect(await labels(`${broken}  encoder B for left = conv(8) -> <|>\n  fusion {`)).toContain("dense");
    expect(await labels(`${broken}  fusion {\n    unique( = \n    when missing(<|>`)).toEqual([
      "left",
      "right",
      "z",
    ]);
    expect(await labels(`model A { fusion {\n${heads}  train { paradigm <|>`)).toContain("joint");
  });

  it("answers at every place of a file that is being typed", async () => {
    const typed = spec({ fusion: block });
    for (let end = 0; end < typed.length; end += 7) {
      await expect(labels(`${typed.slice(0, end)}<|>`)).resolves.toBeInstanceOf(Array);
    }
  });
});

describe("signature help", () => {
  /** The signature, the argument that is being written between `>` and `<`, and what is told of that argument. */
  async function helped(marked: string): Promise<{ text: string; about: string } | null> {
    const help = await send(SignatureHelpRequest.type, (await client.open(marked)).here);
    const [signature] = help?.signatures ?? [];
    if (signature === undefined) return null;
    const active = signature.parameters?.[help?.activeParameter ?? 0];
    const [start, end] = active?.label as [number, number];
    const { label } = signature;
    return {
      text: `${label.slice(0, start)}>${label.slice(start, end)}<${label.slice(end)}`,
      about: (active?.documentation as MarkupContent).value,
    };
  }

  it.each([
    [
      "a layer",
      "encoder A for left = conv(<|>",
      "conv(>filters<, kernel: 3, stride: 1, padding: same, activation: relu)",
    ],
    [
      "its second argument",
      "encoder A for left = conv(8, <|>) -> flatten",
      "conv(filters, >kernel: 3<, stride: 1, padding: same, activation: relu)",
    ],
    [
      "an argument by its name",
      "encoder A for left = conv(8, padding: s<|>ame, stride: 2)",
      "conv(filters, kernel: 3, stride: 1, >padding: same<, activation: relu)",
    ],
    [
      "an argument whose name the cursor is in",
      "encoder A for left = conv(8, pad<|>ding: same)",
      "conv(filters, kernel: 3, stride: 1, >padding: same<, activation: relu)",
    ],
    ["an argument that takes several", "gate = mlp(64, 32, <|>)", "mlp(>units, ...<, activation: relu)"],
    ["a fusion", "fusion = bilinear(<|>)", "bilinear(>rank: 16<)"],
    [
      "a fusion of an interaction",
      "fusion {\n redundant(left, right) = align(<|>",
      "align(>distance: cosine<, units: 32, weight)",
    ],
    ["an optimizer", "train { optimizer adam(lr: <|> }", "adam(>lr: 0.001<)"],
    [
      "a schedule behind another",
      "train { schedule warmup(2) -> step(<|> }",
      "step(>every: 10<, factor: 0.5)",
    ],
    ["a kind of modality", "modality z: image(28, <|>", "image(height, >width<, channels: 1)"],
    ["a column of a table", "modality z: table(age: number, city: category(<|>", "category(>most<)"],
  ])("tells the arguments of %s", async (_, marked, expected) => {
    const inFusion = marked.startsWith("gate") ? `fusion {\n ${marked}` : marked;
    expect((await helped(`${heads}  ${inFusion}`))?.text).toBe(expected);
  });

  it("tells which argument modalities in parentheses belong to", async () => {
    const found = await helped(
      `${heads}}\ndata for M {\n from synthetic(redundancy: 1, unique(le<|>ft): 0.3`,
    );
    expect(found?.text).toMatch(/^synthetic\(.*>unique: 0<.*\)$/);
  });

  it("tells what an argument means, and what the call does", async () => {
    const paradigm = `${heads}  train { paradigm dmil(intra: 4, beta: <|> }`;
    expect((await helped(paradigm))?.about).toMatch(/^`beta`: .*`0.5` when left out/);
    const help = await send(SignatureHelpRequest.type, (await client.open(paradigm)).here);
    expect((help?.signatures[0]?.documentation as MarkupContent).value).toContain("Yang et al.");
  });

  it.each([
    ["outside parentheses", "encoder A for left = conv(8) -> <|>"],
    ["where there are no arguments", "encoder A for left = flatten(<|>"],
    ["in the modalities of an interaction", "fusion {\n redundant(left, <|>"],
    ["in a comment", "encoder A for left = conv(8, // ker<|>nel\n"],
  ])("says nothing %s", async (_, marked) => {
    expect(await helped(`${heads}  ${marked}`)).toBeNull();
  });
});

describe("hover", () => {
  it("tells a layer's arguments, and its shape here", async () => {
    const found = await hovered(digits.replace("conv(16", "co<|>nv(16"));
    expect(found?.place).toBe("10:42 conv");
    expect(found?.text).toContain("conv(filters, kernel: 3, stride: 1, padding: same, activation: relu)");
    expect(found?.text).toContain("`[batch, 7, 14, 8]` → `[batch, 7, 14, 16]`, 1,168 parameters");
  });

  it("tells each shape of a template, also when the file has errors elsewhere", async () => {
    const text = digits.replace("bottom: image(14,", "bottom: image(28,").replace("batch 64", "batch none");
    const found = await hovered(text.replace("conv(8", "co<|>nv(8"));
    expect(found?.text).toContain("`[batch, 14, 28, 1]` → `[batch, 14, 28, 8]`");
    expect(found?.text).toContain("`[batch, 28, 28, 1]` → `[batch, 28, 28, 8]`");
  });

  it.each([
    [
      "a modality where it is used",
      ["encode top", "encode t<|>op"],
      "11:10 top",
      "The upper half of the picture.",
    ],
    ["its shape", ["encode top", "encode t<|>op"], "11:10 top", "`[batch, 14, 28, 1]`"],
    ["what an encoder makes", ["with Eye", "with E<|>ye"], "11:27 Eye", "makes `[batch, 64]`"],
    [
      "an argument",
      ["bilinear(rank", "bilinear(ra<|>nk"],
      "17:41 rank",
      "`rank`: Features of each projection.",
    ],
    ["an argument's word", ["cosine", "cos<|>ine"], "14:38 cosine", "`cosine` or `mse` or `infonce`"],
    ["a setting", ["batch 64", "ba<|>tch 64"], "28:5 batch", "Samples a step"],
    ["what is varied", ["Eye.dense.units", "Eye.dense.un<|>its"], "53:18 units", "Here: `64`"],
    ["a cost", ["where parameters", "where para<|>meters"], "55:9 parameters", "Trainable numbers."],
    ["a measure", ["lsmi", "ls<|>mi"], "34:9 lsmi", "cross-fitted classifiers"],
    [
      "a rule's component",
      ["use synergistic", "use syner<|>gistic"],
      "21:28 synergistic",
      "bilinear(rank: 32)",
    ],
    [
      "the last layer of an interaction",
      ["linear", "lin<|>ear"],
      "14:49 linear",
      "own prediction of the target",
    ],
  ] as const)("tells %s", async (_, [from, to], place, text) => {
    const found = await hovered(digits.replace(from, to));
    expect(found?.place).toBe(place);
    expect(found?.text).toContain(text);
  });

  it("says nothing of white space and numbers", async () => {
    expect(await hovered(digits.replace("batch 64", "batch 6<|>4"))).toBeNull();
    expect(await hovered(digits.replace("train {", "<|>  train {"))).toBeNull();
  });
});

describe("names", () => {
  const places = (opened: Opened, found: Location[]) => found.map(({ range }) => opened.place(range));

  it("are found where they are declared", async () => {
    for (const [from, to, place] of [
      ["encode top", "encode t<|>op", "6:12 top"],
      ["with Eye", "with E<|>ye", "10:11 Eye"],
      ["for Digits", "for D<|>igits", "2:7 Digits"],
      ["digit <-", "di<|>git <-", "3:10 digit"],
      ["use synergistic", "use s<|>ynergistic", "17:5 synergistic"],
      ["synergy > ", "s<|>ynergy > ", "17:5 synergistic"],
      ["use gate", "use g<|>ate", "19:5 gate"],
    ] as const) {
      const opened = await client.open(digits.replace(from, to));
      const found = (await send(DefinitionRequest.type, opened.here)) as Location;
      expect(opened.place(found.range)).toBe(place);
    }
    const nowhere = await client.open(digits.replace("lsmi", "ls<|>mi"));
    expect(await send(DefinitionRequest.type, nowhere.here)).toBeNull();
  });

  it("are found wherever they are used, of each model its own", async () => {
    const opened = await client.open(`${digits.replace("modality top", "modality t<|>op")}\n${spec()}`);
    const context = { includeDeclaration: true };
    const found = (await send(ReferencesRequest.type, { ...opened.here, context })) as Location[];
    expect(places(opened, found)).toEqual([
      "6:12 top",
      "11:10 top",
      "14:15 top",
      "15:12 top",
      "17:17 top",
      "21:40 top",
      "41:3 top",
    ]);
    context.includeDeclaration = false;
    expect(await send(ReferencesRequest.type, { ...opened.here, context })).toHaveLength(6);
  });

  it("keep apart a modality and a kind or a column of the same name", async () => {
    const source = spec().replaceAll("left", "vector");
    const opened = await client.open(source.replace("modality vector", "modality v<|>ector"));
    const found = (await send(ReferencesRequest.type, {
      ...opened.here,
      context: { includeDeclaration: true },
    })) as Location[];
    expect(places(opened, found)).toEqual(["3:12 vector", "5:20 vector"]);
  });

  it("are parameters, too, wherever they stand for their numbers", async () => {
    const text = digits.replace("mlp(32)", "mlp(wi<|>dth)").replace("batch 64", "batch width");
    const opened = await client.open(`param width = 64\n${text}`);
    expect(opened.diagnostics).toEqual([]);
    const edit = await send(RenameRequest.type, { ...opened.here, newName: "units" });
    const renamed = opened.after(Object.values(edit?.changes ?? {}).flat());
    expect(renamed).toBe(opened.text.replaceAll("width", "units"));
  });

  it("are renamed everywhere, and the file stays right", async () => {
    const opened = await client.open(digits.replace("with Eye", "with E<|>ye"));
    expect(opened.place((await send(PrepareRenameRequest.type, opened.here)) as Location["range"])).toBe(
      "11:27 Eye",
    );
    for (const newName of ["Upper", "when", "Öhr"]) {
      const edit = await send(RenameRequest.type, { ...opened.here, newName });
      const renamed = opened.after(Object.values(edit?.changes ?? {}).flat());
      expect(renamed).toBe(digits.replaceAll("Eye", newName));
      expect(analyse(renamed, "renamed.mmspec").failed).toBe(false);
    }
  });

  it("may be those of other models, and are refused with the line of this one", async () => {
    const opened = await client.open(`${spec()}\n${digits.replace("modality top", "modality t<|>op")}`);
    const rename = (newName: string) => send(RenameRequest.type, { ...opened.here, newName });
    const edit = await rename("left");
    const renamed = opened.after(Object.values(edit?.changes ?? {}).flat());
    expect(analyse(renamed, "renamed.mmspec").failed).toBe(false);
    const line = opened.text.slice(0, opened.text.indexOf("modality top")).split("\n").length;
    await expect(rename("bottom")).rejects.toThrow(`There is already a modality \`bottom\`, in line ${line}`);
  });

  it("aren't renamed to what is no name, is taken or is reserved", async () => {
    const opened = await client.open(digits.replace("modality top", "modality t<|>op"));
    const rename = (newName: string) => send(RenameRequest.type, { ...opened.here, newName });
    await expect(rename("9x")).rejects.toThrow("`9x` is not a name");
    await expect(rename("a b")).rejects.toThrow("is not a name");
    await expect(rename("bottom")).rejects.toThrow("There is already a modality `bottom`");
    await expect(rename("constructor")).rejects.toThrow("JavaScript gives it a meaning of its own");
    const kind = await client.open(digits.replace("unique(top)", "un<|>ique(top)"));
    expect(await send(PrepareRenameRequest.type, kind.here)).toBeNull();
    await expect(send(RenameRequest.type, { ...kind.here, newName: "own" })).rejects.toThrow("no name here");
  });
});

describe("a whole file", () => {
  const formatted = (opened: Opened) =>
    send(DocumentFormattingRequest.type, { ...opened.whole, options: { tabSize: 2, insertSpaces: true } });

  it("is formatted, unless it can't be read or needs no change", async () => {
    const opened = await client.open("model   M{ target y:class( 3 ) }");
    const edits = (await formatted(opened)) ?? [];
    expect(opened.after(edits)).toBe(format(opened.text));
    expect(await formatted(await client.open(opened.after(edits)))).toEqual([]);
    expect(await formatted(await client.open("model M { target"))).toEqual([]);
  });

  it("is outlined", async () => {
    const opened = await client.open(digits);
    const symbols = (await send(DocumentSymbolRequest.type, opened.whole)) as DocumentSymbol[];
    expect(symbols.map(({ name }) => name)).toEqual(["Digits", "data for Digits", "variants of Digits"]);
    const [model, data] = symbols;
    expect(model?.children?.map(({ name }) => name)).toEqual([
      "digit",
      "top",
      "bottom",
      "Eye",
      "encode top, bottom with Eye",
      "fusion",
      "train",
      "evaluate",
    ]);
    expect(model?.children?.[5]?.children?.at(0)).toMatchObject({
      name: "redundant(top, bottom)",
      detail: "align(cosine) -> linear",
    });
    expect(data?.children).toHaveLength(5);
    const inside = (outer: DocumentSymbol): boolean =>
      (outer.children ?? []).every(
        (inner) =>
          inner.range.start.line >= outer.range.start.line &&
          inner.range.end.line <= outer.range.end.line &&
          inside(inner),
      );
    expect(symbols.every(inside)).toBe(true);
  });

  it("is folded by blocks and comments, also when a block isn't closed", async () => {
    const source =
      "// one\n// two\nmodel M {\n  train {\n    batch 8\n  }\n  fusion {\n    gate = mlp(8)\n\n";
    const opened = await client.open(source);
    expect(await send(FoldingRangeRequest.type, opened.whole)).toEqual([
      { startLine: 0, endLine: 1, kind: "comment" },
      { startLine: 3, endLine: 4 },
    ]);
    const whole = await client.open(digits);
    const lines = ((await send(FoldingRangeRequest.type, whole.whole)) ?? []).map(
      ({ startLine, endLine }) => `${startLine + 1}-${endLine + 1}`,
    );
    expect(lines).toEqual(["2-36", "13-22", "25-29", "32-35", "39-44", "47-56"]);
  });

  it("is coloured by what its words mean", async () => {
    const source = spec({ top: "// note" })
      .replaceAll("left", "vector")
      .replace("mlp(16)", "mlp(16, activation: gelu)");
    const opened = await client.open(source);
    const { data } = (await send(SemanticTokensRequest.type, opened.whole)) ?? { data: [] };
    const types = capabilities.semanticTokensProvider?.legend.tokenTypes ?? [];
    const found: string[] = [];
    let [line, character] = [0, 0];
    for (let i = 0; i < data.length; i += 5) {
      const [lines = 0, characters = 0, length = 0, type = 0] = data.slice(i, i + 5);
      character = lines > 0 ? characters : character + characters;
      line += lines;
      const range = { start: { line, character }, end: { line, character: character + length } };
      found.push(`${opened.at(range)} ${types[type]}`);
    }
    expect(found.slice(0, 19)).toEqual([
      "model keyword",
      "Test class",
      "target keyword",
      "label property",
      "class function",
      "3 number",
      "modality keyword",
      "vector variable",
      "vector function",
      "9 number",
      "modality keyword",
      "right variable",
      "vector function",
      "12 number",
      "encoder keyword",
      "Left class",
      "for keyword",
      "vector variable",
      "= operator",
    ]);
    expect(found).toEqual(
      expect.arrayContaining(["activation parameter", "gelu enumMember", "// note comment", "batch keyword"]),
    );
  });
});

describe("quick fixes", () => {
  async function mended(source: string, code: string): Promise<string> {
    const opened = await client.open(source);
    const diagnostic = opened.diagnostics.find((found) => found.code === code);
    expect(diagnostic, JSON.stringify(opened.diagnostics)).toBeDefined();
    const range = diagnostic?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const actions =
      (await send(CodeActionRequest.type, {
        ...opened.whole,
        range,
        context: { diagnostics: diagnostic ? [diagnostic] : [] },
      })) ?? [];
    expect(actions).toHaveLength(1);
    const [action] = actions;
    expect(action).toMatchObject({ kind: "quickfix", isPreferred: true });
    return opened.after(action && "edit" in action ? Object.values(action.edit?.changes ?? {}).flat() : []);
  }

  it.each([
    ["a layer", "MM2005", spec(), "mlp(16)", "mpl(16)"],
    ["a modality", "MM2002", spec(), "for left", "for lefd"],
    [
      "a modality inside what is reported",
      "MM2002",
      spec({ train: "train { paradigm unimodal(left) }" }),
      "unimodal(left)",
      "unimodal(lefd)",
    ],
    ["an argument", "MM3001", spec({ fusion: "fusion = bilinear(rank: 4)" }), "rank", "rnak"],
    ["a component", "MM5009", spec({ fusion: block }), "use unique(right)", "use unique(rihgt)"],
    ["a keyword", "MM1003", spec(), "encoder Left", "enocder Left"],
    [
      "a column's name",
      "MM7005",
      spec({ data: 'from "a.csv"\n left <- "a"\n right <- "b"\n label <- "c"\n split 0.8 train, 0.2 test' }),
      "label <-",
      "lable <-",
    ],
    ["a model", "MM2004", spec(), "data for Test", "data for Tset"],
  ])("mend %s", async (_, code, source, right, wrong) => {
    expect(await mended(source.replace(right, wrong), code)).toBe(source);
  });

  it("are offered only where a word is near enough", async () => {
    const opened = await client.open(spec().replace("mlp(16)", "wavelet(16)"));
    const [diagnostic] = opened.diagnostics;
    expect(diagnostic?.code).toBe("MM2005");
    const range = diagnostic?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    expect(
      await send(CodeActionRequest.type, { ...opened.whole, range, context: { diagnostics: [] } }),
    ).toEqual([]);
  });
});
