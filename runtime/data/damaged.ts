/** A file isn't what it says. */
export function damaged(what = "its metadata is damaged"): Error {
  return new Error(what);
}

/** What a library comes to where it finds something else than it looks for is told as what it means. */
export function plainReason(error: unknown): unknown {
  const stumbled =
    error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
      ? error.message
      : /^(Unrecognized|Expected) .*|.*\bundefined$/.exec(String((error as Error).message))?.[0];
  return stumbled === undefined ? error : damaged(`it is damaged (${stumbled})`);
}
