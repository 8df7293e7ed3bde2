import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mmspec as mmspecIn } from "../support/cli.js";
import { spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-data-"));
const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

const names = (name: string, n: number) => Array.from({ length: n }, (_, i) => `${name}${i}`);
const columns = [...names("l", 9), ...names("r", 12)];
/** Three classes; `l0` is the class itself, and the last sample is the first once more. */
const rows = Array.from({ length: 90 }, (_, i) => {
  const label = i % 3;
  return [
    ...columns.map((_, c) => (c === 0 ? label : ((i * 7 + c * 13) % 29) / 29)),
    `speaker${i % 10}`,
    label,
  ];
});
rows.push(rows[0] as never);
writeFileSync(
  join(folder, "voices.csv"),
  `${[...columns, "speaker", "label"].join(",")}\n${rows.map((row) => row.join(",")).join("\n")}\n`,
);
const fed = (name: string, n: number) =>
  names(name, n)
    .map((column) => `"${column}"`)
    .join(", ");
const data = (split: string) =>
  `from "voices.csv"\n  left <- ${fed("l", 9)} standardised\n  right <- ${fed("r", 12)}\n  label <- "label"\n  split ${split}`;
writeFileSync(join(folder, "voices.mmspec"), spec({ data: data("0.6 train, 0.4 test stratified seed 1") }));

interface Printed {
  ok: boolean;
  looks: {
    model?: string;
    samples: number;
    parts: { samples: number }[];
    warnings: { kind: string; text: string }[];
  }[];
}

describe("mmspec data", () => {
  it("looks at what a spec reads, and warns in plain words", () => {
    const { code, out } = mmspec("data", "voices.mmspec", "--html", "voices.html");
    expect(code).toBe(0);
    expect(out).toContain("Test: voices.csv, 91 samples");
    expect(out).toContain('"l0" alone tells `label`: right in 100 % of the samples');
    expect(out).toContain('"speaker" looks like a group: 10 values in 91 samples');
    const page = readFileSync(join(folder, "voices.html"), "utf8");
    expect(page).toContain("Content-Security-Policy");
    expect(page).toContain('"kind":"leak"');
    expect(existsSync(join(folder, "runs"))).toBe(false);

    const json = mmspec("data", "voices.mmspec", "--json");
    const { ok, looks } = JSON.parse(json.out) as Printed;
    expect(ok).toBe(true);
    expect(looks).toMatchObject([{ model: "Test", samples: 91 }]);
    expect(looks[0]?.parts.reduce((sum, { samples }) => sum + samples, 0)).toBe(91);
    expect(looks[0]?.warnings.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["leak", "group"]));
  });

  it("looks at a bare file, or at its first rows", () => {
    const { code, out } = mmspec("data", "voices.csv", "--target", "label", "--rows", "60");
    expect(code).toBe(0);
    expect(out).toContain("voices.csv, the first 60 samples");
    expect(out).toContain('"l0" alone tells `label`');
    const { looks } = JSON.parse(mmspec("data", "voices.csv", "--json").out) as Printed;
    expect(looks[0]?.warnings.map(({ text }) => text)).toContain(
      "1 sample of 91 has the same inputs as an earlier one.",
    );
  });

  it("looks at samples that are drawn", () => {
    writeFileSync(join(folder, "drawn.mmspec"), spec());
    const { code, out } = mmspec("data", "drawn.mmspec");
    expect(code).toBe(0);
    expect(out).toContain("Test: samples that are drawn, 300 samples");
  });

  it("ends with 1 where the data isn't as the spec says, and with 2 where the command line is wrong", () => {
    writeFileSync(join(folder, "wrong.mmspec"), spec({ data: data('from column "part"') }));
    const wrong = mmspec("data", "wrong.mmspec");
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('error MM4005: There is no column "part".');
    const printed = JSON.parse(mmspec("data", "wrong.mmspec", "--json").out) as {
      ok: boolean;
      problems: { code: string }[];
    };
    expect([printed.ok, printed.problems.map(({ code }) => code)]).toEqual([false, ["MM4005"]]);
    expect(mmspec("data", "nothing.csv").err).toContain("error MM4001");
    expect(mmspec("data", "voices.csv", "--target", "labels").err).toContain('did you mean "label"?');
    expect(mmspec("data", "voices.csv", "--model", "Test").code).toBe(2);
    expect(mmspec("data", "voices.csv", "--rows", "0").code).toBe(2);
  });
});
