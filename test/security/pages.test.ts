import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DOMParser } from "linkedom";
import type { Browser, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LookPageContent } from "../../report/look-content.js";
import type * as Report from "../../report/read/index.js";
import type { ReadRun } from "../../report/read/run.js";
import type { SweepPageContent } from "../../report/sweep-content.js";
import type { Description } from "../../runtime/prediction/export/description.js";
import { webPage } from "../../runtime/prediction/export/web-page.js";
import type { tryPage as TryPage } from "../../runtime/prediction/serve/page.js";
import { noBrowser, openBrowser } from "../support/browser.js";
import { trainPictures } from "../support/pictures.js";

/** What would become a script, an element or an attribute of a page that inserted texts as anything but texts. */
const evil = [
  "</script><script>window.hit=1</script>",
  "</title></style></textarea></noscript><!--<script>",
  "\"><img src=x onerror='window.hit=1'>",
  "' onmouseover='window.hit=1' x='",
  "javascript:window.hit=1//",
  "\u2028window.hit=1\u2029]]>&lt;img src=x&gt;",
  "<svg onload=window.hit=1>",
].join(" ");

/** What stands in a page that was opened. */
interface Found {
  elements: string[];
  /** Scripts that run. */
  run: number;
  /** Attributes that would be run. */
  handlers: number;
  links: string[];
}

/** What names something of the page itself: it is no text. */
const own = new Set(["type", "kind", "unit", "columns", "interaction", "stage", "svg", "scheduler"]);

/** The same content, with every text that a stranger may have chosen made evil: the same text becomes the same. */
function poisoned(value: unknown, key = ""): unknown {
  if (typeof value === "string") {
    const input = /^(input|share):(.*)$/.exec(value);
    if (input !== null) return `${input[1]}:${poisoned(input[2])}`;
    return own.has(key) || value === "" ? value : `${value} ${evil}`;
  }
  if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, name)]));
}

/** Places of packed columns have names that the page's code asks for, but for the modalities' and components' in them. */
function poisonedPlaces<T extends { name: string }>(places: readonly T[]): T[] {
  return places.map((place) => ({
    ...place,
    name: /^(input|share):/.test(place.name) ? (poisoned(place.name) as string) : place.name,
  }));
}

