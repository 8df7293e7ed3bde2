/** How the command line ends. */
export const exitCodes = {
  fine: 0,
  /** The spec or the data is wrong. */
  wrongInput: 1,
  /** The command line is wrong. */
  wrongUsage: 2,
  /** The run failed. */
  failed: 3,
  interrupted: 130,
} as const;

/** Ends the command with a message and an exit code; no stack trace is shown. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
    this.name = "CommandError";
  }
}
