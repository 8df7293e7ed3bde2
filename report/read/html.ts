import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { ReadRun } from "./run.js";

/** Where the built page lies, beside this file's folder in dist/. */
const built = (name: string) => new URL(`../page/${name}`, import.meta.url);

/**
 * The report as one HTML file: it opens from a disk, and its policy lets nothing be fetched and no other code run.
 * The samples are columns of numbers, zipped, in base64.
 */
export async function pageOf({ content, samples, inputs }: ReadRun): Promise<string> {
  const [script, style] = await Promise.all([
    readFile(built("page.js"), "utf8"),
    readFile(built("page.css"), "utf8"),
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
  const title = `${content.model}: ${content.run}`.replace(/[&<]/g, (c) => (c === "&" ? "&amp;" : "&lt;"));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript>This report is drawn by the JavaScript in it. The same figures stand in the run's metrics.json and pid.parquet.</noscript>
<script type="application/json" id="content">${JSON.stringify(content).replace(/</g, "\\u003c")}</script>
<script type="application/gzip" id="samples">${base64(samples)}</script>
<script type="application/gzip" id="inputs">${base64(inputs)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
