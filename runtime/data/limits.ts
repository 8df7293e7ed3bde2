import { gunzipSync } from "node:zlib";

/** Bytes that a compressed file may grow to: 2 GiB. */
export const mostBytes = 2 ** 31;

/** Pixels that a picture may have: 64 million. */
export const mostPixels = 2 ** 26;

/** Bytes of a text that is a file. */
export const mostTextBytes = 2 ** 26;

/** Samples that a channel of a packed sound may have: 64 million, 25 minutes at 44.1 kHz. */
export const mostMoments = 2 ** 26;

/** What is packed in a file grows beyond what is read. */
export class TooLarge extends Error {
  constructor(limit: number) {
    super(
      `unpacked it takes more than ${readable(limit)}; keep it unpacked, or in several files, if that is meant`,
    );
  }
}

function readable(bytes: number): string {
  return bytes >= 2 ** 30 ? `${bytes / 2 ** 30} GiB` : `${bytes} bytes`;
}

/** Unpacks gzip. @throws TooLarge when it grows beyond `limit` */
export function gunzip(bytes: Uint8Array, limit = mostBytes): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw new TooLarge(limit);
    throw error;
  }
}
