import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyse } from "../../compiler/index.js";
import { readBudget } from "../../sweep/budget.js";
import { Journal } from "../../sweep/journal.js";
import { epochsAt, rungCount } from "../../sweep/rungs.js";
import { withSeed } from "../../sweep/seeds.js";
import { stageEpochs } from "../../sweep/trial.js";
import { block, spec } from "../support/specs.js";

describe("rungs", () => {
  it("halve the epochs of the last stage down to one or more of the shortest", () => {
    expect(rungCount([20, 9], 3)).toBe(3);
    expect(rungCount([8], 3)).toBe(2);
    expect(rungCount([1, 100], 2)).toBe(1);
    const rungs = { count: 3, eta: 3 };
    expect([0, 1, 2].map((rung) => epochsAt({ before: 0, last: 20 }, rung, rungs))).toEqual([3, 7, 20]);
    expect([0, 1, 2].map((rung) => epochsAt({ before: 6, last: 9 }, rung, rungs))).toEqual([7, 9, 15]);
  });

  it("come after the stages that learn no answer", () => {
    const epochsOf = (train: string) => {
      const [ir] = analyse(spec({ fusion: block, train: `train { ${train} }` })).models;
      return ir && stageEpochs(ir);
    };
    expect(epochsOf("paradigm dmil(intra: 4, consistency: 2, joint: 6)")).toEqual({ before: 6, last: 6 });
    expect(epochsOf("paradigm joint epochs 5")).toEqual({ before: 0, last: 5 });
  });
});

describe("withSeed", () => {
  it("sets the seed of training and of nothing else", () => {
    for (const train of ["train { epochs 3 seed 3 batch 8 }", "train { epochs 3 }", ""]) {
      const changed = withSeed(spec({ train }), "Test", 41);
      const [ir] = analyse(changed).models;
      expect(ir?.training.seed).toBe(41);
      expect(ir?.data?.split.seed).toBe(1);
      expect(changed).toContain("samples: 300, noise: 0.3, seed: 2");
    }
  });
});

describe("readBudget", () => {
  it("reads times", () => {
    expect(["10m", "1h30m", "90s", "1h 5s", "0.5m"].map(readBudget)).toEqual([
      600e3, 5400e3, 90e3, 3605e3, 30e3,
    ]);
    for (const text of ["10", "m", "ten minutes", "10 m x", "-5m", ""])
      expect(() => readBudget(text)).toThrow("--budget wants a time");
  });
});

describe("Journal", () => {
  const line = (trial: string) => ({ type: "task", trial, rung: 0 }) as const;

  it("takes away a last line that was half-written, and keeps all before it", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "mmspec-journal-")), "journal.jsonl");
    const journal = await Journal.open(path);
    await Promise.all([journal.append(line("a")), journal.append(line("b"))]);
    await journal.close();
    const whole = readFileSync(path, "utf8");
    for (const cut of ["{", '{"type":"task","trial":"c"', `${JSON.stringify(line("ü"))}`]) {
      appendFileSync(path, cut);
      const again = await Journal.open(path);
      expect(again.lines).toEqual([line("a"), line("b")]);
      await again.close();
      expect(readFileSync(path, "utf8")).toBe(whole);
    }
  });

  it("says which line is damaged", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "mmspec-journal-")), "journal.jsonl");
    writeFileSync(path, `${JSON.stringify(line("a"))}\nno json\n`);
    await expect(Journal.open(path)).rejects.toThrow(`${path}:2: the line is no JSON`);
  });
});
