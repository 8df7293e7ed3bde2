import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

/** Why browser tests can't run here; undefined when they can. In CI they must. */
export const noBrowser =
  executable === undefined && process.env.CI === undefined
    ? "no Chromium was found: `apt-get install chromium` runs these tests"
    : undefined;

export async function openBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error("The browser tests need Chromium: apt-get install chromium");
  return chromium.launch({
    executablePath: executable,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
