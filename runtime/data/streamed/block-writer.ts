import { open, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { asWriting } from "../../runs/write-error.js";
import type { LoadedBlock } from "./first-pass.js";
import { rowValues, type Layout } from "./layout.js";

/** Writes blocks of always as many rows, whatever the parts that they are given in. */
export class BlockWriter {
  readonly checksums: number[] = [];
  bytes = 0;
  private filled = 0;
  private readonly values: Record<string, Float32Array> = {};
  private readonly block: Float32Array;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly layout: Layout,
    /** Writes only this block, over what is there. */
    private readonly only?: number,
  ) {
    for (const { name, width } of layout.modalities)
      this.values[name] = new Float32Array(layout.blockRows * width);
    this.block = new Float32Array(layout.blockRows * rowValues(layout));
  }

  static async open(path: string, layout: Layout, only?: number): Promise<BlockWriter> {
    const file = await asWriting(path, open(path, only === undefined ? "w" : "r+"));
    return new BlockWriter(path, file, layout, only);
  }

  async add({ rows, inputs }: Pick<LoadedBlock, "rows" | "inputs">): Promise<void> {
    const { layout } = this;
    for (let from = 0; from < rows;) {
      const taken = Math.min(rows - from, layout.blockRows - this.filled);
      for (const { name, width } of layout.modalities)
        this.values[name]?.set(
          (inputs[name] as Float32Array).subarray(from * width, (from + taken) * width),
          this.filled * width,
        );
      this.filled += taken;
      from += taken;
      if (this.filled === layout.blockRows) await this.flush();
    }
  }

  private async flush(): Promise<void> {
    const { layout, filled, block } = this;
    let at = 0;
    for (const { name, width } of layout.modalities) {
      block.set((this.values[name] as Float32Array).subarray(0, filled * width), at);
      at += filled * width;
    }
    const bytes = new Uint8Array(block.buffer, 0, 4 * at);
    if (this.only === undefined || this.only === this.checksums.length) {
      const place = this.checksums.length * layout.blockRows * 4 * rowValues(layout);
      for (let written = 0; written < bytes.length;) {
        const write = this.file.write(bytes, written, bytes.length - written, place + written);
        written += (await asWriting(this.path, write)).bytesWritten;
      }
    }
    this.checksums.push(crc32(bytes));
    this.bytes += bytes.length;
    this.filled = 0;
  }

  /** Writes what is left, and syncs. */
  async end(): Promise<void> {
    if (this.filled > 0) await this.flush();
    await asWriting(this.path, this.file.sync());
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
