import type * as Arrow from "apache-arrow";
import { readFile } from "node:fs/promises";
import { Decompress } from "fzstd";
import { checkArrowData } from "./arrow-data.js";
import { checkArrowFraming } from "./arrow-framing.js";
import { plainReason } from "./damaged.js";
import { mostBytes, TooLarge } from "./limits.js";
import { unpackLz4 } from "./lz4.js";
import { columnOfCells, type Column, type Table } from "./table.js";

/** Reads Apache Arrow, a file or a stream of it; Feather (version 2) is the same. A column of lists becomes vectors, a null is missing. */
export async function readArrow(path: string): Promise<Table> {
  const arrow = await openArrow();
  const bytes = await readFile(path);
  if (bytes.toString("latin1", 0, 4) === "FEA1")
    throw new Error("it is Feather of version 1; save it with version 2");
  await checkArrowFraming((offset, length) => bytes.subarray(offset, offset + length), bytes.length);
  try {
    const table = arrow.tableFromIPC(bytes);
    const columns = new Map<string, Column>();
    table.schema.fields.forEach((field, i) => {
      const name = String(field.name);
      const column = table.getChildAt(i);
      for (const data of column?.data ?? []) checkArrowData(arrow, name, data, bytes.length);
      columns.set(name, columnOfCells(Array.from(column ?? [], plain)));
    });
    return { source: path, columns };
  } catch (error) {
    throw plainReason(error);
  }
}

/** Lists of Arrow, also of lists, as arrays. */
export function plain(cell: unknown): unknown {
  if (typeof cell !== "object" || cell === null || ArrayBuffer.isView(cell)) return cell;
  if ("toArray" in cell && Symbol.iterator in cell) return Array.from(cell as Iterable<unknown>, plain);
  throw new Error("a column has neither numbers nor texts nor lists of numbers");
}

/** Apache Arrow's library, loaded when the first such file is read, with what unpacks its buffers. */
export async function openArrow(): Promise<typeof Arrow> {
  const arrow = await import("apache-arrow");
  const { compressionRegistry, CompressionType } = arrow;
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (bytes) => unpackLz4(bytes, mostBytes) });
  compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => unpackZstd(bytes, mostBytes) });
  return arrow;
}

/** Unpacks Zstandard piece by piece, so that a size that its header makes up is never allocated. @throws TooLarge */
function unpackZstd(bytes: Uint8Array, limit: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    if (length > limit) throw new TooLarge(limit);
    parts.push(part.slice());
  });
  stream.push(bytes, true);
  return Buffer.concat(parts);
}
