import { open, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { placeOf, rowsOfBlock, type Layout } from "./layout.js";

/** A file of blocks: some of the modalities, of all rows. */
export interface BlockFile {
  path: string;
  layout: Layout;
  /** Checksums. */
  blocks: readonly number[];
}

/** A block that is damaged. */
export interface Damaged {
  path: string;
  block: number;
}

export class DamagedBlock extends Error {
  constructor(readonly damaged: Damaged) {
    super(`block ${damaged.block} isn't what its checksum says`);
  }
}

/** Block files that are read as one. */
export class BlockReader {
  private constructor(private readonly files: readonly { of: BlockFile; file: FileHandle }[]) {}

  static async open(files: readonly BlockFile[]): Promise<BlockReader> {
    const opened: { of: BlockFile; file: FileHandle }[] = [];
    const reader = new BlockReader(opened);
    try {
      for (const of of files) opened.push({ of, file: await open(of.path) });
    } catch (error) {
      await reader.close();
      throw error;
    }
    return reader;
  }

  /**
   * Reads a block: the modalities of the first file, then those of the next one.
   * @param into as long as a block, at least
   * @throws DamagedBlock
   */
  async read(block: number, into: Float32Array): Promise<{ values: Float32Array; rows: number }> {
    let [end, rows] = [0, 0];
    for (const { of, file } of this.files) {
      const { path, layout, blocks } = of;
      const { at, bytes } = placeOf(layout, block);
      const target = new Uint8Array(into.buffer, into.byteOffset + end, bytes);
      for (let read = 0; read < bytes;) {
        const { bytesRead } = await file.read(target, read, bytes - read, at + read);
        if (bytesRead === 0) throw new DamagedBlock({ path, block });
        read += bytesRead;
      }
      if (crc32(target) !== blocks[block]) throw new DamagedBlock({ path, block });
      end += bytes;
      rows = rowsOfBlock(layout, block);
    }
    return { values: into.subarray(0, end / 4), rows };
  }

  async close(): Promise<void> {
    for (const { file } of this.files) await file.close();
  }
}
