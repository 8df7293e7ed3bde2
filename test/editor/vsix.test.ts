import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { DOMParser } from "linkedom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createProtocolConnection,
  InitializeRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

describe("the extension's package", () => {
  const folder = mkdtempSync(join(tmpdir(), "mmspec-vsix-"));
  let bytes: Uint8Array;
  let entries: Record<string, Uint8Array>;
  const pack = (name: string) => {
    execFileSync(process.execPath, ["editor/vsix.mjs", join(folder, name)]);
    return new Uint8Array(readFileSync(join(folder, name)));
  };
  const text = (path: string) => strFromU8(entries[path] ?? new Uint8Array());

  beforeAll(() => {
    bytes = pack("a.vsix");
    entries = unzipSync(bytes);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is a zip whose manifests name files that it has", () => {
    const document = new DOMParser().parseFromString(text("extension.vsixmanifest"), "text/xml");
    const about = JSON.parse(text("extension/package.json")) as {
      name: string;
      version: string;
      main: string;
      contributes: { languages: { configuration: string }[]; grammars: { path: string }[] };
    };
    const identity = document.querySelector("Identity");
    expect([identity?.getAttribute("Id"), identity?.getAttribute("Version")]).toEqual([
      about.name,
      about.version,
    ]);
    const assets = [...document.querySelectorAll("Asset")].map((asset) => asset.getAttribute("Path") ?? "");
    expect(assets).toContain("extension/package.json");
    const { languages, grammars } = about.contributes;
    const named = [
      about.main,
      ...languages.map(({ configuration }) => configuration),
      ...grammars.map(({ path }) => path),
    ].map((path) => join("extension", path));
    for (const path of [...assets, ...named]) expect(Object.keys(entries)).toContain(path);
  });

  it("says of every file of what type it is", () => {
    for (const path of Object.keys(entries)) {
      if (path !== "[Content_Types].xml")
        expect(text("[Content_Types].xml")).toContain(`Extension="${/\.\w+$/.exec(path)?.[0]}"`);
    }
  });

  it("holds the grammar, the client, and the licences of what is bundled", () => {
    const path = "syntaxes/mmspec.tmLanguage.json";
    expect(text(`extension/${path}`)).toBe(readFileSync(`editor/${path}`, "utf8"));
    expect(text("extension/out/extension.cjs")).toContain("out/server.cjs");
    expect(text("extension/LICENSES.txt")).toMatch(/vscode-languageclient \S+ \(MIT\)/);
  });

  it("holds a server that starts where nothing else is installed", async () => {
    for (const [path, content] of Object.entries(entries)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const server = spawn(process.execPath, [join(folder, "extension/out/server.cjs"), "--stdio"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const connection = createProtocolConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    connection.listen();
    try {
      const params = { processId: process.pid, rootUri: null, capabilities: {} };
      const { serverInfo } = await connection.sendRequest(InitializeRequest.type, params);
      expect(serverInfo?.name).toBe("mmspec");
    } finally {
      connection.dispose();
      server.kill();
    }
  });

  it("has the same bytes when it is made again", () => {
    expect(pack("b.vsix")).toEqual(bytes);
  });
});
