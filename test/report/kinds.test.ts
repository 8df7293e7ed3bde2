import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packNpz } from "../../runtime/data/write-npz.js";
import { fourier } from "../../report/figures/fourier.js";
import { noBrowser, openBrowser } from "../support/browser.js";
import { mmspec } from "../support/cli.js";

const samples = 60;
const [rate, length, words, time, features] = [1000, 400, 6, 9, 3];
const vocabulary = ["", "no", "yes", "<b>maybe</b>", "so", "well"];
const cities = ["Bern", "Oslo", "Rome"];

/** A tone whose height is the class, in its second half alone. */
const sample = (row: number, i: number) =>
  i < length / 2 ? 0 : Math.sin((2 * Math.PI * (100 + 150 * (row % 2)) * i) / rate);
const token = (row: number, i: number) => (i >= 4 ? 0 : (row + i) % vocabulary.length);
const moment = (row: number, i: number) => Math.sin(row + 2 * i);
const cityOf = (row: number) => cities[row % 3] as string;

const source = `model Kinds {
  target kind: class("low", "high")
  modality sound: audio(rate: ${rate}, seconds: 0.4)
  modality text: tokens(${words}, ${vocabulary.length})
  modality codes: tokens(${words}, ${vocabulary.length})
  modality walk: sequence(${time}, ${features})
  modality wide: sequence(2, 9)
  modality person: table(age: number, city: category(3))
  encoder Sound for sound = mel(8) -> gru(4)
  encoder Text for text = embed(4) -> mean
  encoder Codes for codes = embed(4) -> max
  encoder Walk for walk = lstm(4)
  encoder Wide for wide = mean
  encoder Person for person = mlp(4)
  fusion = concat
  train { paradigm joint epochs 1 seed 1 }
  evaluate { accuracy, pid lsmi(folds: 2) of sound, text per sample }
}

data for Kinds {
  from "kinds.npz"
  sound <- "sound"
  text <- "text"
  codes <- "codes"
  walk <- "walk"
  wide <- "wide"
  person <- "age", "town"
  kind <- "kind"
  split 0.5 train, 0.5 test stratified seed 1
}
`;

describe("the spectrum of a sound", () => {
  it("is what the definition of the Fourier transform says", () => {
    const size = 32;
    const values = Array.from({ length: size }, (_, n) => Math.sin(n * n) + 0.3 * n);
    const [real, imaginary] = [Float64Array.from(values), new Float64Array(size)];
    fourier(real, imaginary);
    for (let k = 0; k < size; k++) {
      const sum = (wave: (angle: number) => number) =>
        values.reduce((total, value, n) => total + value * wave((-2 * Math.PI * k * n) / size), 0);
      expect(real[k]).toBeCloseTo(sum(Math.cos), 8);
      expect(imaginary[k]).toBeCloseTo(sum(Math.sin), 8);
    }
  });
});

