import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { register } from "tsx/esm/api";
import type { Compilation, ModelIr } from "../../compiler/index.js";
import type { DataColumns } from "../../runtime/data/load.js";
import { inputOfSplits, samplesAlone, type LookInput } from "../../runtime/data/look/index.js";
import { readSource } from "../../runtime/data/source.js";
import type { Splits } from "../../runtime/data/samples.js";
import { bytesInMemory, inMemory } from "../../runtime/data/streamed/in-memory.js";
import { writeFiles } from "../../runtime/runs/atomic.js";
import { CommandError, exitCodes } from "../exit.js";

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
 * @throws DataError when the data isn't as the spec says; CommandError when it is streamed and doesn't fit into memory
 */
export async function dataOfSpec(file: string, { files }: Compilation, ir: ModelIr): Promise<SpecData> {
  const folder = resolve(dirname(file));
  const { columns, loadSamples } = await dataModule(
    files.find(({ path }) => path === "data.ts")?.text ?? "",
    ir,
  );
  const loaded = await loadSamples(folder);
  const { data } = ir;
  const streamed = data?.kind === "file" ? data.streamed : undefined;
  const whole = streamed === undefined ? loaded : await inMemory(checkFits(loaded, streamed.within, ir));
  const { splits, table } =
    data?.kind === "file" && streamed === undefined
      ? samplesAlone(
          whole,
          (await readSource({ from: data.path, line: data.line, ...columns }, folder)).table,
        )
      : { ...samplesAlone(whole, { source: "", columns: new Map() }), table: undefined };
  const source = data?.kind === "file" ? data.path : "samples that are drawn";
  return { input: inputOfSplits(splits, columns, { source, table, by: data?.split.by }), splits, columns };
}

/** @throws CommandError when samples that are streamed don't fit into what they may take */
function checkFits(splits: Splits, within: number, { name, data }: ModelIr): Splits {
  const bytes = bytesInMemory(splits);
  if (bytes <= within) return splits;
  const megabytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MB`;
  const path = data?.kind === "file" ? data.path : "";
  throw new CommandError(
    `${name}: its samples take ${megabytes(bytes)}, more than the ${megabytes(within)} within which they are streamed. Look at the first of them, \`mmspec data ${path}\`${path.includes("*") ? " of one of these files" : ""}, or write \`streamed within ${megabytes(bytes)}\`.`,
    exitCodes.wrongInput,
  );
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
