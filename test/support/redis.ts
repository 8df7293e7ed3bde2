import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const found = spawnSync("redis-server", ["--version"]).status === 0;

/** Why tests with a queue can't run here; undefined when they can. In CI they must. */
export const noRedis =
  !found && process.env.CI === undefined
    ? "no redis-server was found: `apt-get install redis-server` runs these tests"
    : undefined;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** A Redis server of a test's own, which writes down each command before it answers. */
export class RedisServer {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  static async start(...args: string[]): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), "mmspec-redis-"));
    const port = await freePort();
    const durable = ["--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    const server = new RedisServer(port, [...durable, "--bind", "127.0.0.1", ...args]);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const port = this.args.includes("--tls-port") ? [] : ["--port", String(this.port)];
    const args = this.args.map((arg) => arg.replace("PORT", String(this.port)));
    this.process = spawn("redis-server", [...args, ...port], { stdio: "ignore" });
    for (let tries = 0; tries < 200; tries++) {
      if (await answers(this.port)) return;
      await wait(50);
    }
    throw new Error("redis-server didn't start.");
  }

  async kill(): Promise<void> {
    const ended = new Promise((done) => this.process?.once("close", done));
    this.process?.kill("SIGKILL");
    await ended;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
