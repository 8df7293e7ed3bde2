import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compass } from "../../report/figures/layouts.js";
import { readNpz } from "../../runtime/data/npz.js";
import { noBrowser, openBrowser } from "../support/browser.js";
import { mmspec } from "../support/cli.js";
import { pictureOf, pictureShape, trainPictures, vectorOf } from "../support/pictures.js";

interface Row {
  index: number;
  label: string;
  prediction: string;
  r: number;
  u1: number;
  u2: number;
  s: number;
  rule: string;
}

let folder: string;
let run: string;
let rows: Row[];
let page: string;

beforeAll(async () => {
  ({ folder, run } = trainPictures());
  rows = (await parquetReadObjects({
    file: await asyncBufferFromFile(join(run, "pid.parquet")),
  })) as unknown as Row[];
  page = join(folder, "page.html");
}, 600_000);

/** A copy of the run in which something is changed. */
function copyOfRun(): string {
  const copy = join(mkdtempSync(join(tmpdir(), "mmspec-copy-")), "run");
  cpSync(run, copy, { recursive: true });
  return copy;
}

describe("mmspec report", () => {
  it("finds what a run kept: the inputs of each held-out sample, as the data has them", async () => {
    const { columns } = await readNpz(join(run, "held-out.npz"));
    const pictures = columns.get("input_left");
    const vectors = columns.get("input_right");
    expect(pictures).toMatchObject({ kind: "numeric", shape: [...pictureShape] });
    rows.forEach(({ index }, i) => {
      expect(Array.from(pictures?.values as ArrayLike<number>).slice(24 * i, 24 * i + 24)).toEqual(
        pictureOf(index),
      );
      vectorOf(index).forEach((value, j) => expect(vectors?.values[12 * i + j]).toBeCloseTo(value, 5));
    });
    const probabilities = columns.get("probabilities")?.values as ArrayLike<number>;
    expect(
      Array.from(probabilities)
        .slice(0, 3)
        .reduce((a, b) => a + b, 0),
    ).toBeCloseTo(1, 5);
  });

  it("writes a page that may fetch nothing, and says what it found", () => {
    const { code, out, err } = mmspec(folder, "report", run, "-o", page, "--json");
    expect(err).toBe("");
    expect(code).toBe(0);
    const found = JSON.parse(out) as {
      headlines: { title: string; share: Record<string, { mean: number }> }[];
    };
    expect(found).toMatchObject({ page, samples: rows.length, model: "Test", inputs: { kept: rows.length } });
    const sum = (atom: "r" | "u1" | "u2" | "s") => rows.reduce((total, row) => total + row[atom], 0);
    const all = sum("r") + sum("u1") + sum("u2") + sum("s");
    expect(found.headlines[0]?.share.r?.mean).toBeCloseTo(sum("r") / all, 4);
    const html = readFileSync(page, "utf8");
    expect(html).toMatch(
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/,
    );
    expect(html).not.toMatch(/(src|href)="?https?:/);
    expect(html).not.toContain("<b>&star");
    // The same run gives the same page.
    mmspec(folder, "report", run, "-o", "again.html");
    expect(readFileSync(join(folder, "again.html"), "utf8")).toBe(html);
    expect(mmspec(folder, "report", run).code).toBe(0);
    expect(existsSync(join(run, "report.html"))).toBe(true);
  });

  it("writes pictures that stand alone", () => {
    expect(mmspec(folder, "report", run, "-o", page, "--svg", "figures").code).toBe(0);
    const names = readdirSync(join(folder, "figures"));
    for (const name of [
      "architecture",
      "calibration",
      "confusion",
      "distribution-s",
      "gate-r",
      "interactions",
      "learning-joint",
      "map",
    ])
      expect(names).toContain(`${name}.svg`);
    for (const name of names) {
      const svg = readFileSync(join(folder, "figures", name), "utf8");
      expect(svg, name).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(svg, name).not.toMatch(/var\(|<style|NaN|undefined/);
    }
    const points = readFileSync(join(folder, "figures", "map.svg"), "utf8").match(/<circle/g);
    expect(points).toHaveLength(rows.length);
  });

  it("draws the architecture for explain, too", () => {
    expect(mmspec(folder, "explain", "pictures.mmspec", "--svg", "model.svg").code).toBe(0);
    expect(readFileSync(join(folder, "model.svg"), "utf8")).toContain("synergistic(left, right)");
  });

  it("says what is wrong with a folder, and exits with 1", () => {
    const expectProblem = (path: string, ...texts: string[]) => {
      const { code, err } = mmspec(folder, "report", path);
      expect(code).toBe(1);
      for (const text of texts) expect(err).toContain(text);
      expect(err).not.toContain("    at ");
    };
    expectProblem(folder, "run.json", "not the folder of a run");
    const unmeasured = copyOfRun();
    rmSync(join(unmeasured, "metrics.json"));
    expectProblem(unmeasured, "metrics.json", "was not measured", "mmspec evaluate");
    const broken = copyOfRun();
    writeFileSync(join(broken, "metrics.json"), "{");
    expectProblem(broken, "metrics.json", "JSON");
    const mixed = copyOfRun();
    writeFileSync(join(mixed, "pid.parquet"), "no parquet");
    expectProblem(mixed, "pid.parquet");
    expect(mmspec(folder, "report", run, "-o", join(folder, "no", "such", "folder.html")).code).toBe(1);
    expect(mmspec(folder, "report").code).toBe(2);
  });

  it("makes do with a run of before: no inputs, a spec that it can't compile", () => {
    const old = copyOfRun();
    rmSync(join(old, "held-out.npz"));
    writeFileSync(join(old, "pictures.mmspec"), "model Test { target }");
    const { code, out } = mmspec(folder, "report", old, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      inputs: { kept: 0, note: expect.stringContaining("mmspec evaluate") as string },
    });
  });
});

describe.skipIf(noBrowser !== undefined)(
  `the page in a browser${noBrowser === undefined ? "" : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    const complaints: string[] = [];

    beforeAll(async () => {
      mmspec(folder, "report", run, "-o", page, "--compare", run);
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    /** Opens the report; whatever it complains of or asks the network for is noted. */
    async function open(options: { width?: number; colorScheme?: "light" | "dark" } = {}): Promise<Page> {
      const { width = 1200, colorScheme = "light" } = options;
      const opened = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      opened.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      opened.on("pageerror", (error) => complaints.push(String(error)));
      opened.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) complaints.push(request.url());
      });
      await opened.goto(`file://${page}`);
      await opened.waitForSelector("html[data-ready]");
      return opened;
    }

    const count = async (opened: Page) =>
      Number((await opened.locator(".count strong").textContent())?.replace(/\D/g, ""));
    const chosen = async (opened: Page) =>
      Number((await opened.locator("#sample h3").textContent())?.replace(/\D/g, ""));
    const chip = (opened: Page, facet: string, text: string) =>
      opened.locator(`[data-facet="${facet}"] .chip`, {
        has: opened.locator(".text", { hasText: new RegExp(`^${text}$`) }),
      });

    it("opens without a complaint or a request, with every part", async () => {
      const opened = await open();
      const headings = await opened.locator("h2").allTextContents();
      expect(headings[0]).toMatch(/the label/);
      for (const text of [
        "Sample by sample",
        "The gate against the measure",
        "What it gets right",
        "What the model is",
        "How it learnt",
        "Runs side by side",
      ])
        expect(headings).toContain(text);
      // Every plot came to be.
      await expect.poll(() => opened.locator(".plot:not(:has(svg))").count()).toBe(0);
      expect(
        await opened.locator(".drawing svg text", { hasText: /^synergistic\(left, right\)$/ }).count(),
      ).toBe(1);
      expect(await opened.locator("figure, table").count()).toBeGreaterThan(20);
      await opened.close();
      expect(complaints).toEqual([]);
    });

    it("filters: the counts are those of the samples", async () => {
      const opened = await open();
      expect(await count(opened)).toBe(rows.length);
      await chip(opened, "class", "square").click();
      const squares = rows.filter(({ label }) => label === "square");
      expect(await count(opened)).toBe(squares.length);
      await chip(opened, "answer", "right").click();
      const right = squares.filter(({ prediction }) => prediction === "square");
      expect(await count(opened)).toBe(right.length);
      // Options say what they would leave, the other facets kept.
      const circles = rows.filter(({ label, prediction }) => label === "circle" && prediction === label);
      expect(await chip(opened, "class", "circle").locator(".n").textContent()).toBe(String(circles.length));
      await chip(opened, "class", "circle").click();
      expect(await count(opened)).toBe(right.length + circles.length);
      await opened.getByRole("button", { name: "show all" }).first().click();
      expect(await count(opened)).toBe(rows.length);
      const most = (row: Row) => Math.max(row.r, row.u1, row.u2, row.s);
      await chip(opened, "strongest", "redundancy").click();
      expect(await count(opened)).toBe(rows.filter((row) => row.r === most(row)).length);
      await opened.close();
    });

    it("shows the sample that was clicked: its place, its picture, its vector and its numbers", async () => {
      const opened = await open();
      const map = opened.locator("canvas.top");
      await map.scrollIntoViewIfNeeded();
      const box = await map.boundingBox();
      const middle = { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) / 2 };
      // Where samples are: the compass is as tall as the map, less its margins.
      const half = Math.min(middle.x - Math.min(74, 0.16 * 2 * middle.x), middle.y - 38);
      const { x, y } = compass(["left", "right"]).place({
        r: rows.map(({ r }) => r),
        u1: rows.map(({ u1 }) => u1),
        u2: rows.map(({ u2 }) => u2),
        s: rows.map(({ s }) => s),
      });
      for (const i of [3, 17, 40]) {
        const position = { x: middle.x + half * (x[i] as number), y: middle.y - half * (y[i] as number) };
        await map.click({ position });
        const index = await chosen(opened);
        const found = rows.findIndex((row) => row.index === index);
        // Nearest of all, so at least as near as the one that was meant.
        const distance = (k: number) =>
          Math.hypot((x[k] as number) - (x[i] as number), (y[k] as number) - (y[i] as number));
        expect(half * distance(found)).toBeLessThan(1.5);
        const row = rows[found] as Row;
        const panel = opened.locator("#sample");
        expect(await panel.locator(".verdict strong").allTextContents()).toEqual([row.label, row.prediction]);
        const shown = await panel.locator("section").first().locator(".number").allTextContents();
        const value = (text = "") => Number(text.split(" ± ")[0]?.replace("−", "-"));
        [row.r, row.u1, row.u2, row.s].forEach((atom, a) => expect(value(shown[a])).toBeCloseTo(atom, 1));
        expect(await panel.locator(".rule code").textContent()).toBe(row.rule);
        await panel.locator("canvas.picture").waitFor();
        const pixels = await panel.locator("canvas.picture").evaluate((canvas) => {
          const drawn = canvas as unknown as {
            width: number;
            height: number;
            getContext(kind: "2d"): { getImageData(...box: number[]): { data: Uint8ClampedArray } };
          };
          return Array.from(drawn.getContext("2d").getImageData(0, 0, drawn.width, drawn.height).data).filter(
            (_, p) => p % 4 === 0,
          );
        });
        expect(pixels).toEqual(pictureOf(index));
        const bars = await panel
          .locator(".modality")
          .nth(1)
          .locator("[aria-label=rect] title")
          .allTextContents();
        expect(bars.map((text) => Number(text.split("= ")[1]))).toEqual(
          vectorOf(index).map((v) => Number(v.toPrecision(4))),
        );
      }
      await opened.close();
    });

    it("can be used with the keyboard alone", async () => {
      const opened = await open();
      await opened.locator("canvas.top").focus();
      await opened.keyboard.press("ArrowUp");
      const first = await chosen(opened);
      expect(rows.some(({ index }) => index === first)).toBe(true);
      const at = async () =>
        ((await opened.locator("canvas.top").getAttribute("data-at")) ?? "").split(" ").map(Number);
      const [, before = NaN] = await at();
      for (let i = 0; i < 4; i++) await opened.keyboard.press("ArrowDown");
      const [, after = NaN] = await at();
      expect(after).toBeGreaterThan(before);
      await opened.keyboard.press("Escape");
      expect(await opened.locator("#sample .hint").textContent()).toContain("Choose a sample");
      // The list leads to every sample as well, in the order that is asked for.
      await opened.locator(".list th button", { hasText: "synergy" }).press("Enter");
      const strongest = [...rows].sort((a, b) => b.s - a.s)[0] as Row;
      await opened.locator(".list tbody th button").first().press("Enter");
      expect(await chosen(opened)).toBe(strongest.index);
      const reached = await opened.evaluate(`(() => {
      const wanted = [...document.querySelectorAll("button, select, a, summary, canvas.top")].filter((element) => element.offsetParent !== null);
      return wanted.every((element) => element.tabIndex >= 0);
    })()`);
      expect(reached).toBe(true);
      await opened.close();
    });

    it("leads from the confusion matrix to the samples", async () => {
      const opened = await open();
      await opened.locator(".cell").nth(4).click();
      const squares = rows.filter(({ label, prediction }) => label === "square" && prediction === "square");
      expect(await count(opened)).toBe(squares.length);
      await opened.close();
    });

    it("leads from the confusion matrix to the samples with the keyboard alone, too", async () => {
      const opened = await open();
      const right = (name: string) =>
        rows.filter(({ label, prediction }) => label === name && prediction === name);
      const focused = () => opened.evaluate("document.activeElement?.getAttribute('aria-label')");
      // Whatever can be reached with Tab, from the top of the page on.
      for (let i = 0; i < 400 && (await opened.locator(".cell:focus").count()) === 0; i++)
        await opened.keyboard.press("Tab");
      expect(await focused()).toBe(`circle answered circle: ${right("circle").length}`);
      await opened.keyboard.press("ArrowDown");
      await opened.keyboard.press("ArrowRight");
      expect(await focused()).toBe(`square answered square: ${right("square").length}`);
      await opened.keyboard.press("Enter");
      expect(await count(opened)).toBe(right("square").length);
      await opened.keyboard.press("ArrowUp");
      await opened.keyboard.press("ArrowUp");
      await opened.keyboard.press("ArrowLeft");
      await opened.keyboard.press(" ");
      expect(await count(opened)).toBe(right("circle").length);
      // The matrix is one stop of the Tab key.
      expect(await opened.locator('.cell[tabindex="0"]').count()).toBe(1);
      await opened.keyboard.press("Tab");
      expect(await opened.locator(".cell:focus").count()).toBe(0);
      await opened.close();
    });

    it("never scrolls sideways on a phone", async () => {
      const opened = await open({ width: 360 });
      await opened.locator(".list tbody th button").first().click();
      await expect.poll(() => opened.locator(".plot:not(:has(svg))").count()).toBe(0);
      expect(await opened.evaluate("document.documentElement.scrollWidth")).toBe(360);
      await opened.close();
    });

    it("is dark where the system is dark, and otherwise on request", async () => {
      const background = (opened: Page) => opened.evaluate("getComputedStyle(document.body).backgroundColor");
      const dark = await open({ colorScheme: "dark" });
      const light = await open();
      expect(await background(dark)).not.toBe(await background(light));
      await light.getByRole("button", { name: "dark" }).click();
      expect(await background(light)).toBe(await background(dark));
      await dark.getByRole("button", { name: "light" }).click();
      expect(await background(dark)).not.toBe(await background(light));
      await dark.close();
      await light.close();
      expect(complaints).toEqual([]);
    });
  },
);
