// Takes docs/report-light.png and docs/report-dark.png: a run's report as a browser shows it.
// Usage: npm run demo, then node dist/cli/main.js report RUN and node examples/picture-report.mjs RUN/report.html [CHROMIUM]
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [page, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});

async function take(colorScheme, look) {
  const opened = await browser.newPage({ viewport: { width: 1200, height: 1620 }, colorScheme });
  await opened.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await opened.goto(`file://${resolve(page)}`);
  await opened.waitForSelector("html[data-ready]");
  await look(opened);
  await opened.waitForTimeout(500);
  const path = fileURLToPath(new URL(`../docs/report-${colorScheme}.png`, import.meta.url));
  await opened.screenshot({ path });
  await opened.close();
}

/** Sorts the list by an interaction and chooses its first sample. */
async function choose(opened, interaction) {
  await opened.locator(".list th button", { hasText: interaction }).click();
  await opened.locator(".list tbody th button").first().click();
}

await take("light", async (opened) => {
  await choose(opened, "synergy");
  await opened.evaluate("scrollTo(0, 0)");
});
await take("dark", async (opened) => {
  await opened.locator('[data-facet="answer"] .chip', { hasText: "wrong" }).click();
  await choose(opened, "unique to bottom");
  await opened.evaluate('document.getElementById("samples").scrollIntoView()');
});
await browser.close();
