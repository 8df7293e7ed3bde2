import { path, several, type Parameter } from "../parameters.js";
import type { LayerRow } from "./row.js";

/** A layer that comes from a file, which the compiler doesn't read: the spec says what it makes. */
function fromFile(row: Pick<LayerRow, "name" | "doc" | "example" | "call">, file: Parameter): LayerRow {
  return {
    ...row,
    parameters: [file, several("shape", "The sizes of what it makes of a sample.")],
    shape: (_input, args) => args.shape as number[],
    weights: () => 0,
    flops: () => 0,
    readsNames: true,
    uncounted: true,
  };
}

export const frozen = fromFile(
  {
    name: "frozen",
    doc: "A saved TensorFlow.js model, layers or graph, whose weights don't learn.",
    example: 'frozen("models/eye", 1280)',
    call: (input, args) => ({
      name: "frozen",
      options: { path: args.path as string, input: [...input], output: args.shape as number[] },
    }),
  },
  path("path", "Its model.json, or the folder that has it."),
);

export const custom = fromFile(
  {
    name: "custom",
    doc: "A layer of your own: the default export, a `CustomLayer`, of a TypeScript file.",
    example: 'custom("./encoder.ts", 64)',
    call: (input, args) => ({
      name: "custom",
      file: args.file as string,
      options: { input: [...input], output: args.shape as number[] },
    }),
  },
  path("file", "The file, beside the spec or below it."),
);
