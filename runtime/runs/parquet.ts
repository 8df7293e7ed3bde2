import { parquetWriteBuffer } from "hyparquet-writer";
import { writeAtomically } from "./atomic.js";

export type ParquetColumn =
  | { name: string; type: "int" | "float"; values: ArrayLike<number> }
  | { name: string; type: "text"; values: readonly string[] };

/** Writes columns of equal length as Apache Parquet: int as INT32, float as DOUBLE, text as UTF-8. */
export async function writeParquet(path: string, columns: readonly ParquetColumn[]): Promise<void> {
  const types = { int: "INT32", float: "DOUBLE", text: "STRING" } as const;
  const columnData = columns.map(({ name, type, values }) => ({
    name,
    type: types[type],
    data: Array.from(values as ArrayLike<unknown>),
  }));
  await writeAtomically(path, new Uint8Array(parquetWriteBuffer({ columnData })));
}
