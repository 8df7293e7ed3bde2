import colours from "picocolors";
import { locate, renderDiagnostic, type Analysis, type Palette } from "../compiler/index.js";

const { isColorSupported, red, yellow, bold, dim, green } = colours;

export const palette: Palette = isColorSupported
  ? { error: (text) => bold(red(text)), warning: (text) => bold(yellow(text)), bold, dim, fix: green }
  : { error: String, warning: String, bold: String, dim: String, fix: String };

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** All diagnostics of a spec to stderr, and how many there are. */
export function printDiagnostics({ diagnostics, source }: Analysis): void {
  for (const diagnostic of diagnostics) {
    process.stderr.write(`${renderDiagnostic(diagnostic, source, palette)}\n\n`);
  }
  const count = (severity: string) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const parts = [plural(count("error"), "error"), plural(count("warning"), "warning")].filter(
    (part) => part !== "",
  );
  if (parts.length > 0) process.stderr.write(`${parts.join(" and ")}\n`);
}

export function plural(count: number, noun: string): string {
  return count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What `--json` says of a spec that has errors. */
export function diagnosticsJson({ diagnostics, source, failed }: Analysis): unknown {
  return { ok: !failed, diagnostics: diagnostics.map((diagnostic) => locate(diagnostic, source)) };
}

/** 12345 -> "12 345" */
export function grouped(number: number | bigint): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, " ");
}
