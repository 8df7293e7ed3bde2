import type { IncomingMessage, Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBody } from "../../runtime/prediction/serve/body.js";
import { Hosts } from "../../runtime/prediction/serve/hosts.js";
import { readPredictOptions } from "../../runtime/prediction/options.js";
import type { RequestProblem } from "../../runtime/prediction/serve/problem.js";
import { patientServer, usualPatience, type Patience } from "../../runtime/prediction/serve/patience.js";
import { trainGuests } from "../support/guests.js";
import { endServices, serve, type Served } from "../support/service.js";

/** What a service says to bytes until it ends the connection. */
function say(port: number, text: string): Promise<string> {
  return new Promise((told) => {
    let said = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (data) => (said += String(data)));
    socket.on("error", () => undefined);
    socket.on("close", () => told(said));
  });
}

const statusOf = (said: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1]);
const json = "Content-Type: application/json\r\n";
const sample = '{"readings":[1,2,3],"stay":{"price":50,"code":"01"}}';

describe("a service that strangers reach", () => {
  let guests: Served;
  let port: number;
  beforeAll(async () => {
    const { folder, run } = trainGuests();
    guests = await serve(
      folder,
      run,
      "--max-body",
      "0.25",
      "--max-samples",
      "20",
      "--max-requests",
      "4",
      "--allow-host",
      "models.example",
      "--allow-host",
      "b.example",
    );
    port = Number(new URL(guests.url).port);
  });
  afterAll(endServices);

  const request = (line: string, headers = "", body = "") =>
    say(port, `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n${body}`);
  const ask = (body: string, headers = json) =>
    request("POST /predict", `${headers}Content-Length: ${Buffer.byteLength(body)}\r\n`, body);
  const chunked = (body: string) =>
    request(
      "POST /predict",
      `${json}Transfer-Encoding: chunked\r\n`,
      `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );

  /** Whatever was tried, it is well, and answers a right request rightly. */
  async function expectWell(): Promise<void> {
    expect(await request("GET /health")).toMatch(/^HTTP\/1\.1 200 OK[^]*"status":"ok"/);
    expect(await ask(`{"samples":[${sample}]}`)).toMatch(/^HTTP\/1\.1 200 OK[^]*"prediction":/);
    expect(await chunked(`{"samples":[${sample}]}`)).toMatch(/^HTTP\/1\.1 200 OK[^]*"prediction":/);
    expect(await request("GET /metrics")).toMatch(/^mmspec_predictions_active\{[^}]*\} 0$/m);
    expect(guests.err()).not.toMatch(/Error|Warning/);
  }

  it("refuses a body that is too large, however it says its length", async () => {
    const large = `{"samples":[${sample},"${"x".repeat(2 ** 18)}"]}`;
    expect(await ask(large)).toMatch(/^HTTP\/1\.1 413 [^]*"too_large"/);
    expect(await chunked(large)).toMatch(/^HTTP\/1\.1 413 [^]*"too_large"/);
    // It says that it is huge, and sends nothing.
    const huge = `${json}Content-Length: 99999999999999\r\n`;
    expect(statusOf(await request("POST /predict", huge))).toBe(413);
    for (const length of ["-1", "1e9", "0x10", "1, 2", "99999999999999999999999999"])
      expect(statusOf(await request("POST /predict", `${json}Content-Length: ${length}\r\n`)), length).toBe(
        400,
      );
    // Two lengths, as are used to smuggle a request past a proxy.
    const both = `${json}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n`;
    expect(statusOf(await request("POST /predict", both, "0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n"))).toBe(
      400,
    );
    await expectWell();
  });

  it("refuses what isn't JSON, isn't said to be, or isn't in UTF-8", async () => {
    const body = `{"samples":[${sample}]}`;
    for (const type of ["text/plain", "application/jsonx", "multipart/form-data; boundary=a", ""])
      expect(statusOf(await ask(body, `Content-Type: ${type}\r\n`)), type).toBe(415);
    expect(statusOf(await ask(body, ""))).toBe(415);
    expect(statusOf(await ask(body, `${json}Content-Encoding: gzip\r\n`))).toBe(415);
    expect(statusOf(await ask(body, "Content-Type: Application/JSON; charset=utf-8\r\n"))).toBe(200);
    for (const text of [
      "",
      "{",
      "[]]",
      "{samples:[]}",
      "\u0000",
      '{"samples":[Infinity]}',
      `\ufeff\ufeff${body}`,
    ])
      expect(await ask(text), text).toMatch(/^HTTP\/1\.1 400 [^]*"(not_json|no_samples)"/);
    await expectWell();
  });

  it("refuses deep nesting, huge numbers and long texts, and repeats no more than a little of them", async () => {
    const long = "x".repeat(100_000);
    const bodies = [
      "[".repeat(200_000),
      `{"samples":[{"readings":${"[".repeat(30)}1${"]".repeat(30)}}]}`,
      `{"samples":[{"readings":[${"9".repeat(100_000)},2,3],"stay":[1,"01"]}]}`,
      `{"samples":[{"readings":[1e999,-1e999,3],"stay":[1,"01"]}]}`,
      `{"samples":[{"readings":"${long}","stay":[1,"01"]}]}`,
      `{"samples":[{"${long}":1}]}`,
      `{"${long}":[]}`,
      `{"samples":[{"readings":[1,2,3],"stay":{"price":1,"${long}":"01"}}]}`,
      `{"samples":{"length":1e9}}`,
    ];
    for (const body of bodies) {
      const said = await ask(body);
      expect(statusOf(said), body.slice(0, 60)).toBe(400);
      expect(said.length, body.slice(0, 60)).toBeLessThan(1000);
    }
    expect(statusOf(await ask(`{"samples":[${Array(21).fill(sample).join(",")}]}`))).toBe(413);
    // A name that training never saw is one of the unknown, however long.
    expect(statusOf(await ask(`{"samples":[{"readings":[1,2,3],"stay":[1,"${long}"]}]}`))).toBe(200);
    await expectWell();
  });

  it("takes names that JavaScript gives a meaning for names that it doesn't know", async () => {
    const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];
    for (const name of names) {
      const polluting = `{"polluted":1,"readings":[1,2,3],"stay":[1,"01"],"price":1,"code":"01"}`;
      const bodies = [
        `{"samples":[${sample}],"${name}":${polluting}}`,
        `{"samples":[{"${name}":${polluting}}]}`,
        `{"samples":[{"readings":[1,2,3],"stay":{"${name}":${polluting}}}]}`,
        `{"samples":[{"readings":{"${name}":${polluting}},"stay":[1,"01"]}]}`,
        `{"${name}":{"samples":[${sample}]}}`,
      ];
      for (const body of bodies) expect(statusOf(await ask(body)), body).toBe(400);
      const named = await ask(`{"samples":[{"readings":[1,2,3],"stay":[1,"${name}"]}]}`);
      expect(named).toMatch(/^HTTP\/1\.1 200 OK[^]*"prediction":"(no|yes)"/);
      expect(statusOf(await request(`GET /${name}`))).toBe(404);
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    await expectWell();
  });

  it("has the five paths that it says, however others are written", async () => {
    const paths = [
      "/../weights.bin",
      "/..%2f..%2fetc/passwd",
      "/%2e%2e/run.json",
      "/predict/../../run.json",
      "//health",
      "//etc/passwd",
      "/health/",
      "/health%00",
      "/\\..\\run.json",
      "http://elsewhere.example/run.json",
      "file:///etc/passwd",
      "*",
      `/${"a".repeat(8000)}`,
    ];
    for (const path of paths) {
      const said = await request(`GET ${path}`);
      expect(statusOf(said), path).toBe(404);
      expect(said.length, path).toBeLessThan(600);
    }
    expect(statusOf(await request("GET /health?a=/../x#b"))).toBe(200);
    expect(statusOf(await request(`GET /${"a".repeat(20_000)}`))).toBe(431);
    await expectWell();
  });

  it("repeats nothing of a request's head, and gives no line of it a meaning", async () => {
    const odd = ["evil.example", "127.0.0.1:1", '"><script>alert(1)</script>', "a".repeat(2000), ""];
    for (const host of odd) {
      const said = await say(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(statusOf(said)).toBe(host === "127.0.0.1:1" ? 200 : 421);
      if (host !== "") expect(said).not.toContain(host);
    }
    expect(await request("GET /")).toMatch(
      /^Content-Security-Policy: default-src 'none'; script-src 'sha256-/m,
    );
    expect(await request("GET /x%0d%0aX-Made:%201")).not.toMatch(/^X-Made/m);
    expect(statusOf(await request("GET /health\rX-Made: 1"))).toBe(400);
    for (const line of ["X: a\0b", "X : a", " X: a", "X\n: a"])
      expect(statusOf(await request("GET /health", `${line}\r\n`)), line).toBe(400);
    expect(statusOf(await request("GET /health", `X: ${"a".repeat(20_000)}\r\n`))).toBe(431);
    expect(statusOf(await say(port, "GET /health HTTP/1.1\r\n\r\n"))).toBe(400);
    const said = await request(
      "GET /health",
      "X-HTTP-Method-Override: POST\r\nOrigin: http://evil.example\r\n",
    );
    expect(statusOf(said)).toBe(200);
    expect(said).not.toMatch(/Access-Control/i);
    await expectWell();
  });

  it("answers to its own names alone, on all paths: another's may be made to lead here by its owner", async () => {
    const from = (host: string, path = "GET /health") =>
      say(port, `${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const own = [
      "localhost",
      "LOCALHOST.:80",
      `127.0.0.1:${port}`,
      "[::1]:8080",
      "a.localhost",
      "10.1.2.3",
      "models.example",
      "b.example",
    ];
    for (const host of own) expect(statusOf(await from(host)), host).toBe(200);
    const others = [
      ...["evil.example", `evil.example:${port}`, "localhost.evil.example", "127.0.0.1.evil.example"],
      ...[
        "notlocalhost",
        "evil.example#localhost",
        "evil.example\\@localhost",
        "a@localhost",
        "localhost:80:80",
      ],
      ...["localhost, evil.example", "[::1].evil.example", "%6cocalhost%00", ""],
    ];
    for (const host of others)
      for (const path of ["GET /health", "GET /", "POST /predict", "GET /none"])
        expect(await from(host, path), host).toMatch(/^HTTP\/1\.1 421 [^]*"code":"wrong_host"/);
    const two = "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    expect([400, 421]).toContain(statusOf(await say(port, two)));
    await expectWell();
  });

  it("lets no page of another origin ask for predictions", async () => {
    const asked = (origin: string) => ask(`{"samples":[${sample}]}`, `${json}Origin: ${origin}\r\n`);
    for (const origin of ["http://localhost", "http://localhost:80"])
      expect(statusOf(await asked(origin)), origin).toBe(200);
    const others = [
      ...["http://localhost:3000", "http://evil.example", "http://127.0.0.1", "null", "", "localhost"],
      ...["http://localhost.evil.example", "chrome-extension://localhost", "https://localhost:80"],
    ];
    for (const origin of others)
      expect(await asked(origin), origin).toMatch(/^HTTP\/1\.1 403 [^]*"code":"wrong_origin"/);
    await expectWell();
  });

  it("knows no other methods", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]) {
      expect(statusOf(await request(`${method} /predict`)), method).toBe(405);
      expect(statusOf(await request(`${method} /`)), method).toBe(405);
    }
    expect(await request("HEAD /health")).toMatch(/^HTTP\/1\.1 200 OK[^]*\r\n\r\n$/);
    expect(statusOf(await request("MADE /health"))).toBe(400);
    // No tunnel, and no other protocol.
    expect(await say(port, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n")).toBe("");
    expect(statusOf(await request("GET /health", "Upgrade: websocket\r\n"))).toBe(200);
    expect(statusOf(await say(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))).toBe(400);
    await expectWell();
  });

  it("answers others while many wait, and no more than it was told at a time", async () => {
    const body = `{"samples":[${sample}]}`;
    const head = `POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${json}Content-Length: ${body.length}\r\n\r\n`;
    const sockets: Socket[] = [];
    const said = Array.from(
      { length: 40 },
      () =>
        new Promise<string>((told) => {
          let text = "";
          const socket = connect(port, "127.0.0.1", () => socket.write(head + body.slice(0, -1)));
          socket.on("data", (data) => (text += String(data))).on("close", () => told(text));
          sockets.push(socket);
        }),
    );
    // All but four are told so, whether they say the rest or not.
    const told: string[] = [];
    for (const each of said) void each.then((text) => told.push(text));
    while (told.length < 36) await pause(20);
    for (const text of told) expect(text).toMatch(/^HTTP\/1\.1 429 [^]*Retry-After: 1/);
    expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(4);
    expect(await request("GET /health")).toMatch(/^HTTP\/1\.1 200/);
    sockets.forEach((socket) => socket.destroy());
    await Promise.all(said);
    // Those who hung up have left their places.
    await expectWell();
  });
});

