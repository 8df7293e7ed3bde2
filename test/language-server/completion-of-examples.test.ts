import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pathToFileURL } from "node:url";
import { TextDocuments } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { pointNamed } from "../../compiler/tables/points.js";

import { complete } from "../../language-server/completion.js";
import { Spec } from "../../language-server/document.js";
import { filesOnDisk } from "../../language-server/files.js";
import { Workspace } from "../../language-server/workspace.js";

const files = ["examples", "test/golden"].flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".mmspec"))
    .map((file) => `${folder}/${file}`),
);

const workspace = new Workspace(new TextDocuments(TextDocument), filesOnDisk);

/** A spec as it is open in an editor: what it imports is on disk. */
function specOf(path: string, text: string): Spec {
  const uri = pathToFileURL(path).href;
  const document = TextDocument.create(uri, "mmspec", 1, text);
  return new Spec(document, (imported) => filesOnDisk.read(imported, uri.slice(0, uri.lastIndexOf("/") + 1)));
}

/** Where names begin that a spec makes up: declarations, and columns of tables. */
function madeUp({ names }: Spec): Set<number> {
  const declared = names.occurrences.filter(({ declares }) => declares).map(({ span }) => span.start);
  const columns = names.calls
    .filter(({ call, role }) => role === "modality" && call.name.text === "table")
    .flatMap(({ call }) => call.args.flatMap(({ name }) => name?.span.start ?? []));
  return new Set([...declared, ...columns]);
}

/** The words of a file that aren't among what is offered where they stand, each with its line. */
function notOffered(path: string, written: (text: string, start: number) => { text: string; at: number }) {
  const text = readFileSync(path, "utf8");
  const spec = specOf(path, text);
  const own = madeUp(spec);
  const asked = spec.words.filter(({ kind, span }) => /^(keyword|name)$/.test(kind) && !own.has(span.start));
  expect(asked.length).toBeGreaterThan(20);
  return asked
    .filter(({ text: word, span }) => {
      const here = written(text, span.start);
      const labels = complete(specOf(path, here.text), here.at, workspace).map(
        ({ label, filterText }) => filterText ?? label,
      );
      // Of a point that has two names the plain one is offered.
      const wanted = pointNamed(word)?.name ?? word;
      return !labels.some((label) => label === wanted || label.startsWith(`${word}(`) || label === word);
    })
    .map(({ text: word, span }) => `${text.slice(0, span.start).split("\n").length}: ${word}`);
}

describe("completion offers each word of a spec where it stands", () => {
  it.each(files)("in %s", (path) => {
    expect(notOffered(path, (text, at) => ({ text, at }))).toEqual([]);
  });

  it.each(files)("in %s when nothing but its first letter is written", (path) => {
    expect(notOffered(path, (text, at) => ({ text: text.slice(0, at + 1), at: at + 1 }))).toEqual([]);
  });
});
