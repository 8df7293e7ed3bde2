import { copyFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licences } from "../grammar/licences.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the extension and its language server into out/, with the licences of what is in them. */
export async function bundleExtension() {
  const bundled = await build({
    entryPoints: { extension: here("src/extension.ts"), server: here("src/server.ts") },
    outdir: here("out"),
    outExtension: { ".js": ".cjs" },
    bundle: true,
    minify: true,
    metafile: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    external: ["vscode"],
    logLevel: "warning",
    legalComments: "none",
    charset: "utf8",
  });
  writeFileSync(here("LICENSES.txt"), licences([bundled]));
  copyFileSync(here("../LICENSE"), here("LICENSE"));
}
