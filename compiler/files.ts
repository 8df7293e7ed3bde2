import { Namer } from "./check/names.js";
import type { LayerIr, ModelIr } from "./ir.js";

/** A file that `custom` layers come from. */
export interface CustomFile {
  /** As the spec names it, from its own folder. */
  from: string;
  /** Its name in the output folder. */
  to: string;
  /** What generated code calls its default export. */
  name: string;
}

/** Every layer of a model. */
function layersOf({ encoders, fusion }: ModelIr): LayerIr[] {
  const encoding = encoders.flatMap(({ layers }) => layers);
  if (fusion.kind === "ensemble") return encoding;
  if (fusion.kind === "merge") return [...encoding, ...fusion.layers];
  return [...encoding, ...fusion.components.flatMap(({ layers }) => layers), ...fusion.gate.layers];
}

/**
 * The files that a model's `custom` layers come from, each once.
 * @param taken names that generated code has for something else
 */
export function customFiles(ir: ModelIr, taken: readonly string[] = []): CustomFile[] {
  const names = new Namer(taken);
  const targets = new Namer();
  const paths = new Set(layersOf(ir).flatMap(({ call: { file } }) => file ?? []));
  return [...paths].map((from) => {
    const base = (from.split(/[\\/]/).at(-1) ?? from).replace(/\.ts$/, "");
    const target = `custom-${base.toLowerCase().replace(/[^\p{L}\p{N}_-]+/gu, "-")}`;
    const words = base.split(/[^\p{ID_Continue}]+/u).filter((word) => word !== "");
    const name = words.map((word, i) => (i === 0 ? lowerFirst(word) : upperFirst(word))).join("");
    const valid = /^[\p{ID_Start}_]/u.test(name) ? name : `layer${upperFirst(name)}`;
    return {
      from,
      to: `${targets.make(target)}.ts`,
      name: names.make(/layer$/i.test(valid) ? valid : `${valid}Layer`),
    };
  });
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Where a model's `frozen` layers lie, each once. */
export function frozenPaths(ir: ModelIr): string[] {
  const calls = layersOf(ir).map(({ call }) => call);
  return [
    ...new Set(calls.flatMap(({ name, options }) => (name === "frozen" ? (options?.path as string) : []))),
  ];
}
