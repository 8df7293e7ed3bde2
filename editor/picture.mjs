// Takes docs/editor-*.png: the language server's answers in Monaco, in a headless Chromium.
// Usage, in editor/: npm ci && npm run build && node picture.mjs [CHROMIUM]
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const types = { html: "text/html", css: "text/css", js: "text/javascript", mmspec: "text/plain" };
const browser = await chromium.launch({
  executablePath,
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});

/** One picture of a fresh page, after something was done to its editor. */
async function take(name, viewport, act) {
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1 });
  page.on("pageerror", (error) => console.error(error.message));
  await page.route("http://mmspec.test/**", async (route) => {
    const file = new URL(route.request().url()).pathname.slice(1) || "index.html";
    const contentType = types[file.split(".").at(-1)];
    await route.fulfill({ contentType, body: await readFile(here(`out/page/${file}`)) });
  });
  await page.goto("http://mmspec.test/");
  await page.waitForSelector("html[data-ready]");
  await page.waitForSelector(".view-line");
  await act(page);
  await page.waitForTimeout(700);
  await page.screenshot({ path: here(`../docs/editor-${name}.png`) });
  await page.close();
}

/** Puts the cursor behind a text of the spec; runs a command of the editor there. */
const run = (page, text, command) =>
  page.evaluate(
    ([text, command]) => {
      const { editor } = globalThis;
      const model = editor.getModel();
      editor.focus();
      editor.setPosition(model.getPositionAt(model.getValue().indexOf(text) + text.length));
      if (command) editor.trigger("picture", command, {});
    },
    [text, command],
  );

const replace = (page, from, to) =>
  page.evaluate(
    ([from, to]) => {
      const model = globalThis.editor.getModel();
      const [found] = model.findMatches(from, false, false, true, null, false);
      model.pushEditOperations([], [{ range: found.range, text: to }], () => null);
    },
    [from, to],
  );

await take("completion", { width: 1180, height: 440 }, async (page) => {
  await run(page, "encode top, bottom with Eye\n");
  await replace(page, "conv(16, 3) -> pool(2) -> flatten -> dense(64)", "");
  await run(page, "encoder Eye = conv(8, 3) -> pool(2) -> ");
  await page.keyboard.press("Control+Space");
  await page.waitForSelector(".suggest-widget.visible .monaco-list-row");
  await page.keyboard.press("Control+Space");
});
await take("hover", { width: 1000, height: 440 }, async (page) => {
  await run(page, "conv(8, 3) -> pool(2) -> con", "editor.action.showHover");
  await page.waitForSelector(".monaco-hover:not(.hidden) .hover-row");
});
await take("fix", { width: 1000, height: 440 }, async (page) => {
  await replace(page, "gate = mlp(32)", "gate = mpl(32)");
  await replace(page, "modality bottom: image(14, 28, 1)", "modality bottom: vector(28)");
  await page.waitForSelector(".squiggly-error");
  await run(page, "gate = mp", "editor.action.quickFix");
  await page.waitForSelector(".action-widget .monaco-list-row");
});
await browser.close();