describe("the names that a service answers to", () => {
  const asked = (host: string | undefined, origin?: string) =>
    ({
      method: "POST",
      headersDistinct: {
        ...(host !== undefined && { host: [host] }),
        ...(origin !== undefined && { origin: [origin] }),
      },
    }) as unknown as IncomingMessage;
  const status = (hosts: Hosts, host: string | undefined, origin?: string) => {
    try {
      hosts.check(asked(host, origin));
      return 200;
    } catch (error) {
      return (error as RequestProblem).status;
    }
  };

  it("are those that it was told, of a proxy that rewrites them, too", () => {
    const hosts = new Hosts("127.0.0.1", ["models.example.org"]);
    expect(status(hosts, "models.example.org")).toBe(200);
    expect(status(hosts, "Models.Example.org.:443", "https://models.example.org")).toBe(200);
    expect(status(hosts, "127.0.0.1:8080", "https://models.example.org")).toBe(200);
    expect(status(hosts, "example.org")).toBe(421);
    expect(status(hosts, "a.models.example.org")).toBe(421);
    expect(status(hosts, "127.0.0.1:8080", "https://example.org")).toBe(403);
    // HTTP/1.0, which no browser speaks.
    expect(status(hosts, undefined)).toBe(200);
    expect(status(hosts, undefined, "http://evil.example")).toBe(403);
  });

  it("are the machine's and the one listened on, too, where a network reaches it", () => {
    for (const host of ["0.0.0.0", "::"]) {
      expect(status(new Hosts(host, []), `${hostname()}:8080`), host).toBe(200);
      expect(status(new Hosts(host, []), "192.168.1.7:8080"), host).toBe(200);
      expect(status(new Hosts(host, []), "evil.example"), host).toBe(421);
    }
    for (const host of ["127.0.0.1", "localhost", "::1"])
      expect(status(new Hosts(host, []), hostname()), host).toBe(421);
    expect(status(new Hosts("models.example.org", []), "models.example.org:8080")).toBe(200);
  });

  it.each(["https://example.org", "example.org:443", "example.org/x", "a b", "", "*", "[::1"])(
    "aren't %j",
    (name) => {
      expect(() => readPredictOptions(["--run", "r", "--serve", `--allow-host=${name}`])).toThrow(
        /--allow-host wants a name/,
      );
    },
  );
});

