/**
 * Lets a command go on when nobody reads what it prints any more, as in `mmspec train FILE | head`: a run's files are worth more than its last
 * lines. Other errors of a stream are thrown.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
}
