import type { QueueAddress } from "../../sweep/queue/index.js";

/** Of the commands that speak with a queue. */
export interface QueueOptions {
  queue: string | undefined;
  ca: string | undefined;
  storage: string | undefined;
}

export const queueOptions = {
  queue: {
    type: "string",
    describe: "redis://HOST:PORT, rediss:// for TLS; a password also from MMSPEC_QUEUE_PASSWORD",
  },
  ca: { type: "string", describe: "Certificate authority of the queue's server, a file" },
  storage: {
    type: "string",
    describe: "Folder that the sweep and all workers share, for what runs learn; the queue when left out",
  },
} as const;

export function addressOf({ queue, ca }: QueueOptions): QueueAddress {
  return { url: queue as string, ca };
}
