import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** Built beside this file's folder. */
const built = (name: string) => new URL(`../page/${name}`, import.meta.url);

/** What the page is told. */
export interface PageContent {
  model: string;
  target: string;
  modalities: { name: string; shape: readonly number[]; optional: boolean; about: string }[];
  examples: readonly { name: string; sample: Record<string, unknown> }[];
}

/** The page to try a service, and the policy that it is sent with: it talks to this service alone. */
export async function tryPage(content: PageContent): Promise<{ html: string; policy: string }> {
  const [script, style] = await Promise.all([
    readFile(built("try.js"), "utf8"),
    readFile(built("try.css"), "utf8"),
  ]);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  const title = content.model.replace(/[&<]/g, (c) => (c === "&" ? "&amp;" : "&lt;"));
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript>This page needs JavaScript. POST /predict answers without it; GET /openapi.json says how.</noscript>
<script type="application/json" id="content">${JSON.stringify(content).replace(/</g, "\\u003c")}</script>
<script>${script}</script>
</body>
</html>
`;
  return { html, policy };
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