describe.skipIf(noBrowser !== undefined)(
  `samples in a browser${noBrowser === undefined ? "" : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), "mmspec-shown-"));
      const filled = (width: number, value: (row: number, i: number) => number) =>
        Array.from({ length: samples * width }, (_, at) => value(Math.floor(at / width), at % width));
      const data = packNpz({
        sound: { shape: [samples, length], values: Float32Array.from(filled(length, sample)) },
        text: { shape: [samples, words], values: Int32Array.from(filled(words, token)) },
        "text.vocabulary": { shape: [vocabulary.length], values: vocabulary },
        codes: { shape: [samples, words], values: Int32Array.from(filled(words, token)) },
        walk: {
          shape: [samples, time, features],
          values: Float32Array.from(filled(time * features, moment)),
        },
        wide: { shape: [samples, 2, 9], values: Float32Array.from(filled(18, moment)) },
        age: { shape: [samples], values: Float32Array.from(filled(1, (row) => row + 0.5)) },
        town: { shape: [samples], values: Array.from({ length: samples }, (_, row) => cityOf(row)) },
        kind: { shape: [samples], values: Int32Array.from(filled(1, (row) => row % 2)) },
      });
      writeFileSync(join(folder, "kinds.npz"), data);
      writeFileSync(join(folder, "kinds.mmspec"), source);
      const { code, err } = mmspec(folder, "train", "kinds.mmspec", "--quiet");
      if (code !== 0) throw new Error(err);
      const [run = ""] = readdirSync(join(folder, "runs"));
      const report = join(folder, "report.html");
      const written = mmspec(folder, "report", join("runs", run), "-o", report);
      if (written.code !== 0) throw new Error(written.err);
      browser = await openBrowser();
      page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
      page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) complaints.push(request.url());
      });
      await page.goto(`file://${report}`);
      await page.waitForSelector("html[data-ready]");
    });
    afterAll(() => browser?.close());

    /** Chooses the sample at a place of the list. @returns its row in the data, and where its modalities are shown */
    async function choose(at: number): Promise<{ row: number; part(name: string): Locator }> {
      await page.locator(".list tbody th button").nth(at).click();
      const row = Number((await page.locator("#sample h3").textContent())?.replace(/\D/g, ""));
      await page.locator("#sample .tokens").first().waitFor();
      return {
        row,
        part: (name) =>
          page.locator("#sample .modality", {
            has: page.locator("figcaption", { hasText: new RegExp(`^${name}$`) }),
          }),
      };
    }

    it("show words where they are known, as text and never as a page, and numbers where they aren't", async () => {
      for (const at of [0, 3, 4]) {
        const { row, part } = await choose(at);
        const tokens = Array.from({ length: 4 }, (_, i) => token(row, i));
        const known = tokens.map((one) => vocabulary[one] as string);
        const end = known.findLastIndex((word) => word !== "") + 1;
        expect(await part("text").locator(".tokens").textContent()).toBe(
          known
            .slice(0, end)
            .map((word) => word || "·")
            .join(" "),
        );
        expect(await part("codes").locator(".tokens").textContent()).toBe([...tokens, 0, 0].join(" "));
        expect(await part("text").locator("b").count()).toBe(0);
      }
    });

    it("show a table's row, with the categories' names", async () => {
      for (const at of [1, 2]) {
        const { row, part } = await choose(at);
        const cells = await part("person").locator("tbody th, tbody td").allTextContents();
        expect(cells).toEqual(["age", String(row + 0.5), "city", cityOf(row)]);
      }
    });

    it("show a sequence as lines, or as a map where there are many", async () => {
      const { part } = await choose(1);
      expect(await part("walk").locator('[aria-label="line"] path').count()).toBe(features);
      expect(await part("walk").locator("svg.figure").getAttribute("aria-label")).toContain(
        "3 features over 9 moments",
      );
      const map = part("wide").locator("canvas.heat");
      expect([await map.getAttribute("height"), await map.getAttribute("width")]).toEqual(["2", "9"]);
    });

    it("show a sound's waveform and spectrogram", async () => {
      for (const at of [0, 1, 2]) {
        const { row, part } = await choose(at);
        expect(await part("sound").locator("svg.figure").getAttribute("aria-label")).toContain(
          "0.4 s at 1000 Hz",
        );
        const rects = await part("sound")
          .locator('[aria-label="rect"] rect')
          .evaluateAll((found) =>
            found.map((rect) =>
              Number((rect as unknown as { getAttribute(name: string): string }).getAttribute("height")),
            ),
          );
        const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
        const half = rects.length / 2;
        // Silence first, then the tone.
        expect(Math.max(...rects.slice(0, half - 2))).toBeLessThan(2);
        expect(mean(rects.slice(half + 2))).toBeGreaterThan(3);
        const { alpha, width, height } = await part("sound")
          .locator("canvas.spectrogram")
          .evaluate((canvas) => {
            const drawn = canvas as unknown as {
              width: number;
              height: number;
              getContext(kind: "2d"): { getImageData(...box: number[]): { data: Uint8ClampedArray } };
            };
            const { data } = drawn.getContext("2d").getImageData(0, 0, drawn.width, drawn.height);
            return {
              alpha: Array.from(data).filter((_, p) => p % 4 === 3),
              width: drawn.width,
              height: drawn.height,
            };
          });
        const column = Math.floor(0.75 * width);
        const strengths = Array.from({ length: height }, (_, y) => alpha[y * width + column] as number);
        const brightest = height - 1 - strengths.indexOf(Math.max(...strengths));
        const hertz = (brightest / height) * (rate / 2);
        expect(Math.abs(hertz - (100 + 150 * (row % 2)))).toBeLessThan(rate / 2 / height + 1);
        const before = Math.floor(0.2 * width);
        expect(
          Math.max(...Array.from({ length: height }, (_, y) => alpha[y * width + before] as number)),
        ).toBeLessThan(40);
      }
      expect(complaints).toEqual([]);
    });

    it("fit into a phone's width", async () => {
      await page.setViewportSize({ width: 360, height: 800 });
      await choose(3);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    });
  },
);
