// Bundles the report: the page's script and style, and the figures for Node, into dist/report; and the page that `mmspec serve` shows, beside it.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licences } from "../grammar/licences.mjs";

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
  entryPoints: { page: here("page/main.ts"), sweep: here("page/sweep.ts"), look: here("page/look.ts") },
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
// The runtime serves it and imports nothing of it.
await build({
  ...common,
  entryPoints: { try: here("try/main.ts") },
  outdir: here("../dist/runtime/prediction/page"),
  format: "iife",
  platform: "browser",
  target: ["chrome109", "firefox115", "safari16.4"],
});

// What a model that is exported for the web brings with it: predict.js, and a page that uses it. TensorFlow.js lies beside them as tf.js.
const beside = {
  name: "beside",
  setup(building) {
    building.onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({ path: "./tf.js", external: true }));
    building.onResolve({ filter: /\/web-model\.js$/ }, () => ({ path: "./predict.js", external: true }));
  },
};
const web = await build({
  ...common,
  entryPoints: {
    predict: here("../runtime/prediction/export/web-model.ts"),
    page: here("web-model/page.ts"),
  },
  outdir: here("../dist/runtime/prediction/page/web"),
  format: "esm",
  platform: "browser",
  target: ["chrome109", "firefox115", "safari16.4"],
  plugins: [beside],
});

writeFileSync(here("../dist/report/LICENSES.txt"), licences([page, figures, web]));
