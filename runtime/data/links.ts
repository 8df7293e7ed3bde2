import { realpath } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";

/** Whether a path is that of a folder or lies in it; both as `realpath` gives them. */
export function isInside(path: string, root: string): boolean {
  const inside = relative(root, path);
  return inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** Whether a link on the way to a file leads out of a folder; the folder itself may be one. False for what isn't there. */
export async function leadsOut(path: string, folder: string): Promise<boolean> {
  try {
    return !isInside(await realpath(path), await realpath(folder));
  } catch {
    return false;
  }
}
