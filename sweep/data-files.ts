import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ModelIr } from "../compiler/index.js";
import { frozenPaths } from "../compiler/files.js";
import { matches } from "../runtime/data/glob.js";
import { SweepProblem } from "./problem.js";

/** A file that training reads. */
export interface DataFile {
  /** From the folder of the spec. */
  path: string;
  sha256: string;
  bytes: number;
}

/** What a variant reads: the data, tokenizers, and saved models, as its spec names them. */
export function dataPathsOf(ir: ModelIr): { path: string; kind: "data" | "frozen" }[] {
  const { data } = ir;
  const transforms = data?.kind === "file" ? data.modalities.flatMap((binding) => binding.transforms) : [];
  const paths = [
    ...(data?.kind === "file" ? [data.path, ...data.joins.map(({ path }) => path)] : []),
    ...new Set(transforms.flatMap((each) => ("file" in each ? each.file : []))),
  ];
  return [
    ...paths.map((path) => ({ path, kind: "data" as const })),
    ...frozenPaths(ir).map((path) => ({ path, kind: "frozen" as const })),
  ];
}

/**
 * All files that the variants read, with their content's hashes.
 * @param folder of the spec
 * @throws SweepProblem when one can't be read
 */
export async function dataFiles(
  folder: string,
  named: readonly { path: string; kind: "data" | "frozen" }[],
): Promise<DataFile[]> {
  const paths = await Promise.all(
    named.map(({ path, kind }) =>
      kind === "frozen" ? savedModelFiles(folder, path) : path.includes("*") ? matches(path, folder) : [path],
    ),
  );
  return Promise.all(
    [...new Set(paths.flat())].map(async (path) => ({ path, ...(await fileHash(join(folder, path))) })),
  );
}

/** A saved TensorFlow.js model: model.json, and the files of weights beside it. */
async function savedModelFiles(folder: string, path: string): Promise<string[]> {
  const file = path.endsWith(".json") ? path : `${path}/model.json`;
  const text = await readFile(join(folder, file), "utf8").catch((error: unknown) => {
    throw unreadable(join(folder, file), error);
  });
  try {
    const { weightsManifest = [] } = JSON.parse(text) as { weightsManifest?: { paths: string[] }[] };
    return [
      file,
      ...weightsManifest.flatMap(({ paths }) => paths.map((name) => posix.join(posix.dirname(file), name))),
    ];
  } catch (error) {
    throw unreadable(join(folder, file), error);
  }
}

/** @throws SweepProblem when it can't be read */
export async function fileHash(path: string): Promise<{ sha256: string; bytes: number }> {
  const sum = createHash("sha256");
  let bytes = 0;
  const count = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(createReadStream(path), count, sum);
  } catch (error) {
    throw unreadable(path, error);
  }
  return { sha256: sum.digest("hex"), bytes };
}

function unreadable(path: string, error: unknown): SweepProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  return new SweepProblem(`${path}: ${code === "ENOENT" ? "there is no such file" : message}.`);
}