describe.skipIf(noBrowser !== undefined)(`pages${noBrowser ? ` (${noBrowser})` : ""}`, () => {
  let browser: Browser;
  let read: ReadRun;
  let report: typeof Report;
  let tryPage: typeof TryPage;
  beforeAll(async () => {
    browser = await openBrowser();
    // As built: the pages' scripts lie beside them.
    report = (await import(resolve("dist/report/read/index.js"))) as typeof report;
    ({ tryPage } = (await import(resolve("dist/runtime/prediction/serve/page.js"))) as {
      tryPage: typeof TryPage;
    });
    const { run } = trainPictures();
    read = await report.readRun(run, [run]);
  });
  afterAll(() => browser?.close());

  const poisonedRun = (): ReadRun => ({
    ...read,
    content: {
      ...(poisoned(read.content) as ReadRun["content"]),
      columns: poisonedPlaces(read.content.columns),
      inputColumns: poisonedPlaces(read.content.inputColumns),
    },
  });

  /**
   * Opens a page, and presses and points at everything in it.
   * @param route what the page's addresses have, where it is served
   */
  async function expectHarmless(
    html: string,
    { csp, route }: { csp?: string; route?: (r: Route) => void } = {},
  ) {
    const policy = csp ?? /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    expect(policy).toMatch(/^default-src 'none'; script-src ('self'|'sha256-[^' ]+');/);
    expect(policy).toContain("base-uri 'none'; form-action 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("dialog", (dialog) => void dialog.dismiss());
    const asked: string[] = [];
    await page.route("**/*", (each) => {
      const { pathname } = new URL(each.request().url());
      if (pathname !== "/") return route === undefined ? (asked.push(pathname), each.abort()) : route(each);
      const headers = {
        "Content-Type": "text/html; charset=utf-8",
        ...(csp && { "Content-Security-Policy": csp }),
      };
      return each.fulfill({ status: 200, headers, body: html });
    });
    await page.goto("http://pages.test/");
    await page.waitForSelector("h1");
    expect(await page.locator("h1").first().textContent()).toContain(
      "</script><script>window.hit=1</script>",
    );
    const found = await page.evaluate<Found>(`(() => {
      const all = [...document.querySelectorAll("*")];
      return {
        elements: all.map(({ localName }) => localName),
        run: all.filter(({ localName, type }) => localName === "script" && !/^application/.test(type)).length,
        handlers: all.flatMap(({ attributes }) => [...attributes].filter(({ name }) => name.startsWith("on"))).length,
        links: all.flatMap((one) => one.getAttribute("href") ?? one.getAttribute("src") ?? []),
      };
    })()`);
    expect(found.handlers).toBe(0);
    expect(found.elements).not.toContain("img");
    expect(found.elements).not.toContain("iframe");
    expect(found.run).toBe(1);
    for (const link of found.links)
      expect(link).toMatch(/^(#|data:,$|page\.(js|css)$|openapi\.json$|[\w%.!'()*~/-]+$)/);
    await page.evaluate(`
      for (const one of document.querySelectorAll("a, button, select, [role=button], circle, rect, li, option"))
        for (const type of ["pointerover", "mouseover", "focus", "pointermove", "change", "click"])
          one.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));`);
    expect(await page.evaluate("window.hit")).toBeUndefined();
    // A name as long as this leaves a drawing no width.
    expect(
      problems.filter((text) => !/Failed to load resource|404|Failed to fetch|attribute width/.test(text)),
    ).toEqual([]);
    expect(asked).toEqual([]);
    await page.close();
  }

  it("the report of a run, and of it beside another, makes nothing of texts but texts", async () => {
    const { classes, rules, compared, modalities } = poisonedRun().content;
    expect(compared).toHaveLength(1);
    for (const text of [...classes, ...rules, modalities[0]?.name]) expect(text).toContain(evil);
    await expectHarmless(await report.pageOf(poisonedRun()));
  });

  it("the figures of a report are XML in which texts are texts", async () => {
    for (const [name, svg] of Object.entries(await report.figuresOf(poisonedRun()))) {
      const { documentElement } = new DOMParser().parseFromString(svg, "image/svg+xml");
      const all = [documentElement, ...documentElement.querySelectorAll("*")];
      for (const { localName, attributes } of all) {
        expect(localName, name).toMatch(
          /^(svg|g|path|rect|circle|line|text|tspan|title|desc|polyline|polygon|defs|marker|clipPath|pattern)$/,
        );
        for (const attribute of attributes as unknown as { name: string }[])
          expect(attribute.name, name).not.toMatch(/^on|href/);
      }
    }
  });

  it("the page of a sweep", async () => {
    const content: SweepPageContent = {
      model: "M",
      spec: "s.mmspec",
      mmspec: "1",
      scheduler: "grid",
      eta: 3,
      rungs: 1,
      seeds: [1],
      metric: { name: "accuracy", larger: true },
      paths: ["A.mlp.units", "fusion"],
      variants: { all: 2, trained: 2, finished: 1, failed: 1 },
      epochs: { learned: 2, all: 2 },
      seconds: 1,
      ranking: ["a", "b"].map((name, i) => ({
        rank: i + 1,
        name,
        choices: { "A.mlp.units": "4", fusion: "concat" },
        parameters: 10 + i,
        flops: 20,
        rung: 0,
        epochs: 1,
        planned: 1,
        finished: true,
        value: { mean: 0.5 + i / 10, half: 0.1, n: 2 },
        test: { mean: 0.5, half: null, n: 1 },
        course: [{ rung: 0, epochs: 1, value: 0.5 }],
        seconds: 1,
        synergyIndicator: 0.2,
        interactions: {
          measure: "lsmi",
          unit: "nats",
          modalities: ["a", "b"],
          mean: { r: 0.1, u1: 0.1, u2: 0.2, s: 0.1 },
        },
        pareto: true,
        errors: [{ seed: 1, error: "it failed" }],
      })),
      importance: {
        paths: [
          {
            path: "fusion",
            share: 0.5,
            chance: 0.1,
            p: 0.01,
            values: [{ value: "concat", metric: 0.5, variants: 2 }],
          },
        ],
        rest: 0.1,
        variants: 2,
        rung: 0,
      },
    };
    const made = poisoned(content) as SweepPageContent;
    // The choices of a variant stand by the places, whose names are as evil.
    const ranking = made.ranking.map((variant, i) => ({
      ...variant,
      choices: Object.fromEntries(made.paths.map((path, p) => [path, `${p} ${evil}`])),
      ...(i === 0 && { report: `runs/${encodeURIComponent(evil)}/report.html` }),
    }));
    await expectHarmless(await report.sweepPageOf({ ...made, ranking }), {
      route: (each) => void each.fulfill({ status: 204 }),
    });
  });

  it("a page's link to a report goes nowhere else", async () => {
    const html = await report.sweepPageOf({
      model: evil,
      spec: "s",
      mmspec: "1",
      scheduler: "grid",
      eta: 3,
      rungs: 1,
      seeds: [1],
      metric: { name: "accuracy", larger: true },
      paths: [],
      variants: { all: 1, trained: 1, finished: 1, failed: 0 },
      epochs: { learned: 1, all: 1 },
      seconds: 1,
      ranking: [
        {
          rank: 1,
          name: "a",
          choices: {},
          parameters: 1,
          flops: 1,
          rung: 0,
          epochs: 1,
          planned: 1,
          finished: true,
          value: { mean: 0.5, half: null, n: 1 },
          course: [],
          seconds: 1,
          pareto: false,
          errors: [],
          report: "javascript:window.hit=1",
        },
      ],
    });
    const page = await browser.newPage();
    await page.setContent(html);
    await page.getByRole("link", { name: "a", exact: true }).click();
    expect(await page.evaluate("window.hit")).toBeUndefined();
    await page.close();
  });

  it("the page of mmspec data", async () => {
    const content: Omit<LookPageContent, "inputs"> = {
      model: "M",
      mmspec: "1",
      source: "a.csv",
      samples: 4,
      target: { name: "label", kind: "class", outputs: ["yes", "no"], counts: [2, 2] },
      parts: [{ name: "train", samples: 4, counts: [2, 2] }],
      columns: [
        {
          name: "a",
          feeds: "row",
          role: "input",
          kind: "numbers",
          shape: [],
          missing: 1,
          numbers: { least: 0, greatest: 1, mean: 0.5, deviation: 0.1, histogram: [1, 2, 1] },
        },
        {
          name: "b",
          role: "unused",
          kind: "names",
          shape: [],
          missing: 0,
          names: { different: 2, most: [{ name: "x", count: 3 }] },
        },
      ],
      warnings: [{ kind: "constant", text: "The column is `b`.", advice: "Leave it out." }],
      modalities: [
        {
          name: "row",
          kind: "table",
          shape: [2],
          columns: [{ name: "a" }, { name: "b", names: ["x", "y"] }],
        },
      ],
      shown: [
        { row: 0, part: "train", answer: "yes", lacks: ["row"] },
        { row: 1, answer: "no", lacks: [] },
      ],
    };
    const made = poisoned(content) as typeof content;
    const name = `input:${made.modalities[0]?.name}`;
    await expectHarmless(await report.lookPageOf(made, [{ name, values: Float32Array.from([1, 0, 2, 1]) }]));
  });

  const modalities = [{ name: `m ${evil}`, shape: [2], optional: true, about: `about ${evil}` }];
  const examples = [{ name: `e ${evil}`, sample: { [`m ${evil}`]: evil } }];

  it("the page of mmspec serve, and what it answers", async () => {
    const { html, policy } = await tryPage({ model: `M ${evil}`, target: `t ${evil}`, modalities, examples });
    const answer = {
      prediction: evil,
      confidence: 0.5,
      probabilities: { [evil]: 0.5 },
      shares: { [evil]: 0.5 },
      rule: evil,
      missing: [evil],
    };
    const route = (each: Route) => void each.fulfill({ json: { answers: [answer] } });
    await expectHarmless(html, { csp: policy, route });
  });

  it("the page of a model that was exported for the web", async () => {
    const columns = {
      modalities: { [`m ${evil}`]: { shape: [2], columns: ["a", "b"], optional: true } },
      target: { name: `t ${evil}` },
    } as unknown as Description["columns"];
    const html = webPage({
      model: `M ${evil}`,
      columns,
      examples: examples.map((one) => ({ ...one, answer: {} })),
    });
    const built = resolve("dist/runtime/prediction/page/web");
    const types: Record<string, string> = { js: "text/javascript", css: "text/css" };
    await expectHarmless(html, {
      route: (each) => {
        const name = new URL(each.request().url()).pathname.slice(1);
        const from =
          name === "tf.js" ? "node_modules/@tensorflow/tfjs/dist/tf.fesm.min.js" : join(built, name);
        const type = types[name.split(".").at(-1) as string];
        if (type === undefined) void each.fulfill({ status: 404 });
        else void each.fulfill({ contentType: type, body: readFileSync(from) });
      },
    });
  });
});
