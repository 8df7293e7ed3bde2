import { connect } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, openBrowser } from "../support/browser.js";
import { mmspec } from "../support/cli.js";
import { csvOf, guestRows, trainGuests } from "../support/guests.js";
import { pictureOf, trainPictures, vectorOf } from "../support/pictures.js";
import { endServices, serve, type Served } from "../support/service.js";

let folder: string;
let run: string;
let guests: Served;

interface Said {
  status: number;
  body: {
    answers?: Record<string, unknown>[];
    error?: { code: string; message: string; at?: string };
  };
}

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  type = "application/json",
  url = guests.url,
): Promise<Said> {
  const response = await fetch(`${url}/predict`, { method: "POST", headers: { "Content-Type": type }, body });
  return { status: response.status, body: (await response.json()) as Said["body"] };
}

const ask = (samples: unknown, url?: string) => post(JSON.stringify({ samples }), "application/json", url);

/** Row `i` of the guests as a request says it. */
function asked(i: number): Record<string, unknown> {
  const { r0, r1, r2, price, code, m0, m1 } = guestRows()[i] as Record<string, string | number>;
  return { readings: [r0, r1, r2], stay: { price, code }, ...(m0 !== "" && { mood: [m0, m1] }) };
}

beforeAll(async () => {
  ({ folder, run } = trainGuests());
  guests = await serve(folder, run, "--max-body", "0.25", "--max-samples", "100");
});
afterAll(endServices);

