// What the other .mjs files here share: WebAssembly with SIMD, told as text, written as a TypeScript file that has it in base 64.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import wabt from "wabt";

/**
 * @param name of the file beside this one, in words; what it exports is called like it, and Module
 * @param does what the module does, for people
 * @param path where else it is written to
 */
export async function writeModule(name, does, source, path) {
  const module = (await wabt()).parseWat(`${name}.wat`, source, { simd: true });
  const bytes = Buffer.from(module.toBinary({}).buffer);
  const exported = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  const text = `// Written by ${name}.mjs; \`npm run simd\` writes it anew.

/** WebAssembly that ${does}, in base 64. */
export const ${exported}Module = ${JSON.stringify(bytes.toString("base64"))};
`;
  const own = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const style = { ...(await resolveConfig(own)), parser: "typescript" };
  writeFileSync(path ?? own, await format(text, style));
}
