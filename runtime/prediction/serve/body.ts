import type { IncomingMessage } from "node:http";
import { RequestProblem } from "./problem.js";

/**
 * The bytes of a request that says it is JSON.
 * @throws RequestProblem when it isn't, or is larger than `most` bytes; no more than these are ever held
 */
export async function readBody(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const {
    "content-type": type = "",
    "content-encoding": encoding = "identity",
    "content-length": length,
  } = request.headers;
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new RequestProblem(415, "not_json", "The body is sent as application/json.");
  if (encoding.toLowerCase() !== "identity")
    throw new RequestProblem(415, "encoded", "The body is sent as it is, without Content-Encoding.");
  const tooLarge = () =>
    new RequestProblem(413, "too_large", `The body has more than ${most} bytes, the most of one request.`);
  if (length !== undefined && Number(length) > most) throw tooLarge();
  const parts: Buffer[] = [];
  let bytes = 0;
  // An iterator that ends early would close the connection before it is answered.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > most) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Milliseconds for which a body that nobody wants is thrown away, so that its sender comes to read the answer. */
const grace = 1000;

/** Waits until a refused body has been sent, or for a while. */
export async function letFinish(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, grace);
    const end = () => {
      clearTimeout(timer);
      done();
    };
    request.once("end", end).once("close", end).resume();
  });
}
