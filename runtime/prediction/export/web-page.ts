import { aboutModality } from "../serve/about.js";
import type { Description } from "./description.js";

/** What the page may load: what lies beside it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The page to try a model that was exported for the web: its texts, and what draws them from the files beside it. */
export function webPage({
  model,
  columns,
  examples,
}: Pick<Description, "model" | "columns" | "examples">): string {
  const modalities = Object.entries(columns.modalities).map(([name, binding]) => ({
    name,
    shape: binding.shape,
    optional: binding.optional === true,
    about: aboutModality(binding),
  }));
  const content = { model, target: columns.target.name, modalities, examples };
  const title = model.replace(/[&<]/g, (c) => (c === "&" ? "&amp;" : "&lt;"));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
</head>
<body>
<noscript>This page needs JavaScript.</noscript>
<script type="application/json" id="content">${JSON.stringify(content).replace(/</g, "\\u003c")}</script>
<script type="module" src="page.js"></script>
</body>
</html>
`;
}
