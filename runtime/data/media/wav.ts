import type { Sound } from "./sound.js";

interface Format {
  /** 1 whole numbers, 3 floats. */
  tag: number;
  channels: number;
  rate: number;
  bits: number;
}

/**
 * Decodes WAV: whole numbers of 8, 16, 24 or 32 bits, divided by 2^(bits - 1), or floats of 32 or 64 bits; several channels become their mean. Nothing is
 * allocated that the file itself doesn't have bytes for. (Of the libraries, wavefile 11 takes files that are cut off for whole ones, and has been still for years.)
 * @throws Error for what is no such file
 */
export function readWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || name(0) !== "RIFF" || name(8) !== "WAVE") throw new Error("it is no WAV");
  let format: Format | undefined;
  // A chunk: four letters, its size, its content, which ends at an even offset.
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const begin = at + 8;
    if (name(at) === "fmt ") format = formatOf(view, begin, size);
    if (name(at) === "data") {
      if (format === undefined) throw new Error("its samples stand before their format");
      // Of a stream that never knew its length.
      const end = size === 0xffffffff ? bytes.length : begin + size;
      if (end > bytes.length) throw new Error("it is cut off");
      return { rate: format.rate, values: mixed(view, begin, end, format) };
    }
    at = begin + size + (size % 2);
  }
  throw new Error("it has no samples");
}

function formatOf(view: DataView, at: number, size: number): Format {
  if (size < 16 || at + size > view.byteLength) throw new Error("its format is cut off");
  const first = view.getUint16(at, true);
  // Extensible: the format is the beginning of a longer name.
  const tag = first === 0xfffe && size >= 26 ? view.getUint16(at + 24, true) : first;
  const channels = view.getUint16(at + 2, true);
  const rate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  const known = (tag === 1 && [8, 16, 24, 32].includes(bits)) || (tag === 3 && [32, 64].includes(bits));
  if (!known || channels === 0)
    throw new Error(`its samples are packed (format ${tag}, ${bits} bits); save it as PCM, such as 16 bits`);
  return { tag, channels, rate, bits };
}

function mixed(view: DataView, begin: number, end: number, { tag, channels, bits }: Format): Float32Array {
  const bytes = bits / 8;
  const frames = Math.floor((end - begin) / (bytes * channels));
  const sample = (at: number): number => {
    if (tag === 3) return bits === 32 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    if (bits === 8) return (view.getUint8(at) - 128) / 128;
    if (bits === 16) return view.getInt16(at, true) / 2 ** 15;
    if (bits === 32) return view.getInt32(at, true) / 2 ** 31;
    return ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23;
  };
  const values = new Float32Array(frames);
  for (let i = 0; i < frames; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += sample(begin + (i * channels + c) * bytes);
    values[i] = sum / channels;
  }
  return values;
}
