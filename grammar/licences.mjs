import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The licences of what esbuild has bundled, for whoever passes it on. */
export function licences(results) {
  const packages = new Set(
    results.flatMap(({ metafile }) =>
      Object.keys(metafile.inputs).flatMap((path) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
    ),
  );
  const texts = [...packages].sort().map((path) => {
    const folder = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
    const text = files.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
