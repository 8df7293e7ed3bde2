import { describe, expect, it } from "vitest";
import { cellsOf, cutStudy } from "../../studies/cells.js";
import type { CellResult } from "../../studies/results/cell-result.js";
import { contentOf } from "../../studies/results/content.js";
import { csvOf } from "../../studies/results/csv.js";
import { markdownOf } from "../../studies/results/markdown.js";
import type { RunReport } from "../../studies/results/report.js";
import { studies } from "../../studies/table.js";

function contentFor(
  name: string,
  cut: Parameters<typeof cellsOf>[1],
  report: (column: string, seed: number) => RunReport | string,
) {
  const whole = studies.get(name);
  if (whole === undefined) throw new Error(`There is no study ${name}.`);
  const study = cutStudy(whole, cut);
  const cells = cellsOf(study, cut);
  const results = cells.map((cell): CellResult => {
    const found = report(cell.column.name, cell.seed);
    const own = { name: cell.name, row: cell.row.name, column: cell.column.name, seed: cell.seed };
    const common = { ...own, origin: "", seconds: 9 };
    return typeof found === "string"
      ? { ...common, status: "failed", error: found }
      : { ...common, status: "done", engine: "wasm", processorSeconds: 11, report: found };
  });
  return contentOf(study, cut, { cells, results });
}

describe("the table of mixes", () => {
  const cut = { seeds: 2, rows: ["rs"] };
  const content = contentFor("mixes", cut, (column, seed) => {
    if (column === "dmil" && seed === 2) return "Training failed: NaN.";
    const accuracy = { joint: 0.7, ensemble: 0.6, dmil: 0.7, evidence: 0.78 }[column] ?? NaN;
    return {
      metrics: {
        accuracy: { value: accuracy + seed / 100 },
        synergy_indicator: { value: column === "ensemble" ? 0 : 0.2 },
      },
      truth: { bayesAccuracy: 0.86 + seed / 100, byType: [] },
    };
  });

  it("holds means, intervals and the best possible", () => {
    const [row] = content.measures[0]?.rows ?? [];
    expect(row?.best?.mean).toBeCloseTo(0.875, 12);
    expect(row?.columns.joint?.mean).toBeCloseTo(0.715, 12);
    expect(row?.columns.joint?.half).toBeCloseTo(12.706204736432095 * 0.005, 9);
    expect(row?.columns.dmil).toEqual({ mean: 0.71, half: NaN, n: 1 });
    expect(content.measures[1]?.rows[0]?.best).toBeUndefined();
  });

  it("says which share of the distance is closed, of the seeds that have all", () => {
    const [row] = content.closes?.rows ?? [];
    expect(row?.base).toBe("joint");
    expect(row?.columns.evidence?.mean).toBeCloseTo(0.5, 12);
    expect(row?.columns.dmil).toMatchObject({ mean: expect.closeTo(0, 12), n: 1 });
    expect(row?.columns.joint).toBeUndefined();
  });

  it("costs what its runs took", () => {
    expect(content.cells).toEqual({ all: 8, done: 7, failed: 1 });
    expect(content.cost).toEqual({ processorSeconds: 77, minutesOnTwoCores: 84 / 120 });
  });

  it("reads well, and says that it was changed and what failed", async () => {
    const text = await markdownOf(content);
    expect(text).toContain("`mmspec study mixes --seeds 2 --rows rs`");
    expect(text).toContain("Not the study as it stands");
    expect(text).toMatch(/\| 1\/2 R, 1\/2 S \| \.875 ± \.064 +\| \.715 ± \.064 \| \.615 ± \.064 \| \.710 \|/);
    expect(text).toMatch(/\| 1\/2 R, 1\/2 S \| joint +\| 0 % +\| 50 ± 0 % +\|/);
    expect(text).toContain("`rs.dmil.2`:\n\n```\nTraining failed: NaN.\n```");
    const whole = await markdownOf(contentFor("mixes", {}, () => "no"));
    expect(whole).not.toContain("Not the study as it stands");
    expect(csvOf(content).split("\n")[1]).toMatch(/^accuracy,rs,best possible,2,0\.87\d*,0\.06\d*$/);
    expect(csvOf(content)).toContain("closes,rs,dmil,1,");
  });
});

it("averages what each true type is taken for, and names it", () => {
  const content = contentFor("gate", { seeds: 2, rows: ["rs-silent"], only: ["dmil"] }, (_, seed) => ({
    metrics: { accuracy: { value: 0.5 } },
    truth: {
      bayesAccuracy: 0.9,
      byType: [
        {
          type: "redundant",
          samples: 10,
          accuracy: 1,
          dominant: { redundant: 4 + seed, uniqueA: 6 - seed, synergistic: 0 },
          auroc: { redundant: 0.7, uniqueA: 0.2, synergistic: 0.1 },
          posterior: { dominant: { redundant: 10, synergistic: 0 }, auroc: 1 },
        },
        {
          type: "synergistic",
          samples: 30,
          accuracy: 0.3,
          dominant: { redundant: 0, uniqueA: 0, synergistic: 30 },
          auroc: { redundant: 0.3, uniqueA: 0.2, synergistic: 0.9 },
          posterior: { dominant: { redundant: 3, synergistic: 27 }, auroc: 0.95 },
        },
      ],
    },
  }));
  const value = (name: string) => content.measures.find((measure) => measure.name === name)?.rows[0];
  expect(value("named")?.columns.dmil?.mean).toBeCloseTo((35 + 36) / 80, 12);
  expect(value("named")?.best?.mean).toBeCloseTo(37 / 40, 12);
  expect(value("auroc-redundant")?.columns.dmil?.mean).toBeCloseTo(0.7, 12);
  expect(value("auroc-synergistic")?.best?.mean).toBeCloseTo(0.95, 12);
  expect(value("auroc-unique-a")?.columns).toEqual({});
  const [own, best] = content.confusion ?? [];
  expect(own).toMatchObject({ column: "dmil", heads: ["redundant", "uniqueA", "synergistic"] });
  expect(own?.types[0]?.shares[0]).toBeCloseTo(0.55, 12);
  expect(own?.types[1]?.shares).toEqual([0, 0, 1]);
  expect(best).toMatchObject({ column: "best possible", heads: ["redundant", "synergistic"] });
  expect(best?.types[1]?.shares[0]).toBeCloseTo(0.1, 12);
});