describe("mmspec serve", () => {
  it("answers as mmspec predict does", async () => {
    const rows = guestRows().slice(0, 90);
    writeFileSync(join(folder, "some.csv"), csvOf(rows));
    const { out } = mmspec(folder, "predict", run, "some.csv", "--json");
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const { status, body } = await ask(rows.map((_, i) => asked(i)));
    expect(status).toBe(200);
    expect(body.answers).toHaveLength(90);
    body.answers?.forEach((answer, i) => {
      const line = lines[i] as Record<string, unknown>;
      expect(answer).toMatchObject({
        prediction: line.prediction,
        rule: line.rule,
        missing: line.has_mood === 0 ? ["mood"] : [],
      });
      const { no, yes } = answer.probabilities as Record<string, number>;
      expect(no).toBeCloseTo(line.probability_no as number, 5);
      expect(yes).toBeCloseTo(line.probability_yes as number, 5);
      for (const [name, share] of Object.entries(answer.shares as Record<string, number>))
        expect(share).toBeCloseTo(line[`share_${name}`] as number, 5);
    });
    // Lists in the order of the columns, null for what is missing, names that training never saw.
    const { stay, ...rest } = asked(0);
    const { price, code } = stay as Record<string, unknown>;
    const other = { ...rest, stay: [price, code], mood: null };
    expect((await ask([other])).body.answers).toEqual([body.answers?.[0]]);
    expect((await ask([{ ...rest, stay: { price, code: "never" } }])).status).toBe(200);
  });

  it("describes itself, says that it is well, and counts", async () => {
    const api = (await (await fetch(`${guests.url}/openapi.json`)).json()) as {
      openapi: string;
      components: { schemas: { Sample: unknown } };
    };
    expect(api.openapi).toBe("3.1.0");
    expect(api.components.schemas.Sample).toMatchObject({
      required: ["readings", "stay"],
      additionalProperties: false,
      properties: {
        readings: {
          anyOf: [
            { type: "object", required: ["r0", "r1", "r2"] },
            { type: "array", minItems: 3, maxItems: 3 },
          ],
        },
      },
    });
    const health = await fetch(`${guests.url}/health`);
    expect(await health.json()).toEqual({ status: "ok", model: "Guests", engine: "wasm" });
    const count = async () => {
      const text = await (await fetch(`${guests.url}/metrics`)).text();
      expect(text).toMatch(/^# TYPE mmspec_request_seconds histogram$/m);
      return Number(/^mmspec_samples_total\{model="Guests"\} (\d+)$/m.exec(text)?.[1]);
    };
    const before = await count();
    await ask([asked(1), asked(2)]);
    expect(await count()).toBe(before + 2);
    const metrics = await (await fetch(`${guests.url}/metrics`)).text();
    expect(metrics).toMatch(/mmspec_requests_total\{route="\/predict",status="200",model="Guests"\} [1-9]/);
    expect(metrics).toMatch(/mmspec_predictions_active\{model="Guests"\} 0/);
  });

  it("refuses what doesn't fit, and says where it stands", async () => {
    const good = asked(1);
    const cases: [unknown, number, string, string | undefined][] = [
      [[{ ...good, readings: [1, 2] }], 400, "wrong_shape", "samples[0].readings"],
      [[good, { ...good, readings: [1, "2", 3] }], 400, "wrong_type", "samples[1].readings[1]"],
      [[{ ...good, readings: [1, null, 3] }], 400, "wrong_type", "samples[0].readings[1]"],
      [[{ ...good, readings: [1, [2], 3] }], 400, "wrong_type", "samples[0].readings[1]"],
      [[{ ...good, readings: [1, 1e300, 3] }], 400, "not_finite", "samples[0].readings[1]"],
      [[{ ...good, readings: {} }], 400, "missing", "samples[0].readings"],
      [[{ ...good, readings: "1" }], 400, "wrong_shape", "samples[0].readings"],
      [[{ ...good, reading: [1] }], 400, "unknown_key", "samples[0]"],
      [[{ ...good, stay: { price: 1 } }], 400, "missing", "samples[0].stay"],
      [[{ ...good, stay: { price: 1, code: {} } }], 400, "wrong_type", "samples[0].stay.code"],
      [[{ ...good, stay: { price: 1, code: "01", toString: 1 } }], 400, "unknown_key", "samples[0].stay"],
      [[{ stay: good.stay }], 400, "missing", "samples[0]"],
      [[[]], 400, "wrong_type", "samples[0]"],
      [[null], 400, "wrong_type", "samples[0]"],
      [[], 400, "no_samples", "samples"],
      [{ length: 3 }, 400, "no_samples", "samples"],
      [Array(101).fill(good), 413, "too_many_samples", "samples"],
    ];
    for (const [samples, status, code, at] of cases) {
      const said = await ask(samples);
      expect(said, JSON.stringify(samples).slice(0, 200)).toMatchObject({
        status,
        body: { error: { code } },
      });
      expect(said.body.error?.at).toBe(at);
    }
    expect((await ask([{ ...good, reading: [1] }])).body.error?.message).toContain(
      'Did you mean "readings"?',
    );
    expect((await ask([{ ...good, readings: [1, 2] }])).body.error?.message).toBe(
      "[3] is wanted, or a flat list of 3; [2] was given.",
    );
  });

  it("outlives strangers", async () => {
    const good = JSON.stringify(asked(1));
    const bodies: [string, number, string][] = [
      ["", 400, "not_json"],
      ["{", 400, "not_json"],
      ['{"samples":[{"readings":[NaN,1,2]}]}', 400, "not_json"],
      ['{"samples":[{"readings":[1e999,1,2],"stay":[1,"01"]}]}', 400, "not_finite"],
      ["null", 400, "no_samples"],
      ['"samples"', 400, "no_samples"],
      [`{"samples":[${good}],"more":1}`, 400, "unknown_key"],
      [`{"samples":[{"__proto__":{"readings":[1,2,3],"stay":[1,"01"]}}]}`, 400, "unknown_key"],
      [`{"__proto__":{"samples":[${good}]}}`, 400, "no_samples"],
      [`{"samples":[{"constructor":{"prototype":{"optional":true}}}]}`, 400, "unknown_key"],
      [`{"samples":[{"readings":[1,2,3],"stay":{"__proto__":{"price":1,"code":"01"}}}]}`, 400, "unknown_key"],
      ["[".repeat(200_000), 400, "too_deep"],
      ['{"a":'.repeat(40_000), 400, "too_deep"],
      [`{"samples":[{"readings":${"[".repeat(20)}1${"]".repeat(20)}}]}`, 400, "wrong_shape"],
      [`{"samples":[${"1,".repeat(90)}1]}`, 400, "wrong_type"],
      [`{"samples":"${"x".repeat(300_000)}"}`, 413, "too_large"],
    ];
    for (const [body, status, code] of bodies)
      expect(await post(body), body.slice(0, 100)).toMatchObject({ status, body: { error: { code } } });
    expect(await post(new Uint8Array([0x7b, 0xff, 0x7d]))).toMatchObject({ status: 400 });
    expect(await post(`{"samples":[${good}]}`, "text/plain")).toMatchObject({ status: 415 });
    const get = await fetch(`${guests.url}/predict`);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    for (const path of ["/nothing", "/__proto__", "/constructor", "/../trainer/model.ts", "/%00"])
      expect((await fetch(guests.url + path)).status).toBe(404);
    await new Promise<void>((closed) => {
      const socket = connect(Number(new URL(guests.url).port), "127.0.0.1", () =>
        socket.write("no HTTP\r\n\r\n"),
      );
      socket.on("close", () => closed()).resume();
    });
    // A body that doesn't say how long it is gets no further.
    const part = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const said = await new Promise<string>((told) => {
      const socket = connect(Number(new URL(guests.url).port), "127.0.0.1");
      socket.on("data", (data) => {
        told(String(data));
        socket.destroy();
      });
      socket.on("error", () => undefined);
      socket.write(
        `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${part.repeat(5)}`,
      );
    });
    expect(said).toMatch(/^HTTP\/1.1 413 [^]*"too_large"/);
    expect(({} as { optional?: boolean }).optional).toBeUndefined();
    expect((await ask([asked(1)])).status).toBe(200);
    expect(guests.err()).not.toContain("Error");
  });

  it("answers any JSON with 200 or a 4xx that says why", async () => {
    const samples = fc.array(
      fc.oneof(
        fc.jsonValue(),
        fc.record(
          { readings: fc.jsonValue(), stay: fc.jsonValue(), mood: fc.jsonValue() },
          { requiredKeys: [] },
        ),
      ),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(samples, async (given) => {
        const { status, body } = await ask(given);
        expect(status).toBe(400);
        expect(body.error?.message.length).toBeGreaterThan(5);
        expect(body.error?.message.length).toBeLessThan(300);
      }),
      { numRuns: 200 },
    );
    expect((await ask([asked(1)])).status).toBe(200);
  });

  it("takes no more requests at a time than it was told", async () => {
    const few = await serve(folder, run, "--max-requests", "2");
    const body = JSON.stringify({ samples: [asked(1)] });
    // Requests of which the last byte is yet to come are under way.
    const open = [1, 2].map(() => {
      const socket = connect(Number(new URL(few.url).port), "127.0.0.1");
      socket.write(
        `POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0, -1)}`,
      );
      let said = "";
      socket.on("data", (data) => (said += String(data)));
      return { socket, said: new Promise<string>((done) => socket.on("close", () => done(said))) };
    });
    const active = async () =>
      /mmspec_predictions_active\{[^}]*\} (\d+)/.exec(await (await fetch(`${few.url}/metrics`)).text())?.[1];
    while ((await active()) !== "2") await new Promise((wait) => setTimeout(wait, 20));
    const refused = await fetch(`${few.url}/predict`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
    });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await refused.json()).toMatchObject({ error: { code: "too_many_requests" } });
    expect((await fetch(`${few.url}/health`)).status).toBe(200);
    // Told to stop, it answers what is under way, and ends.
    few.process.kill("SIGTERM");
    while (!few.err().includes("stopping")) await new Promise((wait) => setTimeout(wait, 20));
    for (const { socket } of open) socket.write(body.slice(-1));
    for (const { said } of open) expect(await said).toMatch(/^HTTP\/1.1 200 OK[^]*"prediction"/);
    expect(await few.ended).toBe(0);
    await expect(fetch(few.url)).rejects.toThrow();
  });

  it("says what is wrong with where it should listen", () => {
    const { port } = new URL(guests.url);
    const taken = mmspec(folder, "serve", run, "--port", port);
    expect(taken.code).toBe(2);
    expect(taken.err).toContain(`127.0.0.1:${port}: it is taken`);
    expect(mmspec(folder, "serve", run, "--port", "99999").err).toContain("from 0 to 65535");
    expect(mmspec(folder, "serve", folder).code).toBe(1);
  });
});

