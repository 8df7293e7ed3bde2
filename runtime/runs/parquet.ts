import { parquetWriteBuffer } from "hyparquet-writer";
import { writeAtomically } from "./atomic.js";

export type ParquetColumn =
  | {
      name: string;
      type: "int" | "float";
      values: ArrayLike<number | null>;
      unit?: string;
      /** True when values may be null. */
      gaps?: boolean;
    }
  | { name: string; type: "text"; values: readonly string[] };

/**
 * Writes columns of equal length as Apache Parquet: int as INT32, float as DOUBLE, text as UTF-8. The file's metadata has the units
 * of the columns that have one, as JSON, under the key `units`.
 */
export async function writeParquet(path: string, columns: readonly ParquetColumn[]): Promise<void> {
  const types = { int: "INT32", float: "DOUBLE", text: "STRING" } as const;
  const columnData = columns.map(({ name, type, values }) => ({
    name,
    type: types[type],
    data: Array.from(values as ArrayLike<unknown>),
  }));
  const units = columns.flatMap((column) =>
    column.type !== "text" && column.unit !== undefined ? [[column.name, column.unit] as const] : [],
  );
  const kvMetadata = [{ key: "units", value: JSON.stringify(Object.fromEntries(units)) }];
  await writeAtomically(path, new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata })));
}
