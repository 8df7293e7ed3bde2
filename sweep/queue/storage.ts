import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { UnrecoverableError } from "bullmq";
import type { Redis } from "ioredis";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { keys } from "./messages.js";

/** Where workers leave what a run learned, for whoever takes it over. A state is replaced as a whole: there is always a whole one. */
export interface Storage {
  load(sweep: string, name: string): Promise<Uint8Array | undefined>;
  save(sweep: string, name: string, bytes: Uint8Array): Promise<void>;
  remove(sweep: string, name: string): Promise<void>;
}

/** A folder that all machines see. */
export function folderStorage(folder: string): Storage {
  const path = (sweep: string, name: string) => join(folder, sweep, `${name}.zip`);
  return {
    load: (sweep, name) =>
      readFile(path(sweep, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      }),
    async save(sweep, name, bytes) {
      await mkdir(join(folder, sweep), { recursive: true });
      await writeAtomically(path(sweep, name), bytes);
    },
    remove: (sweep, name) => rm(path(sweep, name), { force: true }),
  };
}

/** What the server holds of one run at most; it has everything in its memory. */
const mostBytes = 64 * 2 ** 20;

/** The queue's server itself: nothing else is needed, but all states must fit into its memory. */
export function redisStorage(redis: Redis): Storage {
  return {
    async load(sweep, name) {
      return (await redis.getBuffer(keys.state(sweep, name))) ?? undefined;
    },
    async save(sweep, name, bytes) {
      if (bytes.length > mostBytes)
        throw new UnrecoverableError(
          `The run takes ${Math.ceil(bytes.length / 2 ** 20)} MiB, and the queue holds ${mostBytes / 2 ** 20} of one run: give all workers and the sweep a folder that they share: --storage DIR.`,
        );
      await redis.set(keys.state(sweep, name), Buffer.from(bytes));
    },
    async remove(sweep, name) {
      await redis.del(keys.state(sweep, name));
    },
  };
}
