import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import crc32c from "crc-32/crc32c.js";
import { writeAtomically } from "./atomic.js";
import { asWriting } from "./write-error.js";

/** A number at one moment. */
export interface Scalars {
  /** What TensorBoard draws against. */
  step: number;
  /** Seconds since 1970. */
  time: number;
  /** By tag; TensorBoard puts those with the same first part, up to the first slash, in one group. */
  values: Readonly<Record<string, number>>;
}

/** Scalars in a file that TensorBoard reads: `events.out.tfevents.SECONDS.mmspec` in a folder of its own. */
export class EventFile {
  private readonly path: string;

  /** @param begun when the run began: it tells the event files of a folder apart */
  constructor(
    private readonly folder: string,
    private readonly begun: Date,
  ) {
    this.path = join(folder, `events.out.tfevents.${this.seconds()}.mmspec`);
  }

  /** Writes the file anew, with these entries. */
  async begin(entries: readonly Scalars[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const version = new BinaryWriter().tag(1, WireType.Bit64).double(this.seconds());
    version.tag(3, WireType.LengthDelimited).string("brain.Event:2");
    await writeAtomically(this.path, Buffer.concat([framed(version.finish()), ...entries.map(encode)]));
  }

  async append(entry: Scalars): Promise<void> {
    await asWriting(this.path, appendFile(this.path, encode(entry)));
  }

  private seconds(): number {
    return Math.floor(this.begun.getTime() / 1000);
  }
}

/**
 * A record of the file. The fields are those of TensorFlow's event.proto and summary.proto: Event { double wall_time = 1;
 * int64 step = 2; Summary summary = 5 }, Summary { repeated Value value = 1 }, Value { string tag = 1; float simple_value = 2 }.
 */
function encode({ step, time, values }: Scalars): Buffer {
  const event = new BinaryWriter().tag(1, WireType.Bit64).double(time);
  event.tag(2, WireType.Varint).int64(step);
  event.tag(5, WireType.LengthDelimited).fork();
  for (const [tag, value] of Object.entries(values)) {
    event.tag(1, WireType.LengthDelimited).fork();
    event.tag(1, WireType.LengthDelimited).string(tag);
    event.tag(2, WireType.Bit32).float(value);
    event.join();
  }
  return framed(event.join().finish());
}

/** TFRecord: the length as uint64, its checksum, the data, its checksum; little-endian. */
function framed(data: Uint8Array): Buffer {
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedChecksum(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedChecksum(data), 12 + data.length);
  return record;
}

/** CRC-32C, turned and shifted as TFRecord wants it, so that a checksum of data with checksums in it isn't a weak one. */
function maskedChecksum(data: Uint8Array): number {
  const checksum = crc32c.buf(data) >>> 0;
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
