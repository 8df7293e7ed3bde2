import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EventFile, type Scalars } from "../../runtime/index.js";

/** CRC-32C by its definition: division by the polynomial 0x1edc6f41, bit by bit, reflected. */
function crc32c(data: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of data) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  }
  return ~remainder >>> 0;
}

/** The records of a TFRecord file; throws where a checksum is wrong or the file ends in a record. */
function recordsOf(file: Buffer): Buffer[] {
  const unmasked = (at: number) => {
    const turned = (file.readUInt32LE(at) - 0xa282ead8) >>> 0;
    return ((turned >>> 17) | (turned << 15)) >>> 0;
  };
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    expect(unmasked(at + 8)).toBe(crc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(unmasked(at + 12 + length)).toBe(crc32c(data));
    records.push(data);
    at += length + 16;
  }
  return records;
}

/** The fields of a protobuf message: numbers, or bytes. */
function fieldsOf(message: Buffer): [number, number | Buffer][] {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const fields: [number, number | Buffer][] = [];
  while (at < message.length) {
    const key = varint();
    const read: Record<number, () => number | Buffer> = {
      0: varint,
      1: () => message.readDoubleLE((at += 8) - 8),
      2: () => {
        const length = varint();
        return message.subarray(at, (at += length));
      },
      5: () => message.readFloatLE((at += 4) - 4),
    };
    fields.push([key >> 3, (read[key & 7] as () => number | Buffer)()]);
  }
  return fields;
}

function eventOf(record: Buffer): object {
  const [time, step, summary] = fieldsOf(record);
  expect([time?.[0], step?.[0], summary?.[0]]).toEqual([1, 2, 5]);
  const values = fieldsOf(summary?.[1] as Buffer).map(([number, value]) => {
    const [tag, simple] = fieldsOf(value as Buffer);
    expect([number, tag?.[0], simple?.[0]]).toEqual([1, 1, 2]);
    return [(tag?.[1] as Buffer).toString("utf8"), simple?.[1]];
  });
  return { time: time?.[1], step: step?.[1], values: Object.fromEntries(values) as object };
}

describe("the event file", () => {
  it("is what TensorBoard reads: the version first, then scalars, each record with its checksums", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "mmspec-events-")), "tensorboard");
    const entries: Scalars[] = [
      { step: 1, time: 1_795_581_415.25, values: { "joint/loss": 0.5, "joint/loss/größe": -3 } },
      { step: 300, time: 1_795_581_416.5, values: { "joint/loss": NaN } },
      { step: 2 ** 33, time: 0, values: { x: Infinity } },
    ];
    const file = new EventFile(folder, new Date(1_795_581_400_999));
    await file.begin(entries.slice(0, 1));
    for (const entry of entries.slice(1)) await file.append(entry);
    const [name = "", ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(name).toBe("events.out.tfevents.1795581400.mmspec");
    const [version, ...records] = recordsOf(readFileSync(join(folder, name)));
    expect(fieldsOf(version as Buffer)).toEqual([
      [1, 1_795_581_400],
      [3, Buffer.from("brain.Event:2")],
    ]);
    expect(records.map(eventOf)).toEqual(entries);

    await file.begin(entries.slice(0, 1));
    expect(
      recordsOf(readFileSync(join(folder, name)))
        .slice(1)
        .map(eventOf),
    ).toEqual(entries.slice(0, 1));
  });
});
