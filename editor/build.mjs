// Bundles the extension with its language server into out/, and the page that shows the same server in Monaco into out/page/.
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleExtension } from "./extension.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await bundleExtension();
await build({
  entryPoints: {
    page: here("page/page.ts"),
    worker: here("page/worker.ts"),
    "editor.worker": here("node_modules/monaco-editor/esm/vs/editor/editor.worker.js"),
  },
  outdir: here("out/page"),
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  loader: { ".ttf": "dataurl" },
  logLevel: "warning",
  legalComments: "none",
  charset: "utf8",
});
copyFileSync(here("page/index.html"), here("out/page/index.html"));
copyFileSync(here("../examples/digits.mmspec"), here("out/page/example.mmspec"));
