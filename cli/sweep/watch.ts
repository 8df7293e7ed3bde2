import { setTimeout as wait } from "node:timers/promises";
import { print, printJson } from "../output.js";
import { addressOf, type QueueOptions } from "./queue-options.js";

/** Milliseconds between two looks on a terminal, and between two lines elsewhere. */
const every = { terminal: 1000, lines: 10_000 };

/** Shows what all sweeps and workers of a queue do, until Ctrl-C or until all sweeps have ended. With `--json` once. */
export async function watchQueue(options: QueueOptions & { json: boolean }): Promise<void> {
  const { connect, watched, watchedText } = await import("../../sweep/queue/index.js");
  const { redis, disconnect } = await connect(addressOf(options), (line) =>
    process.stderr.write(`${line}\n`),
  );
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const terminal = process.stdout.isTTY;
  try {
    while (!stop.signal.aborted) {
      const found = await watched(redis);
      if (options.json) return printJson(found);
      // Back to the upper left corner, and what was there is wiped away.
      if (terminal) process.stdout.write("\u001B[H\u001B[J");
      print(watchedText(found));
      if (found.sweeps.every(({ end }) => end !== undefined)) return;
      await wait(terminal ? every.terminal : every.lines, undefined, { signal: stop.signal }).catch(
        () => undefined,
      );
    }
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    disconnect();
  }
}
