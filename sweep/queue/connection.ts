import { readFile } from "node:fs/promises";
import { Redis } from "ioredis";
import { SweepProblem } from "../problem.js";

export interface QueueAddress {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  url: string;
  /** File of the certificate authority that the server's certificate is signed by, where the system doesn't know it. */
  ca?: string | undefined;
}

/** How to reach a server, for its own connections and for those of the queue. */
export type ConnectionSettings = {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db?: number;
  tls?: { servername: string; ca?: string };
  maxRetriesPerRequest: null;
  retryStrategy(times: number): number;
};

/** A server's address as a person may see it: without its password. */
export function shownAddress({ url }: QueueAddress): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

/**
 * How to reach a server. A connection that is lost is tried again for ever, and what was asked meanwhile waits. The password may stand in the
 * environment's MMSPEC_QUEUE_PASSWORD, so that no list of processes shows it.
 * @throws SweepProblem when it is no address, or the certificate can't be read
 */
export async function connectionOptions(address: QueueAddress): Promise<ConnectionSettings> {
  const url = readUrl(address);
  const database = url.pathname.slice(1);
  const password = url.password === "" ? process.env.MMSPEC_QUEUE_PASSWORD : decodeURIComponent(url.password);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    host,
    port: url.port === "" ? 6379 : Number(url.port),
    ...(url.username !== "" && { username: decodeURIComponent(url.username) }),
    ...(password !== undefined && { password }),
    ...(database !== "" && { db: Number(database) }),
    ...(url.protocol === "rediss:" && { tls: { servername: host, ...(await authority(address)) } }),
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2000),
  };
}

function readUrl(address: QueueAddress): URL {
  const wrong = (why: string) =>
    new SweepProblem(
      `--queue wants redis://HOST:PORT, or rediss://HOST:PORT for TLS, with user:password@ before the host where one is asked for: ${why}.`,
    );
  if (!URL.canParse(address.url)) throw wrong(`${shownAddress(address)} is no address`);
  const url = new URL(address.url);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") throw wrong(`it begins with ${url.protocol}`);
  if (url.hostname === "") throw wrong("it names no host");
  if (!/^\/?\d*$/.test(url.pathname)) throw wrong(`${url.pathname.slice(1)} is no number of a database`);
  return url;
}

async function authority({ ca }: QueueAddress): Promise<{ ca?: string }> {
  if (ca === undefined) return {};
  const text = await readFile(ca, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new SweepProblem(`${ca}: the certificate can't be read (${error.code ?? error.message}).`);
  });
  return { ca: text };
}

/** Milliseconds that a server gets to answer for the first time. */
const patience = 10_000;

/**
 * Connects, and says so when the connection is lost and found again.
 * @throws SweepProblem when the server can't be reached or refuses
 */
export async function connect(
  address: QueueAddress,
  say: (line: string) => void,
): Promise<{ redis: Redis; settings: ConnectionSettings; disconnect(): void }> {
  const settings = await connectionOptions(address);
  const redis = new Redis(settings);
  let last: Error | undefined;
  let lost = false;
  redis.on("error", (error: Error) => (last = error));
  redis.on("close", () => {
    if (!lost && ready) say(`${shownAddress(address)}: the connection is lost; waiting for it`);
    lost = true;
  });
  redis.on("ready", () => {
    if (lost && ready) say(`${shownAddress(address)}: connected again`);
    lost = false;
  });
  /** The first connection was made, and it isn't over. */
  let ready = false;
  const refused = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(last ?? new Error("no answer")), patience);
    // Waiting doesn't mend these.
    redis.on("error", (error: Error) => {
      if (
        /NOAUTH|WRONGPASS|certificate|CERT|ENOTFOUND|NOPERM/i.test(
          `${error.message} ${(error as NodeJS.ErrnoException).code}`,
        )
      )
        reject(error);
    });
    redis.once("ready", () => clearTimeout(timer));
  });
  try {
    await Promise.race([redis.ping(), refused]);
  } catch (error) {
    redis.disconnect();
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SweepProblem(`${shownAddress(address)}: the queue can't be reached: ${message || code}.`);
  }
  refused.catch(() => undefined);
  ready = true;
  const disconnect = () => {
    ready = false;
    redis.disconnect();
  };
  return { redis, settings, disconnect };
}