describe("a server that waits no longer than it says", () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  async function listening(patience: Partial<Patience>, answer = "said"): Promise<number> {
    const server = patientServer(
      (request, response) =>
        void readBody(request, 1000).then(
          () => response.end(answer),
          () => undefined,
        ),
      { ...usualPatience, look: 20, ...patience },
    );
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return (server.address() as AddressInfo).port;
  }

  /** Connects one who sends bytes, and then neither reads nor hangs up; waits until the server has let him go. */
  async function outwait(port: number, text: string): Promise<void> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    await new Promise<void>((sent) => socket.write(text, () => sent()));
    const server = servers.at(-1) as Server;
    const count = () => new Promise<number>((told) => server.getConnections((_, found) => told(found)));
    while ((await count()) > 0) await pause(20);
    socket.destroy();
  }
  const post = `POST / HTTP/1.1\r\nHost: a\r\n${json}Content-Length: 9\r\n`;

  it("ends what never ends: a head, a body, a connection that says nothing", async () => {
    const port = await listening({ head: 100, request: 200, idle: 300 });
    for (const text of ["GET / HT", post, `${post}\r\n{`]) {
      expect(statusOf(await say(port, text)), text).toBe(408);
      await outwait(port, text);
    }
    await say(port, "");
    await outwait(port, "no HTTP\r\n\r\n");
    expect(await say(port, `${post}Connection: close\r\n\r\n{"a": 1}\n`)).toMatch(/said$/);
  });

  it("ends a connection of one who doesn't read the answer", async () => {
    const port = await listening({ idle: 200 }, "x".repeat(2 ** 26));
    await outwait(port, `${post}\r\n{"a": 1}\n`);
  });

  it("takes no more connections than it says", async () => {
    const port = await listening({ connections: 3 });
    const open = await Promise.all(
      Array.from(
        { length: 3 },
        () =>
          new Promise<Socket>((connected) => {
            const socket = connect(port, "127.0.0.1", () => connected(socket));
          }),
      ),
    );
    expect(await say(port, `${post}\r\n{"a": 1}\n`)).toBe("");
    open.forEach((socket) => socket.destroy());
    await Promise.all(open.map((socket) => new Promise((closed) => socket.once("close", closed))));
    let said = "";
    while (said === "") said = await say(port, `${post}Connection: close\r\n\r\n{"a": 1}\n`);
    expect(said).toMatch(/said$/);
  });
});
