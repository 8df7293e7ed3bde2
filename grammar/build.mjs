// Makes one file of chevrotain and all that it imports, in the place of dist/grammar/chevrotain.js.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licences } from "./licences.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const bundled = await build({
  entryPoints: [here("chevrotain.ts")],
  outfile: here("../dist/grammar/chevrotain.js"),
  bundle: true,
  metafile: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  logLevel: "warning",
});
writeFileSync(here("../dist/grammar/LICENSES.txt"), licences([bundled]));
