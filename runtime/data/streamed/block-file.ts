import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { placeOf, rowsOfBlock, type Layout } from "./layout.js";

/** A block that is damaged. */
export class DamagedBlock extends Error {
  constructor(readonly block: number) {
    super(`block ${block} isn't what its checksum says`);
  }
}

/**
 * Reads a block.
 * @param blocks their checksums
 * @param into as long as a block, at least
 * @throws DamagedBlock
 */
export async function readBlock(
  file: FileHandle,
  { layout, blocks }: { layout: Layout; blocks: readonly number[] },
  block: number,
  into: Float32Array,
): Promise<{ values: Float32Array; rows: number }> {
  const { at, bytes } = placeOf(layout, block);
  const target = new Uint8Array(into.buffer, into.byteOffset, bytes);
  for (let read = 0; read < bytes;) {
    const { bytesRead } = await file.read(target, read, bytes - read, at + read);
    if (bytesRead === 0) throw new DamagedBlock(block);
    read += bytesRead;
  }
  if (crc32(target) !== blocks[block]) throw new DamagedBlock(block);
  return { values: into.subarray(0, bytes / 4), rows: rowsOfBlock(layout, block) };
}
