import type { ModalityBinding } from "../load.js";
import { size } from "../size.js";
import type { TextColumn } from "../table.js";
import { cropSound } from "../transforms/crop.js";
import { fitPicture } from "../transforms/fit-picture.js";
import { readNamedFiles, Unfit, type MediaPlace } from "./named-files.js";
import { readPicture } from "./picture.js";
import { readSound } from "./sound.js";

/** True for a modality whose samples can be files: pictures, and sounds, whose rate is known. */
export function isMedia({ shape, rate }: ModalityBinding): boolean {
  return shape.length === 3 || rate !== undefined;
}

/**
 * Reads the pictures or sounds that a column names, beside the file that names them. A sound that is shorter is filled with silence.
 * @returns [rows, ...shape]; NaN throughout where a name is missing, or the file of an optional modality; 0 where a problem was found
 */
export async function loadMedia(
  name: string,
  binding: ModalityBinding,
  column: TextColumn,
  place: MediaPlace,
): Promise<Float32Array> {
  const width = size(binding.shape);
  const values = new Float32Array(column.values.length * width).fill(NaN);
  const parse = (bytes: Uint8Array) =>
    binding.rate === undefined
      ? picture(bytes, binding)
      : sound(bytes, binding as ModalityBinding & { rate: number });
  await readNamedFiles(name, binding, column, place, parse, (read, row) => {
    if (read === undefined) values.fill(0, row * width, (row + 1) * width);
    else values.set(read, row * width);
  });
  return values;
}

async function picture(
  bytes: Uint8Array,
  { shape, transforms = [] }: ModalityBinding,
): Promise<Float32Array | Unfit> {
  const [height, width, channels] = shape as [number, number, number];
  const read = await readPicture(bytes, channels);
  const { shape: found, values, smallerThan } = fitPicture(read.values, read.shape, transforms);
  if (smallerThan !== undefined)
    return new Unfit("pictureSmall", { wanted: smallerThan, found: found.slice(0, 2) });
  if (found[0] !== height || found[1] !== width)
    return new Unfit("pictureSize", { wanted: [height, width], found: found.slice(0, 2) });
  return Float32Array.from(values);
}

async function sound(
  bytes: Uint8Array,
  { shape, rate: wanted, transforms = [] }: ModalityBinding & { rate: number },
): Promise<Float32Array | Unfit> {
  const { rate, values: read } = await readSound(bytes);
  const [length] = shape as [number];
  const values = transforms.some(({ kind }) => kind === "cropped") ? cropSound(read, length) : read;
  if (rate !== wanted) return new Unfit("soundRate", { rate, wanted });
  if (values.length > length)
    return new Unfit("soundTooLong", { seconds: values.length / rate, wanted: length / rate });
  const filled = new Float32Array(length);
  filled.set(values);
  return filled;
}
