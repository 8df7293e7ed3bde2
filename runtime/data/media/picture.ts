import { mostPixels } from "../limits.js";

/** Values of pixels, 0 to 255, [height, width, channels]. */
export interface Picture {
  shape: [height: number, width: number, channels: number];
  values: Uint8Array;
}

/** How sharp is asked for so many channels: 1 grey, 3 colours, 4 colours and opacity. */
const channelCounts = [1, 3, 4];

/**
 * Decodes PNG, JPEG and WebP, upright as the camera's note says.
 * @param channels 1 for grey, 3 for red, green and blue, 4 with opacity
 * @throws Error for what is no such picture or has more than `limit` pixels
 */
export async function readPicture(bytes: Uint8Array, channels: number, limit = mostPixels): Promise<Picture> {
  if (!channelCounts.includes(channels))
    throw new Error(
      `a picture has 1 channel (grey), 3 (colours) or 4 (colours and opacity), not ${channels}`,
    );
  const { default: sharp } = await import("sharp");
  const source = sharp(bytes, { limitInputPixels: limit, failOn: "truncated", pages: 1 }).autoOrient();
  const { format } = await source.metadata();
  if (format !== "png" && format !== "jpeg" && format !== "webp")
    throw new Error(`it is neither PNG, JPEG nor WebP, but ${format}`);
  const coloured =
    channels === 1
      ? source.flatten().toColourspace("b-w")
      : channels === 3
        ? source.flatten().toColourspace("srgb")
        : source.toColourspace("srgb").ensureAlpha();
  const { data, info } = await coloured.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new Error(`it was decoded to ${info.channels} channels, not to ${channels}`);
  return { shape: [info.height, info.width, info.channels], values: data };
}
