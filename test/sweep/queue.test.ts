import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import type { SweepContent } from "../../sweep/index.js";
import type { Watched } from "../../sweep/queue/watch.js";
import { cli, environment, mmspec as mmspecIn } from "../support/cli.js";
import { noRedis, RedisServer } from "../support/redis.js";
import { spec } from "../support/specs.js";
import { sweepSpec } from "../support/sweeps.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-queue-"));
writeFileSync(join(folder, "tiny.mmspec"), sweepSpec);
const mmspec = (...args: string[]) => mmspecIn(folder, ...args);
const tiny = ["sweep", "tiny.mmspec", "--scheduler", "grid", "--checkpoint-every", "0"];

const children = new Set<ChildProcess>();
const servers: RedisServer[] = [];
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const server of servers) await server.kill();
});

class Command {
  err = "";
  readonly ended: Promise<number | null>;
  readonly child: ChildProcess;

  constructor(env: Record<string, string>, ...args: string[]) {
    this.child = spawn(process.execPath, [cli, ...args], {
      cwd: folder,
      env: { ...environment, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.add(this.child);
    this.child.stderr?.on("data", (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((end) => this.child.on("close", end));
  }

  async said(text: RegExp): Promise<void> {
    while (!text.test(this.err) && this.child.exitCode === null && this.child.signalCode === null)
      await wait(20);
    expect(this.err).toMatch(text);
  }

  kill(): Promise<number | null> {
    this.child.kill("SIGKILL");
    return this.ended;
  }
}

interface Line {
  type: string;
  key: string;
}

const outcomes = (out: string) =>
  readFileSync(join(folder, out, "journal.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line)
    .filter(({ type }) => type === "outcome")
    .map((line) => ({ ...line, seconds: undefined }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));

describe.skipIf(noRedis)("mmspec sweep --queue", () => {
  it("loses nothing and counts nothing twice when workers, the sweep and Redis are killed", async () => {
    const server = await RedisServer.start("--requirepass", "secret word");
    servers.push(server);
    const password = { MMSPEC_QUEUE_PASSWORD: "secret word" };
    const queue = ["--queue", `redis://127.0.0.1:${server.port}`];
    const work = (...more: string[]) =>
      new Command(
        password,
        "worker",
        ...queue,
        "--jobs",
        "1",
        "--lease",
        "2",
        "--checkpoint-every",
        "0",
        "--work",
        "work",
        ...more,
      );
    const sweep = () => new Command(password, ...tiny, ...queue, "-o", "queued");

    const [first, second] = [work(), work()];
    const begun = sweep();
    // A worker dies with what it has: the other one takes it over.
    await first.said(/: taken/);
    await wait(Math.random() * 2000);
    await first.kill();
    // The sweep dies between two results, while the queue goes on.
    await begun.said(/after epoch 4/);
    await begun.kill();
    const again = sweep();
    await again.said(/results were there before/);
    // Redis dies, and comes back with what it had written down.
    await server.kill();
    await second.said(/the connection is lost/);
    await server.start();
    await second.said(/connected again/);
    // A worker that is told to stop gives back what it has.
    const third = work();
    await third.said(/worker .*: 1 side by side/);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
    expect(await again.ended, again.err).toBe(0);

    const redis = new Redis({ port: server.port, password: "secret word" });
    const address = `redis://:secret%20word@127.0.0.1:${server.port}`;
    const watched = JSON.parse(mmspec("sweep", "--watch", "--json", "--queue", address).out) as Watched;
    expect(watched.sweeps).toMatchObject([
      { model: "Test", variants: 4, outcomes: 4, failed: 1, end: "done" },
    ]);
    expect(watched.workers.length).toBeGreaterThanOrEqual(1);
    // Nothing of the sweep is left on the server but how it ended.
    const left = await redis.keys("*");
    expect(
      left.filter((key) => key.startsWith("mmspec:state:") || /^bull:mmspec:[0-9a-f]{16}/.test(key)),
    ).toEqual([]);
    redis.disconnect();
    third.child.kill("SIGTERM");
    expect(await third.ended).toBe(0);
    expect(readdirSync(join(folder, "work"))).not.toContainEqual(
      expect.stringContaining(`-${third.child.pid}-`),
    );

    // What one machine alone comes to.
    expect(mmspec(...tiny, "-o", "alone").code).toBe(0);
    expect(outcomes("queued")).toEqual(outcomes("alone"));
    const content = (out: string) =>
      JSON.parse(readFileSync(join(folder, out, "sweep.json"), "utf8")) as SweepContent;
    const [best] = content("queued").ranking;
    expect(best?.finished).toBe(true);
    for (const { runs } of content("queued").ranking)
      for (const run of Object.values(runs))
        for (const name of ["weights.bin", "pid.parquet"])
          expect(
            readFileSync(join(folder, "queued", run, name)).equals(
              readFileSync(join(folder, "alone", run, name)),
            ),
          ).toBe(true);
    expect(
      existsSync(join(folder, "queued", Object.values(best?.runs ?? {})[0] as string, "report.html")),
    ).toBe(true);
  }, 600_000);

  it("has workers fetch the data, sends them what the spec imports, and ends one whose data is another", async () => {
    const server = await RedisServer.start();
    servers.push(server);
    const queue = ["--queue", `redis://127.0.0.1:${server.port}`];
    const line = (i: number) => `${i % 3},${Math.sin(i)},${Math.cos(i)}`;
    const table = `label,a,b\n${Array.from({ length: 90 }, (_, i) => line(i)).join("\n")}\n`;
    const source = spec({
      data: 'from "data/table.csv"\n  left <- "a"\n  right <- "b"\n  label <- "label"\n  split 0.6 train, 0.2 validation, 0.2 test',
      train: "train { paradigm joint epochs 1 batch 16 }",
    })
      .replace("vector(9)", "vector(1)")
      .replace("vector(12)", "vector(1)")
      .replace("encoder Right for right = mlp(16)", "encode right with Eye");
    mkdirSync(join(folder, "here", "parts"), { recursive: true });
    writeFileSync(join(folder, "here", "parts", "eye.mmspec"), "encoder Eye = mlp(8)\n");
    for (const [name, text] of [
      ["here", table],
      ["other", table.replace("0.5", "0.6")],
    ] as const) {
      mkdirSync(join(folder, name, "data"), { recursive: true });
      writeFileSync(join(folder, name, "data", "table.csv"), text);
    }
    writeFileSync(
      join(folder, "here", "table.mmspec"),
      `import "./parts/eye.mmspec"\n${source}variants of Test { vary Left.mlp.units in [4] }\n`,
    );
    const http = createServer((request, response) => {
      response.end(request.url === "/files/data/table.csv" ? table : "");
    }).listen(0, "127.0.0.1");
    await new Promise((done) => http.once("listening", done));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/files`;
    const shared = ["--storage", "shared", "--work", "work"];
    const other = new Command({}, "worker", ...queue, "--data", "other", ...shared);
    const sweep = new Command(
      {},
      "sweep",
      "here/table.mmspec",
      ...queue,
      "--storage",
      "shared",
      "--data-url",
      url,
      "-o",
      "fetched",
    );
    expect(await other.ended).toBe(1);
    expect(other.err).toContain("table.csv: its content isn't that which the sweep was begun with");
    const worker = new Command({}, "worker", ...queue, ...shared, "--idle", "1");
    expect(await sweep.ended, sweep.err).toBe(0);
    expect(await worker.ended, worker.err).toBe(0);
    http.close();
    expect(outcomes("fetched")).toMatchObject([{ status: "done", epochs: 1 }]);
    expect(
      readdirSync(join(folder, "shared"), { recursive: true }).filter((name) =>
        String(name).endsWith(".zip"),
      ),
    ).toEqual([]);
  }, 600_000);

  it("says why a queue can't be reached, without its password", async () => {
    const server = await RedisServer.start("--requirepass", "right");
    servers.push(server);
    const at = (url: string) => mmspec("worker", "--queue", url);
    const wrong = at(`redis://:wrong@127.0.0.1:${server.port}`);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain(`redis://127.0.0.1:${server.port}: the queue can't be reached: WRONGPASS`);
    expect(wrong.err).not.toContain("wrong@");
    expect(at("http://127.0.0.1").err).toContain("--queue wants redis://HOST:PORT");
    expect(mmspec("worker").err).toContain("A worker takes its work from a queue");
    expect(mmspec("sweep", "--watch").err).toContain("--watch wants the queue");
  });

  it("speaks TLS with a server whose authority it is told, and with no other", async () => {
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
      ...[
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        join(folder, "key.pem"),
        "-out",
        join(folder, "cert.pem"),
      ],
    ]);
    expect(made.status, String(made.stderr)).toBe(0);
    const files = ["--tls-cert-file", join(folder, "cert.pem"), "--tls-key-file", join(folder, "key.pem")];
    const server = await RedisServer.start(
      "--port",
      "0",
      "--tls-port",
      "PORT",
      "--tls-auth-clients",
      "no",
      ...files,
    );
    servers.push(server);
    const watch = ["sweep", "--watch", "--json", "--queue", `rediss://localhost:${server.port}`];
    const known = mmspec(...watch, "--ca", join(folder, "cert.pem"));
    expect(known.code, known.err).toBe(0);
    expect(JSON.parse(known.out)).toEqual({ sweeps: [], workers: [] });
    const unknown = mmspec(...watch);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain("the queue can't be reached: self-signed certificate");
  });
});