describe.skipIf(noBrowser)("its page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it("shows a sample that was held out, and what the service says of it", async () => {
    const pictures = trainPictures();
    const { url } = await serve(pictures.folder, pictures.run);
    const page = await browser.newPage({ viewport: { width: 1100, height: 760 } });
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(url);
    expect(await page.title()).toBe("Test");
    const index = Number(
      /\d+/.exec((await page.locator("#example option").first().textContent()) ?? "")?.[0],
    );
    const given = JSON.parse(await page.getByLabel("left", { exact: true }).inputValue()) as number[];
    // Kept as bytes between the least and the greatest value: half a step off at most.
    pictureOf(index).forEach((value, p) => expect(Math.abs((given[p] as number) - value)).toBeLessThan(1));
    expect(await page.locator("canvas").first().isVisible()).toBe(true);
    await page.getByRole("button", { name: "Predict" }).click();
    await page.getByText("Rule taken").waitFor();
    const { body } = await ask([{ left: given, right: vectorOf(index) }], url);
    const [answer] = body.answers ?? [];
    expect(await page.locator(".prediction strong").textContent()).toBe(answer?.prediction);
    expect(await page.locator("meter").count()).toBe(3 + Object.keys(answer?.shares as object).length);
    if (process.env.SCREENSHOTS !== undefined)
      await page.screenshot({ path: join(process.env.SCREENSHOTS, "serve.png") });
    await page.getByLabel("right", { exact: true }).fill("[1, 2]");
    await page.getByRole("button", { name: "Predict" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("samples[0].right: [12] is wanted");
    await page.getByLabel("right", { exact: true }).fill("one");
    await page.getByRole("button", { name: "Predict" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("right is no JSON");
    // The browser tells of the 400 itself.
    expect(problems.filter((text) => !text.includes("400"))).toEqual([]);
    await page.close();
    expect(readFileSync(join(pictures.run, "run.json"), "utf8")).toContain('"complete"');
  });
});
