// Takes docs/sweep.png: the page of a sweep as a browser shows it.
// Usage: node dist/cli/main.js sweep examples/digits.mmspec, then node examples/picture-sweep.mjs sweeps/digits/index.html [CHROMIUM]
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [page, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
const opened = await browser.newPage({ viewport: { width: 1200, height: 1290 }, colorScheme: "light" });
await opened.goto(`file://${resolve(page)}`);
await opened.waitForSelector("html[data-ready]");
await opened.waitForTimeout(500);
await opened.screenshot({ path: fileURLToPath(new URL("../docs/sweep.png", import.meta.url)) });
await browser.close();
