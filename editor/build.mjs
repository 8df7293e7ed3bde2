// Bundles the extension with its language server into out/, and the page that shows the same server in Monaco into out/page/.
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const common = { bundle: true, minify: true, logLevel: "warning", legalComments: "none", charset: "utf8" };

await build({
  ...common,
  entryPoints: { extension: here("src/extension.ts"), server: here("src/server.ts") },
  outdir: here("out"),
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  platform: "node",
  target: "node20",
  external: ["vscode"],
});
await build({
  ...common,
  entryPoints: {
    page: here("page/page.ts"),
    worker: here("page/worker.ts"),
    "editor.worker": here("node_modules/monaco-editor/esm/vs/editor/editor.worker.js"),
  },
  outdir: here("out/page"),
  format: "esm",
  platform: "browser",
  target: "es2022",
  loader: { ".ttf": "dataurl" },
});
copyFileSync(here("page/index.html"), here("out/page/index.html"));
copyFileSync(here("../examples/digits.mmspec"), here("out/page/example.mmspec"));
copyFileSync(here("../LICENSE"), here("LICENSE"));
