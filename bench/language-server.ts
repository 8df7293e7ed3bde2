/**
 * How long the language server takes to answer on a file of 2 000 lines, over standard input and output:
 * `npm run build && npx tsx bench/language-server.ts [lines]`. After each request a key is pressed, so that nothing is remembered of the text but what
 * the request before last has left.
 */
import { readFileSync } from "node:fs";
import Table from "cli-table3";
import {
  CodeActionRequest,
  CompletionRequest,
  DefinitionRequest,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  ReferencesRequest,
  RenameRequest,
  SemanticTokensRequest,
  SignatureHelpRequest,
} from "vscode-languageserver-protocol/node";
import { LanguageClient } from "../test/support/language-client.js";

const [wanted = "2000"] = process.argv.slice(2);
const digits = readFileSync("examples/digits.mmspec", "utf8");
const copies = Math.round(Number(wanted) / digits.split("\n").length);
const text = Array.from({ length: copies }, (_, i) => digits.replaceAll("Digits", `Digits${i}`)).join("\n");
/** The cursor stands in the middle of the file, on a modality that is used. */
const middle = text.indexOf("encode top", text.length / 2) + "encode t".length;

function positionOf(offset: number) {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

const client = new LanguageClient();
await client.start();
const opened = await client.open(`${text.slice(0, middle)}<|>${text.slice(middle)}`);
const { here, whole } = opened;
const { connection } = client;
/** And in the arguments of the call that follows. */
const inCall = positionOf(text.indexOf("bilinear(rank", middle) + "bilinear(r".length);
const range = { start: here.position, end: here.position };
const requests: Record<string, () => Promise<unknown>> = {
  completion: () => connection.sendRequest(CompletionRequest.type, here),
  hover: () => connection.sendRequest(HoverRequest.type, here),
  "signature help": () => connection.sendRequest(SignatureHelpRequest.type, { ...whole, position: inCall }),
  definition: () => connection.sendRequest(DefinitionRequest.type, here),
  references: () =>
    connection.sendRequest(ReferencesRequest.type, { ...here, context: { includeDeclaration: true } }),
  rename: () => connection.sendRequest(RenameRequest.type, { ...here, newName: "upper" }),
  formatting: () =>
    connection.sendRequest(DocumentFormattingRequest.type, {
      ...whole,
      options: { tabSize: 2, insertSpaces: true },
    }),
  symbols: () => connection.sendRequest(DocumentSymbolRequest.type, whole),
  folding: () => connection.sendRequest(FoldingRangeRequest.type, whole),
  "semantic tokens": () => connection.sendRequest(SemanticTokensRequest.type, whole),
  "quick fixes": () =>
    connection.sendRequest(CodeActionRequest.type, { ...whole, range, context: { diagnostics: [] } }),
};

const times = new Map<string, number[]>();
const timed = async (name: string, run: () => Promise<unknown>) => {
  const start = performance.now();
  await run();
  times.set(name, [...(times.get(name) ?? []), performance.now() - start]);
};
for (let round = 0; round < 45; round++) {
  for (const [name, request] of Object.entries(requests)) {
    await timed("a key: its diagnostics", () =>
      opened.type(round % 2 === 0 ? " " : "", text.length - 1, text.length - (round % 2)),
    );
    await timed(name, request);
  }
}
await client.stop();

const table = new Table({
  head: [`${text.split("\n").length} lines, ms`, "median", "95 % within", "all within"],
  style: { head: [] },
});
for (const [name, values] of times) {
  // The first rounds compile the server's own code.
  const sorted = values.slice(5).sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * sorted.length)] ?? NaN).toFixed(1);
  table.push([name, at(0.5), at(0.95), (sorted.at(-1) ?? NaN).toFixed(1)]);
}
console.log(`${process.version}, ${process.arch}`);
console.log(table.toString());
