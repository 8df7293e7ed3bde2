import { TooLarge } from "./limits.js";

/**
 * Unpacks a frame of LZ4, as pandas and pyarrow write it into Feather files (format: LZ4 frame 1.6.1, with linked or independent blocks;
 * checksums are passed over, since Arrow's readers don't look at them either). Of the libraries, lz4js is no longer kept, lz4-napi has no limit to what it unpacks, and
 * hyparquet's decoder, which must be told the size of what comes, reads no frames.
 * @throws TooLarge when it grows beyond `limit`
 */
export function unpackLz4(bytes: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0x184d2204) throw new Error("no frame of LZ4");
  const flags = view.getUint8(4);
  if (flags >> 6 !== 1) throw new Error("a frame of LZ4 of another version");
  if (flags & 1) throw new Error("a frame of LZ4 that needs a dictionary");
  // Magic number, flags and block size, content size, header checksum.
  let at = 4 + 2 + (flags & 8 ? 8 : 0) + 1;
  const output = new Output(limit);
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return output.taken();
    const block = bytes.subarray(at, at + (size & 0x7fffffff));
    if (block.length < (size & 0x7fffffff)) throw new Error("a block of LZ4 is cut off");
    if (size & 0x80000000) output.append(block);
    else unpackBlock(block, output);
    at += block.length + (flags & 16 ? 4 : 0);
  }
}

function unpackBlock(block: Uint8Array, output: Output): void {
  let at = 0;
  const byte = () => {
    if (at >= block.length) throw new Error("a block of LZ4 is cut off");
    return block[at++] as number;
  };
  const length = (begin: number) => {
    let total = begin;
    if (begin === 15) {
      let more: number;
      do total += more = byte();
      while (more === 255);
    }
    return total;
  };
  while (at < block.length) {
    const token = byte();
    const literals = length(token >> 4);
    if (at + literals > block.length) throw new Error("a block of LZ4 is cut off");
    output.append(block.subarray(at, at + literals));
    at += literals;
    // The last sequence has literals only.
    if (at >= block.length) return;
    const distance = byte() | (byte() << 8);
    output.repeat(distance, length(token & 15) + 4);
  }
}

/** Bytes that grow, up to a limit. */
class Output {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;

  constructor(private readonly limit: number) {}

  append(more: Uint8Array): void {
    this.reserve(more.length);
    this.bytes.set(more, this.length);
    this.length += more.length;
  }

  /** Repeats what stands `distance` before the end; it may run into what it writes. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.length) throw new Error("LZ4 refers to what isn't there");
    this.reserve(count);
    for (let i = 0; i < count; i++, this.length++)
      this.bytes[this.length] = this.bytes[this.length - distance] as number;
  }

  taken(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private reserve(count: number): void {
    const wanted = this.length + count;
    if (wanted > this.limit) throw new TooLarge(this.limit);
    if (wanted <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(wanted, 2 * this.bytes.length));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
