import type { Redis } from "ioredis";

/** Something that says again and again how it is, under a name of its own in a hash on the server. */
export interface Notice<T> {
  value: T;
  /** Seconds since it was said, by the server's clock: those of the machines may differ. */
  age: number;
}

export async function putNotice(redis: Redis, hash: string, name: string, value: unknown): Promise<void> {
  const time = await serverTime(redis);
  await redis.hset(hash, name, JSON.stringify({ time, value }));
}

/** @param forgotten seconds after which a notice is taken away */
export async function noticesOf<T>(redis: Redis, hash: string, forgotten: number): Promise<Notice<T>[]> {
  const [now, found] = await Promise.all([serverTime(redis), redis.hgetall(hash)]);
  const all = Object.entries(found).map(([name, text]) => {
    const { time, value } = JSON.parse(text) as { time: number; value: T };
    return { name, value, age: now - time };
  });
  const old = all.filter(({ age }) => age > forgotten).map(({ name }) => name);
  if (old.length > 0) await redis.hdel(hash, ...old);
  return all.filter(({ age }) => age <= forgotten);
}

/** Seconds since 1970. */
async function serverTime(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) + Number(microseconds) / 1e6;
}
