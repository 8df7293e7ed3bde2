import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { filesOnDisk } from "../../language-server/files.js";
import { cli, environment } from "../support/cli.js";

const root = mkdtempSync(join(tmpdir(), "mmspec-editor-"));
const folder = join(root, "work");
mkdirSync(folder);
writeFileSync(join(root, "secret.mmspec"), "model Secret {}");
writeFileSync(join(folder, "own.mmspec"), "model Own {}");
const at = (name: string) => pathToFileURL(join(folder, name)).href;

it("the language server reads what lies in the folder, and nothing else", () => {
  const read = (uri: string) => filesOnDisk.read(uri, pathToFileURL(`${folder}/`).href);
  expect(read(at("own.mmspec"))).toBe("model Own {}");
  for (const uri of [
    at("../secret.mmspec"),
    pathToFileURL(join(root, "secret.mmspec")).href,
    "file:///etc/passwd",
    `${at("")}..%2fsecret.mmspec`,
    "file://elsewhere/etc/passwd",
    "file://%00/%zz",
    at("%zz"),
    "http://[",
    "untitled:__proto__",
  ])
    expect(JSON.stringify(read(uri)) ?? "", uri).not.toMatch(/Secret|root:/);
  expect(filesOnDisk.list("file://%00/")).toEqual([]);
});

it("the language server outlives messages that make no sense", async () => {
  const server = spawn(process.execPath, [cli, "lsp"], { env: environment });
  let [out, err] = ["", ""];
  server.stdout.on("data", (data) => (out += String(data)));
  server.stderr.on("data", (data) => (err += String(data)));
  const send = (text: string) =>
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  const say = (message: object) => send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  const answered = async (id: number) => {
    while (!out.includes(`"id":${id},`) && server.exitCode === null)
      await new Promise((wait) => setTimeout(wait, 10));
  };
  const uri = at("x.mmspec");
  const open = (uri: unknown, text: unknown) =>
    say({
      method: "textDocument/didOpen",
      params: { textDocument: { uri, languageId: "mmspec", version: 1, text } },
    });
  say({ id: 1, method: "initialize", params: { processId: null, rootUri: at(""), capabilities: {} } });
  await answered(1);
  say({ method: "initialized", params: {} });
  open(uri, `import { Secret } from "../secret.mmspec"\nimport { A } from "/etc/passwd"\nmodel Test {}\n`);
  for (const text of ["{bad", "null", "[]", '"x"', "1", "{}", '{"jsonrpc":"2.0","id":99}']) send(text);
  const position = { line: 1e9, character: -5 };
  const textDocument = { uri };
  say({ id: 2, method: "textDocument/hover" });
  say({ id: 3, method: "textDocument/hover", params: null });
  say({ id: 4, method: "textDocument/hover", params: { textDocument, position } });
  say({ id: 5, method: "textDocument/completion", params: { textDocument: { uri: 7 }, position: "a" } });
  say({ id: 6, method: "textDocument/rename", params: { textDocument, position, newName: {} } });
  say({ id: 7, method: "__proto__", params: {} });
  say({ method: "textDocument/didOpen", params: {} });
  open("file://%00/%zz", 'import { A } from "a.mmspec"\n');
  open("http://[bad", "model A {}");
  open(at("n.mmspec"), 42);
  const range = { start: position, end: { line: -1, character: 1e12 } };
  const change = { textDocument: { uri, version: 2 }, contentChanges: [{ range, text: "// x\n" }] };
  say({ method: "textDocument/didChange", params: change });
  say({ id: 8, method: "textDocument/documentSymbol", params: { textDocument } });
  await answered(8);
  expect(server.exitCode).toBeNull();
  expect(out).toMatch(/"id":8,"result":/);
  expect(out).not.toMatch(/root:|Secret \{/);
  expect(err).toBe("");
  server.kill();
});
