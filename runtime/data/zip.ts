import { open, type FileHandle } from "node:fs/promises";

/** A file in a zip archive. */
export interface ZipEntry {
  name: string;
  /** Where its bytes begin in the archive, and how many they are. */
  offset: number;
  packed: number;
  /** How many bytes they are when they are unpacked. */
  unpacked: number;
  /** False where it is stored as it is. */
  deflated: boolean;
}

/** The largest directory of an archive that is read, in bytes. */
const mostDirectory = 64 * 2 ** 20;

/**
 * Finds the files of a zip archive, also of one with more than 4 GiB (zip64), without reading them (PKWARE, APPNOTE 6.3.10, sections 4.3 and 4.5).
 * @throws Error for what is no such archive, is encrypted, or packed otherwise
 */
export async function zipEntries(path: string): Promise<ZipEntry[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { offset, length, count } = await directoryOf(file, size);
    if (length > mostDirectory || offset + length > size) throw new Error("its directory is damaged");
    const directory = await read(file, offset, length);
    const entries: ZipEntry[] = [];
    for (let at = 0, i = 0; i < count; i++) {
      if (at + 46 > length || directory.readUInt32LE(at) !== 0x02014b50)
        throw new Error("its directory is damaged");
      const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)];
      const [nameLength, extraLength, noteLength] = [28, 30, 32].map((place) =>
        directory.readUInt16LE(at + place),
      ) as [number, number, number];
      const name = directory.toString("utf8", at + 46, at + 46 + nameLength);
      const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
      const small = {
        unpacked: directory.readUInt32LE(at + 24),
        packed: directory.readUInt32LE(at + 20),
        offset: directory.readUInt32LE(at + 42),
      };
      const { packed, unpacked, offset: header } = large(extra, small);
      if ((flags & 1) !== 0 || (method !== 0 && method !== 8))
        throw new Error(`"${name}" is encrypted, or packed in a way that isn't read`);
      const local = await read(file, header, 30);
      if (local.readUInt32LE(0) !== 0x04034b50) throw new Error(`"${name}" isn't where the directory says`);
      const begin = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
      if (begin + packed > size) throw new Error(`"${name}" is cut off`);
      entries.push({ name, offset: begin, packed, unpacked, deflated: method === 8 });
      at += 46 + nameLength + extraLength + noteLength;
    }
    return entries;
  } finally {
    await file.close();
  }
}

async function directoryOf(file: FileHandle, size: number) {
  const length = Math.min(size, 22 + 0xffff);
  const tail = await read(file, size - length, length);
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (at < 0 || at + 22 > length) throw new Error("it is no zip archive");
  const end = {
    count: tail.readUInt16LE(at + 10),
    length: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const locator = at - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) return end;
  const large = await read(file, Number(tail.readBigUInt64LE(locator + 8)), 56);
  if (large.readUInt32LE(0) !== 0x06064b50) throw new Error("its directory is damaged");
  return {
    count: Number(large.readBigUInt64LE(32)),
    length: Number(large.readBigUInt64LE(40)),
    offset: Number(large.readBigUInt64LE(48)),
  };
}

/** Sizes and places that take more than 32 bits stand in a field of their own, those that do, in this order. */
function large<Known extends Record<string, number>>(extra: Buffer, small: Known): Known {
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === 1) {
      let place = at + 4;
      const found = Object.entries(small).map(([name, value]) => {
        if (value !== 0xffffffff || place + 8 > at + 4 + length) return [name, value];
        place += 8;
        return [name, Number(extra.readBigUInt64LE(place - 8))];
      });
      return Object.fromEntries(found) as Known;
    }
    at += 4 + length;
  }
  return small;
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  if (bytesRead < length) throw new Error("it is cut off");
  return buffer;
}
