import { readFile, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { ModalityBinding } from "../load.js";
import type { DataProblemName, ProblemList } from "../problems.js";
import { isInside } from "../links.js";
import type { TextColumn } from "../table.js";
import { cropSound } from "../transforms/crop.js";
import { fitPicture } from "../transforms/fit-picture.js";
import { readPicture } from "./picture.js";
import { readSound } from "./sound.js";
import { size } from "../size.js";

/** Files that are read at the same time. */
const atOnce = 8;

/** True for a modality whose samples can be files: pictures, and sounds, whose rate is known. */
export function isMedia({ shape, rate }: ModalityBinding): boolean {
  return shape.length === 3 || rate !== undefined;
}

/** Where the files are and what they must not leave. */
export interface MediaPlace {
  /** The file or folder that names them. */
  where: string;
  /** The folder of the data. */
  folder: string;
  problems: ProblemList;
}

/** A file that can't be had: what is wrong with it, as parameters of the problem. */
type Found = Float32Array | "absent" | { problem: DataProblemName; about: Record<string, unknown> };

/**
 * Reads the pictures or sounds that a column names, beside the file that names them. A sound that is shorter is filled with silence.
 * @returns [rows, ...shape]; NaN throughout where a name is missing, or the file of an optional modality; 0 where a problem was found
 */
export async function loadMedia(
  name: string,
  binding: ModalityBinding,
  column: TextColumn,
  { where, folder, problems }: MediaPlace,
): Promise<Float32Array> {
  const width = size(binding.shape);
  const { values: files, sources } = column;
  const values = new Float32Array(files.length * width).fill(NaN);
  const root = await realpath(folder);
  const wrong = new Map<DataProblemName, { row: number }[]>();
  const one = async (row: number) => {
    const file = files[row]?.trim() ?? "";
    if (file === "") return;
    const found = await loadFile(file, binding, besideOf(sources?.[row] ?? where), root);
    if (found instanceof Float32Array) values.set(found, row * width);
    else if (found === "absent" && binding.optional === true) return;
    else {
      values.fill(0, row * width, (row + 1) * width);
      const { problem, about } = found === "absent" ? { problem: "noMedia" as const, about: {} } : found;
      const rows = wrong.get(problem) ?? [];
      rows.push({ row, name, file, count: 1, ...about } as { row: number });
      wrong.set(problem, rows);
    }
  };
  let next = 0;
  const worker = async () => {
    while (next < files.length) await one(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  for (const rows of wrong.values()) rows.sort((a, b) => a.row - b.row);
  const first = (rows: readonly { row: number }[]) => rows[0]?.row ?? 0;
  for (const [problem, rows] of [...wrong].sort(([, a], [, b]) => first(a) - first(b)))
    problems.addRows(problem, where, rows as never, { count: rows.length } as never, binding.line);
  return values;
}

/** The folder in which a file names others. */
function besideOf(source: string): string {
  return /[\\/]$/.test(source) ? source : dirname(source);
}

async function loadFile(file: string, binding: ModalityBinding, base: string, root: string): Promise<Found> {
  if (isAbsolute(file) || file.split(/[\\/]/).includes("..") || file.includes("\0"))
    return { problem: "mediaOutside", about: {} };
  const path = await realpath(join(base, file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (path === undefined) return "absent";
  if (!isInside(path, root)) return { problem: "mediaOutside", about: {} };
  try {
    const bytes = await readFile(path);
    return binding.rate === undefined
      ? await picture(bytes, binding)
      : await sound(bytes, binding as ModalityBinding & { rate: number });
  } catch (error) {
    return { problem: "mediaUnreadable", about: { reason: (error as Error).message.replace(/\.$/, "") } };
  }
}

async function picture(bytes: Uint8Array, { shape, transforms = [] }: ModalityBinding): Promise<Found> {
  const [height, width, channels] = shape as [number, number, number];
  const read = await readPicture(bytes, channels);
  const { shape: found, values, smallerThan } = fitPicture(read.values, read.shape, transforms);
  if (smallerThan !== undefined)
    return { problem: "pictureSmall", about: { wanted: smallerThan, found: found.slice(0, 2) } };
  if (found[0] !== height || found[1] !== width)
    return { problem: "pictureSize", about: { wanted: [height, width], found: found.slice(0, 2) } };
  return Float32Array.from(values);
}

async function sound(
  bytes: Uint8Array,
  { shape, rate: wanted, transforms = [] }: ModalityBinding & { rate: number },
): Promise<Found> {
  const { rate, values: read } = await readSound(bytes);
  const [length] = shape as [number];
  const values = transforms.some(({ kind }) => kind === "cropped") ? cropSound(read, length) : read;
  if (rate !== wanted) return { problem: "soundRate", about: { rate, wanted } };
  if (values.length > length)
    return { problem: "soundTooLong", about: { seconds: values.length / rate, wanted: length / rate } };
  const filled = new Float32Array(length);
  filled.set(values);
  return filled;
}
