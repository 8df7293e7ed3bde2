/**
 * How long reading, checking and compiling take: `npm run build && npx tsx bench/compile.ts`. Medians; a 100-line spec in a warm process, files that
 * grow, the cold command line, and `tsc --noEmit` on the generated files beside them.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import Table from "cli-table3";
import { check, compile, format, parse } from "mmspec";

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Median of a number of runs, in milliseconds; each is given its number, so that none has the text of the one before. */
async function time(runs: number, run: (i: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run(i);
    times.push(performance.now() - start);
  }
  return median(times);
}

const digits = readFileSync("examples/digits.mmspec", "utf8");
const named = (name: string) => digits.replaceAll("Digits", name);
/** The digits over and over, as models of other names. */
function lines(count: number): string {
  const each = digits.split("\n").length;
  return Array.from({ length: Math.round(count / each) }, (_, i) => named(`Digits${i}`)).join("\n");
}
/** The same text, with white space at its end that no run before had. */
const anew = (source: string, i: number) => `${source}${" ".repeat(i % 50)}`;
const text = (milliseconds: number) => milliseconds.toFixed(milliseconds < 10 ? 2 : 0);

console.log(`${process.version}, ${process.arch}; milliseconds`);

const hundred = lines(100);
await time(40, (i) => compile(anew(hundred, i)));
const warm = new Table({ head: ["100 lines, warm", "ms"], style: { head: [] } });
warm.push(["parse", text(await time(200, (i) => parse(anew(hundred, i))))]);
warm.push(["check", text(await time(200, (i) => check(anew(hundred, i))))]);
warm.push(["format", text(await time(100, (i) => format(anew(hundred, i))))]);
warm.push(["check and compile", text(await time(100, (i) => compile(anew(hundred, i))))]);
console.log(warm.toString());

const growth = new Table({ head: ["lines", "parse", "check", "µs a line", "format"], style: { head: [] } });
for (const count of [100, 1000, 2000, 5000, 10_000, 20_000]) {
  const source = lines(count);
  const actual = source.split("\n").length;
  const [parsed, checked, formatted] = [
    await time(7, (i) => parse(anew(source, i))),
    await time(7, (i) => check(anew(source, i))),
    await time(7, (i) => format(anew(source, i))),
  ];
  growth.push([actual, text(parsed), text(checked), ((1000 * checked) / actual).toFixed(1), text(formatted)]);
}
console.log(growth.toString());

const folder = mkdtempSync(join(tmpdir(), "mmspec-bench-"));
try {
  const { files } = await compile(digits, "digits.mmspec");
  for (const file of files) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true });
    writeFileSync(join(folder, file.path), file.text);
  }
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const node = (...args: string[]) => execFileSync(process.execPath, args, { stdio: "ignore" });
  const cold = new Table({ head: ["a process of its own", "ms"], style: { head: [] } });
  cold.push(["node -e 0", text(await time(7, () => node("-e", "0")))]);
  cold.push([
    "mmspec check",
    text(await time(7, () => node("dist/cli/main.js", "check", "examples/digits.mmspec"))),
  ]);
  cold.push([
    "mmspec compile",
    text(
      await time(5, () =>
        node("dist/cli/main.js", "compile", "examples/digits.mmspec", "--out", join(folder, "out")),
      ),
    ),
  ]);
  const tsc = resolve("node_modules/typescript/bin/tsc");
  cold.push(["tsc --noEmit", text(await time(3, () => node(tsc, "-p", folder)))]);
  console.log(cold.toString());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
