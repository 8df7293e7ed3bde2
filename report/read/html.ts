import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { ReadRun } from "./run.js";

/** Where the built page lies, beside this file's folder in dist/. */
const built = (name: string) => new URL(`../page/${name}`, import.meta.url);

/** The report as one HTML file. The samples are columns of numbers, zipped, in base64. */
export async function pageOf({ content, samples, inputs }: ReadRun): Promise<string> {
  return htmlPage("page", {
    title: `${content.model}: ${content.run}`,
    content,
    missing: "The same figures stand in the run's metrics.json and pid.parquet.",
    packed: { samples, inputs },
  });
}

/** What an HTML file holds besides its script and style. */
interface PageParts {
  title: string;
  content: unknown;
  /** Where a person without JavaScript finds the figures. */
  missing: string;
  /** Bytes, by the id of their element. */
  packed?: Readonly<Record<string, Uint8Array>>;
}

/**
 * One HTML file: it opens from a disk, and its policy lets nothing be fetched and no other code run.
 * @param bundle which script and style, as report/build.mjs names them
 */
export async function htmlPage(
  bundle: "page" | "sweep" | "look",
  { title, content, missing, packed = {} }: PageParts,
): Promise<string> {
  const [script, style] = await Promise.all([
    readFile(built(`${bundle}.js`), "utf8"),
    readFile(built(`${bundle}.css`), "utf8"),
  ]);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "font-src data:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const base64 = (bytes: Uint8Array) => gzipSync(bytes, { level: 6 }).toString("base64");
  const plain = title.replace(/[&<]/g, (c) => (c === "&" ? "&amp;" : "&lt;"));
  const data = Object.entries(packed).map(
    ([id, bytes]) => `<script type="application/gzip" id="${id}">${base64(bytes)}</script>\n`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${plain}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript>This page is drawn by the JavaScript in it. ${missing}</noscript>
<script type="application/json" id="content">${JSON.stringify(content).replace(/</g, "\\u003c")}</script>
${data.join("")}<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
