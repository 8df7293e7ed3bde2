import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { register } from "tsx/esm/api";
import type { Compilation, ModelIr } from "../../compiler/index.js";
import type { DataColumns } from "../../runtime/data/load.js";
import { inputOfSplits, type LookInput } from "../../runtime/data/look/index.js";
import { readTable } from "../../runtime/data/read.js";
import type { Splits } from "../../runtime/data/samples.js";
import { writeFiles } from "../../runtime/runs/atomic.js";

/** The generated `data.ts`. */
interface DataModule {
  columns: DataColumns;
  loadSamples(folder: string): Promise<Splits>;
}

export interface SpecData {
  input: LookInput;
  splits: Splits;
  columns: DataColumns;
}

/**
 * Reads the samples of a model as training would, by the generated code that training runs; no other part of the trainer is there.
 * @param file the spec
 * @throws DataError when the data isn't as the spec says
 */
export async function dataOfSpec(file: string, { files }: Compilation, ir: ModelIr): Promise<SpecData> {
  const folder = resolve(dirname(file));
  const { columns, loadSamples } = await dataModule(
    files.find(({ path }) => path === "data.ts")?.text ?? "",
    ir,
  );
  const splits = await loadSamples(folder);
  const { data } = ir;
  const table = data?.kind === "file" ? await readTable(data.path, folder, data.line) : undefined;
  const source = data?.kind === "file" ? data.path : "samples that are drawn";
  return { input: inputOfSplits(splits, columns, { source, table, by: data?.split.by }), splits, columns };
}

async function dataModule(text: string, { target }: ModelIr): Promise<DataModule> {
  await import("../use-own-runtime.js");
  const folder = await mkdtemp(join(tmpdir(), "mmspec-data-"));
  const unregister = register();
  try {
    // All that data.ts takes of the model.
    const outputs = JSON.stringify(target.outputs);
    await writeFiles(folder, [
      { path: "package.json", text: '{ "type": "module" }' },
      { path: "data.ts", text },
      { path: "model.ts", text: `export const classes = ${outputs};\nexport const labels = ${outputs};\n` },
    ]);
    return (await import(pathToFileURL(join(folder, "data.ts")).href)) as DataModule;
  } finally {
    await unregister();
    await rm(folder, { recursive: true, force: true });
  }
}
