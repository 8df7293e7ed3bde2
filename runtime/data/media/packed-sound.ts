import type { Sound } from "./sound.js";

type Unpack = (bytes: Uint8Array, limit: number) => Promise<Sound>;

/** What a decoder of the family of wasm-audio-decoders gives back of a piece of a file. */
interface Decoded {
  channelData: Float32Array[];
  samplesDecoded: number;
  sampleRate: number;
  bitDepth?: number;
  errors: readonly { message: string }[];
}

interface Decoder {
  ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
  free(): void;
}

/** Bytes that are decoded at a time: a few of them may hold a long silence. */
const pieceBytes = 4096;

/** What decodes a file, by its first bytes; nothing for what is no packed sound. */
export function unpackerOf(bytes: Uint8Array): Unpack | undefined {
  const begins = (text: string) => Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text;
  if (begins("fLaC")) return flac;
  if (begins("OggS")) return vorbis;
  return begins("ID3") || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0) ? mp3 : undefined;
}

const flac: Unpack = async (bytes, limit) => {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  // The decoder divides by 2^(bits - 1) - 1: whole numbers are made of that again.
  const sound = await decoded(new FLACDecoder(), bytes, limit, (value, bits) => {
    const full = 2 ** (bits - 1);
    return Math.round(value * (full - 1)) / full;
  });
  // The stream's first block says how many there are, as 36 bits; 0 where the encoder didn't know.
  const total =
    bytes.length < 26 ? 0 : ((bytes[21] as number) & 15) * 2 ** 32 + Buffer.from(bytes).readUInt32BE(22);
  if (total !== 0 && total !== sound.values.length) throw new Error("it is cut off");
  return sound;
};

const vorbis: Unpack = async (bytes, limit) => {
  const { OggVorbisDecoder } = await import("@wasm-audio-decoders/ogg-vorbis");
  if (!isWholeOgg(bytes)) throw new Error("it is cut off");
  return decoded(new OggVorbisDecoder(), bytes, limit);
};

const mp3: Unpack = async (bytes, limit) => {
  const { MPEGDecoder } = await import("mpg123-decoder");
  return decoded(new MPEGDecoder(), bytes, limit);
};

/** @param correct each value of a channel, by the bits that the file says */
async function decoded(
  decoder: Decoder,
  bytes: Uint8Array,
  limit: number,
  correct?: (value: number, bits: number) => number,
): Promise<Sound> {
  const parts: Float32Array[] = [];
  let [rate, length] = [0, 0];
  const take = ({ channelData, samplesDecoded, sampleRate, bitDepth = 0, errors }: Decoded) => {
    if (errors[0] !== undefined) throw new Error(`it is damaged (${errors[0].message})`);
    if (samplesDecoded === 0) return;
    if (rate !== 0 && sampleRate !== rate) throw new Error(`its rate changes from ${rate} to ${sampleRate}`);
    rate = sampleRate;
    length += samplesDecoded;
    if (length > limit) throw new Error(`it has more than ${limit} samples`);
    parts.push(mean(channelData, samplesDecoded, correct && ((value) => correct(value, bitDepth))));
  };
  try {
    await decoder.ready;
    for (let at = 0; at < bytes.length; at += pieceBytes)
      take(await decoder.decode(bytes.subarray(at, at + pieceBytes)));
    if (decoder.flush !== undefined) take(await decoder.flush());
  } finally {
    decoder.free();
  }
  if (length === 0) throw new Error("it has no samples that can be decoded");
  const values = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return { rate, values };
}

function mean(
  channels: readonly Float32Array[],
  length: number,
  correct: (value: number) => number = (value) => value,
): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    let sum = 0;
    for (const channel of channels) sum += correct(channel[i] as number);
    return sum / channels.length;
  });
}

/** True when a file is whole pages, the last of which says that it is the last: a decoder makes something of a part, too. */
function isWholeOgg(bytes: Uint8Array): boolean {
  let last = false;
  let at = 0;
  while (at + 27 <= bytes.length && Buffer.from(bytes.subarray(at, at + 4)).toString("latin1") === "OggS") {
    last = ((bytes[at + 5] as number) & 4) !== 0;
    const segments = bytes[at + 26] as number;
    const lengths = bytes.subarray(at + 27, at + 27 + segments);
    at += 27 + segments + lengths.reduce((a, b) => a + b, 0);
  }
  return last && at === bytes.length;
}
