import { basename, dirname, join } from "node:path";
import { compile, type ModelIr } from "../../compiler/index.js";
import { firstRows, inputOfTable, lookAt, type Look, type LookInput } from "../../runtime/data/look/index.js";
import { ProblemList } from "../../runtime/data/problems.js";
import { compileSpec, readSpecWith, type SpecOptions } from "../spec.js";
import { dataOfSpec, type SpecData } from "./of-spec.js";

/** What was looked at, and what was found. */
export interface Looked {
  look: Look;
  input: LookInput;
  /** Of a spec. */
  of?: SpecData & { ir: ModelIr };
}

/**
 * Looks at the data of a spec's models, or of one of them.
 * @returns undefined when the spec has errors; they are printed, and the exit code is set
 * @throws DataError when data isn't as the spec says
 */
export async function looksOfSpec(options: SpecOptions): Promise<Looked[] | undefined> {
  const { file, model, set, custom = true } = options;
  const first = await compileSpec(options);
  if (first === undefined) return undefined;
  const { text, read } = await readSpecWith(file, set);
  const models = first.models.filter(
    ({ name, data }) => data !== undefined && (model === undefined || name === model),
  );
  const looks: Looked[] = [];
  for (const ir of models) {
    const compilation = await compile(text, file, ir.name, { custom, read });
    const data = await dataOfSpec(file, compilation, ir);
    looks.push({ look: lookAt(data.input), input: data.input, of: { ...data, ir } });
  }
  return looks;
}

/**
 * Looks at a bare file, or a folder.
 * @throws DataError when it can't be read, or has no such column
 */
export async function lookOfFile(file: string, rows: number, target: string | undefined): Promise<Looked> {
  const { table, more } = await firstRows(file, rows);
  if (target !== undefined && !table.columns.has(target)) {
    const problems = new ProblemList();
    problems.add("noColumn", file, { column: target, columns: [...table.columns.keys()] });
    problems.check();
  }
  const named = { ...table, source: join(dirname(file), basename(file)) };
  const input = inputOfTable(named, { more, ...(target !== undefined && { target }) });
  return { look: lookAt(input), input };
}
