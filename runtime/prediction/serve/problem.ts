/** A request that can't be answered, told as the service tells it: `{ "error": { "code", "message", "at" } }`. */
export class RequestProblem extends Error {
  override name = "RequestProblem";

  constructor(
    readonly status: 400 | 403 | 404 | 405 | 413 | 415 | 421 | 429 | 503,
    /** For programs; it stays. */
    readonly code: string,
    message: string,
    /** Where in the body it stands: `samples[3].left[2]`. */
    readonly at?: string,
  ) {
    super(message);
  }
}
