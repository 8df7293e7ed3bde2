import sharp from "sharp";

/** A WAV file by its parts. @param data its samples as bytes */
export function wav(data: Uint8Array, { tag = 1, channels = 1, rate = 8000, bits = 16 } = {}): Uint8Array {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(tag, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE((rate * channels * bits) / 8, 28);
  header.writeUInt16LE((channels * bits) / 8, 32);
  header.writeUInt16LE(bits, 34);
  header.write("data", 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** Samples of a WAV of 16 bits. */
export function int16(...values: number[]): Uint8Array {
  return new Uint8Array(Int16Array.from(values).buffer);
}

/** A picture of these values of pixels, row by row. */
export function png(values: readonly number[], width: number, channels: 1 | 3): Promise<Uint8Array> {
  const height = values.length / width / channels;
  return sharp(Uint8Array.from(values), { raw: { width, height, channels } }).png().toBuffer();
}
