import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "./sync-folder.js";

/**
 * Makes a new folder for a run: `runs/digits-20261124-120301`, with `-2`, `-3` ... when it is already there.
 * @returns its path
 */
export async function createRunFolder(root: string, name: string, now = new Date()): Promise<string> {
  await mkdir(root, { recursive: true });
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  for (let i = 1; ; i++) {
    const path = join(root, `${name}-${date}-${time}${i === 1 ? "" : `-${i}`}`);
    try {
      await mkdir(path);
      await syncFolder(root);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
