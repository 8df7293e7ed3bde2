// Bundles the report: the page's script and style, and the figures for Node, into dist/report.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const common = {
  bundle: true,
  minify: true,
  metafile: true,
  logLevel: "warning",
  legalComments: "none",
  charset: "utf8",
};

const page = await build({
  ...common,
  entryPoints: { page: here("page/main.ts") },
  outdir: here("../dist/report/page"),
  format: "iife",
  platform: "browser",
  target: ["chrome109", "firefox115", "safari16.4"],
  loader: { ".woff2": "dataurl" },
});
const figures = await build({
  ...common,
  entryPoints: { figures: here("figures/paper.ts") },
  outdir: here("../dist/report/figures"),
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["canvas"],
});

// The licences of what was bundled, for whoever passes it on.
const packages = new Set(
  [page, figures].flatMap(({ metafile }) =>
    Object.keys(metafile.inputs).flatMap((path) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  ),
);
const texts = [...packages].sort().map((path) => {
  const folder = here(join("..", path));
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
  const text = files.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(here("../dist/report/LICENSES.txt"), texts.join(`\n${"-".repeat(80)}\n\n`));
