import { mostMoments } from "../limits.js";
import { unpackerOf } from "./packed-sound.js";
import { readWav } from "./wav.js";

/** A sound of one channel. */
export interface Sound {
  /** Samples a second. */
  rate: number;
  /** From -1 to 1. */
  values: Float32Array;
}

/**
 * Decodes WAV, FLAC, MP3 or Ogg Vorbis, whichever its first bytes say that it is; several channels become their mean.
 * @throws Error for what is none of these, is damaged, or unpacks to more than `limit` samples
 */
export async function readSound(bytes: Uint8Array, limit = mostMoments): Promise<Sound> {
  if (bytes[0] === 0x52) return readWav(bytes);
  const unpack = unpackerOf(bytes);
  if (unpack === undefined) throw new Error("it is neither WAV, FLAC, MP3 nor Ogg Vorbis");
  return unpack(bytes, limit);
}
