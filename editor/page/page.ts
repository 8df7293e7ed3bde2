import * as monaco from "monaco-editor";
import configuration from "../language-configuration.json";
import { drive } from "./drive.js";

self.MonacoEnvironment = { getWorker: () => new Worker("editor.worker.js", { type: "module" }) };

const palette = {
  keyword: "8250df",
  class: "953800",
  property: "116329",
  variable: "0550ae",
  function: "6639ba",
  parameter: "57606a",
  enumMember: "0a3069",
  type: "cf222e",
  number: "0a7d6c",
  string: "0a3069",
  comment: "6e7781",
  operator: "24292f",
};

monaco.languages.register({ id: "mmspec", extensions: [".mmspec"] });
monaco.languages.setLanguageConfiguration("mmspec", {
  comments: { lineComment: "//" },
  brackets: configuration.brackets as [string, string][],
  autoClosingPairs: configuration.autoClosingPairs,
  surroundingPairs: configuration.surroundingPairs.map(([open = "", close = ""]) => ({ open, close })),
  wordPattern: new RegExp(configuration.wordPattern, "gu"),
});
monaco.editor.defineTheme("mmspec", {
  base: "vs",
  inherit: true,
  rules: Object.entries(palette).map(([token, foreground]) => ({ token, foreground })),
  colors: {},
});

const spec = await (await fetch("example.mmspec")).text();
const model = monaco.editor.createModel(spec, "mmspec", monaco.Uri.parse("file:///digits.mmspec"));
const editor = monaco.editor.create(document.getElementById("editor") as HTMLElement, {
  model,
  theme: "mmspec",
  automaticLayout: true,
  minimap: { enabled: false },
  fontSize: 13,
  scrollBeyondLastLine: false,
  "semanticHighlighting.enabled": true,
  quickSuggestions: true,
  fixedOverflowWidgets: true,
});

await drive(model, new Worker("worker.js", { type: "module" }));
Object.assign(self, { editor, monaco });
document.documentElement.dataset.ready = "";
