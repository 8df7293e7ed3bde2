import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lockFolder } from "../../runtime/runs/lock.js";
import { mmspec as mmspecIn } from "../support/cli.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-folds-"));
const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

const patients = 12;
const rows = Array.from({ length: 120 }, (_, i) => {
  const sick = i % 3 === 0;
  return [
    `p${i % patients}`,
    sick ? 2 + (i % 7) / 10 : (i % 5) / 10,
    (i % 11) / 10,
    sick ? "sick" : "well",
  ].join(",");
});
writeFileSync(join(folder, "ward.csv"), `patient,pulse,lab,outcome\n${rows.join("\n")}\n`);

const spec = (split: string, epochs = 2) => `model Ward {
  target outcome: class("sick", "well")
  modality pulse: vector(1)
  modality lab: vector(1)
  encoder Pulse for pulse = mlp(4)
  encoder Lab for lab = mlp(4)
  fusion = concat -> mlp(4)
  train { paradigm joint epochs ${epochs} batch 16 seed 1 }
  evaluate { accuracy, macro_f1 }
}

data for Ward {
  from "ward.csv"
  pulse <- "pulse"
  lab <- "lab"
  outcome <- "outcome"
  split ${split}
}
`;

const read = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8")) as never;

describe("mmspec train --folds", () => {
  it("trains each fold once, and tells mean and deviation of each metric", () => {
    writeFileSync(
      join(folder, "ward.mmspec"),
      spec('fold 1 of 3, 0.2 validation by group "patient" stratified seed 2'),
    );
    const first = mmspec("train", "ward.mmspec", "--folds", "--json");
    expect(first.code).toBe(0);
    const { folds, metrics } = JSON.parse(first.out) as {
      folds: { run: string; samples: { train: number; test: number }; metrics: { accuracy: number } }[];
      metrics: { accuracy: { mean: number; deviation: number; folds: number } };
    };
    expect(read("runs/ward-folds/folds.json")).toEqual(JSON.parse(first.out));
    expect(folds.map(({ run }) => run)).toEqual(["fold-1", "fold-2", "fold-3"]);
    expect(folds.reduce((sum, { samples }) => sum + samples.test, 0)).toBe(120);
    const values = folds.map(({ metrics }) => metrics.accuracy);
    const mean = values.reduce((a, b) => a + b) / 3;
    expect(metrics.accuracy.mean).toBeCloseTo(mean, 12);
    expect(metrics.accuracy.deviation).toBeCloseTo(
      Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2),
      12,
    );

    // A fold that is missing is trained again, the others are left as they are.
    rmSync(join(folder, "runs/ward-folds/fold-2"), { recursive: true });
    const before = statSync(join(folder, "runs/ward-folds/fold-1/metrics.json")).mtimeMs;
    const again = mmspec("train", "ward.mmspec", "--folds");
    expect(again.code).toBe(0);
    expect(again.err).toContain("fold 1 of 3 is complete");
    expect(again.err).not.toContain("fold 2 of 3 is complete");
    expect(again.out).toContain("│ deviation │");
    expect(statSync(join(folder, "runs/ward-folds/fold-1/metrics.json")).mtimeMs).toBe(before);
    expect(read("runs/ward-folds/folds.json")).toEqual(JSON.parse(first.out));

    writeFileSync(
      join(folder, "ward.mmspec"),
      spec('fold 1 of 3, 0.2 validation by group "patient" stratified seed 3'),
    );
    const other = mmspec("train", "ward.mmspec", "--folds");
    expect(other.code).toBe(1);
    expect(other.err).toContain("was trained with another ward.mmspec");
  });

  it("trains no folds of different data, and none that another process trains", async () => {
    const own = mkdtempSync(join(tmpdir(), "mmspec-folds-data-"));
    const table = `patient,pulse,lab,outcome\n${rows.join("\n")}\n`;
    writeFileSync(join(own, "ward.mmspec"), spec("fold 1 of 2 seed 2", 1));
    // Data that can't be learned from is mended, and is no other one then.
    writeFileSync(join(own, "ward.csv"), table.replace("sick", "ill"));
    expect(mmspecIn(own, "train", "ward.mmspec", "--folds", "--quiet").err).toContain("MM40");
    writeFileSync(join(own, "ward.csv"), table);
    expect(mmspecIn(own, "train", "ward.mmspec", "--folds", "--quiet")).toMatchObject({ code: 0, err: "" });
    const folds = join(own, "runs", "ward-folds");
    rmSync(join(folds, "fold-2"), { recursive: true });
    writeFileSync(join(own, "ward.csv"), table.replace("p0,", "p1,"));
    const changed = mmspecIn(own, "train", "ward.mmspec", "--folds");
    expect(changed.code).toBe(1);
    expect(changed.err).toContain("the data changed since the first fold was trained");
    expect(existsSync(join(folds, "fold-2"))).toBe(false);

    writeFileSync(join(own, "ward.csv"), table);
    const lock = await lockFolder(folds, { name: "folds", lost: () => undefined });
    const busy = mmspecIn(own, "train", "ward.mmspec", "--folds");
    await lock.release();
    expect(busy.code).toBe(1);
    expect(busy.err).toMatch(/its folds are being trained \(process \d+ on .*Wait for that/);
    expect(mmspecIn(own, "train", "ward.mmspec", "--folds", "--quiet")).toMatchObject({ code: 0, err: "" });
    expect(existsSync(join(folds, "fold-2", "metrics.json"))).toBe(true);
    expect(readdirSync(folds).sort()).toEqual(["data.json", "fold-1", "fold-2", "folds.json"]);
  });

  it("wants folds", () => {
    writeFileSync(join(folder, "plain.mmspec"), spec("0.7 train, 0.3 test"));
    const { code, err } = mmspec("train", "plain.mmspec", "--folds");
    expect(code).toBe(2);
    expect(err).toContain("write `split fold 1 of 5 stratified`");
  });
});

describe("the other splits", () => {
  it("say what is wrong with their column", () => {
    const looked = (split: string) => {
      writeFileSync(join(folder, "other.mmspec"), spec(split, 1));
      return mmspec("data", "other.mmspec");
    };
    expect(looked('0.5 train, 0.5 test by group "patience"').err).toContain('did you mean "patient"?');
    expect(looked('from column "outcome"').err).toContain('"sick" in row 0 of column "outcome" is no part');
    expect(looked('0.5 train, 0.5 test by time "patient"').err).toContain(
      '"p0" in row 0 of column "patient" is no time',
    );
    expect(looked('fold 1 of 20 by group "patient"').err).toContain("has 12 different groups for 20 parts");
    expect(looked('0.6 train, 0.4 test by time "lab"').code).toBe(0);
    // Training says the same.
    writeFileSync(join(folder, "other.mmspec"), spec('from column "outcome"', 1));
    expect(mmspec("train", "other.mmspec", "--quiet").err).toContain("MM4070");
  });
});
