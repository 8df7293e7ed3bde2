import { mostTextBytes } from "../limits.js";
import type { ModalityBinding } from "../load.js";
import type { TextColumn } from "../table.js";
import { readNamedFiles, type MediaPlace } from "./named-files.js";

/**
 * Reads the texts whose files a column names, beside the file that names them.
 * @returns null where a name is missing, or the file of an optional modality; a blank where a problem was found
 */
export async function loadTexts(
  name: string,
  binding: ModalityBinding,
  column: TextColumn,
  place: MediaPlace,
): Promise<TextColumn> {
  const values = new Array<string | null>(column.values.length).fill(null);
  await readNamedFiles(name, binding, column, place, textOf, (read, row) => (values[row] = read ?? " "));
  return { kind: "text", values };
}

/** @throws Error for what is no UTF-8, or too long */
function textOf(bytes: Uint8Array): string {
  if (bytes.length > mostTextBytes) throw new Error(`it has more than ${mostTextBytes / 2 ** 20} MiB`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it isn't UTF-8");
  }
}
