import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, openBrowser } from "../support/browser.js";
import { mmspec } from "../support/cli.js";
import { block, spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-report-targets-"));

/** Trains a spec and writes its report. @returns the page's path */
function report(name: string, source: string): string {
  writeFileSync(join(folder, `${name}.mmspec`), source);
  const trained = mmspec(folder, "train", `${name}.mmspec`, "--quiet", "--runs", name);
  if (trained.code !== 0) throw new Error(trained.err);
  const [run = ""] = readdirSync(join(folder, name));
  const page = join(folder, `${name}.html`);
  const { code, err } = mmspec(folder, "report", join(name, run), "-o", page);
  if (code !== 0) throw new Error(err);
  return page;
}

describe.skipIf(noBrowser !== undefined)(
  `the page of other targets than classes${noBrowser === undefined ? "" : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    const complaints: string[] = [];

    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    async function open(page: string): Promise<Page> {
      const opened = await browser.newPage({ viewport: { width: 1200, height: 900 } });
      opened.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      opened.on("pageerror", (error) => complaints.push(String(error)));
      await opened.goto(`file://${page}`);
      await opened.waitForSelector("html[data-ready]");
      await expect.poll(() => opened.locator(".plot:not(:has(svg))").count()).toBe(0);
      return opened;
    }

    it("draws numbers that were predicted against true ones, and how the errors are distributed", async () => {
      const train = "train { paradigm joint epochs 2 batch 32 }";
      const data =
        "from feature_sum(shared: 1, noise: 0.5, latent: 3, samples: 300)\n  split 0.8 train, 0.2 test";
      const evaluate = "evaluate { mae, r2, pid gate per sample }";
      const source = spec({ fusion: block, train, data, evaluate }).replace("class(3)", "regression");
      const opened = await open(report("number", source));
      const headings = await opened.locator("h2").allTextContents();
      expect(headings[0]).toMatch(/^The gate gives the largest share/);
      expect(headings).toContain("What it gets right");
      expect(headings).not.toContain("Sample by sample");
      const answers = opened.locator("#answers");
      expect(await answers.locator('svg [aria-label="dot"] circle').count()).toBe(60);
      expect(await answers.locator('svg [aria-label="rect"] rect').count()).toBeGreaterThan(3);
      expect(await answers.locator("tbody tr").allTextContents()).toEqual([
        expect.stringMatching(/^mae[\d.]+$/),
        expect.stringMatching(/^r2[−\d.]+$/),
      ]);
      expect(await opened.locator("#model .lead").textContent()).toMatch(/to label, a number; /);
      expect(complaints).toEqual([]);
    }, 120_000);

    it("has a table of the labels", async () => {
      const train = "train { paradigm joint epochs 2 batch 32 }";
      const data = "from logic_gate(gate: [rdn, xor], samples: 300)\n  split 0.8 train, 0.2 test";
      const evaluate = "evaluate { accuracy, auroc }";
      const source = spec({ train, data, evaluate }).replace("class(3)", 'multilabel("same", "<i>odd")');
      const opened = await open(report("labels", source));
      expect(await opened.locator("#answers tbody tr th").allTextContents()).toEqual([
        "same",
        "<i>odd",
        "accuracy",
        "auroc",
      ]);
      expect(await opened.locator("#model .lead").textContent()).toMatch(/to label, 2 labels; /);
      expect(complaints).toEqual([]);
    }, 120_000);
  },
);
