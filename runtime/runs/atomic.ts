import { GrowingFile } from "./growing-file.js";

/** Writes a file whole or not at all: to a temporary file in the same folder, then renamed. */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const file = await GrowingFile.open(path);
  try {
    await file.write(data);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
