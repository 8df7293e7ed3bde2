import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadData, Random, type DataPlan } from "../../runtime/data/index.js";
import { expectSame, problemsOf } from "../support/streamed.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-streamed-join-"));

type Row = Record<string, string | number>;

function csv(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  return [names.join(","), ...rows.map((row) => names.map((name) => row[name]).join(","))].join("\n");
}

const random = new Random(2);
const visits: Row[] = Array.from({ length: 3000 }, (_, i) => ({
  patient: i % 50 === 7 ? "" : `p${random.integer(400)}`,
  ward: random.integer(12),
  note: `w${random.integer(60)} w${random.integer(9)}`,
  y: i % 3,
}));
const patients: Row[] = Array.from({ length: 380 }, (_, i) => ({
  patient: `p${i + 5}`,
  age: 20 + (i % 60),
  kind: `0${i % 4}`,
}));
const wards: Row[] = Array.from({ length: 9 }, (_, i) => ({ ward: `${i}`, beds: 3 * i }));
writeFileSync(join(folder, "visits.csv"), csv(visits));
writeFileSync(join(folder, "part-1.csv"), csv(visits.slice(0, 700)));
writeFileSync(join(folder, "part-2.csv"), csv(visits.slice(700)));
writeFileSync(join(folder, "patients.csv"), csv(patients));
writeFileSync(join(folder, "wards.csv"), csv(wards));

function plan(parts: Partial<DataPlan> = {}, optional = false): DataPlan {
  return {
    from: "visits.csv",
    modalities: {
      note: {
        columns: ["note"],
        shape: [3],
        vocabulary: 40,
        transforms: [{ kind: "tokenised", words: 40 }],
      },
      patient: {
        columns: ["age", "kind"],
        shape: [2],
        categories: { kind: 4 },
        optional,
        transforms: [{ kind: "standardised" }],
      },
      beds: { columns: ["beds"], shape: [1], optional: true },
    },
    target: { name: "y", column: "y", classes: 3 },
    joins: [
      { with: "patients.csv", by: "patient", line: 3 },
      { with: "wards.csv", by: "ward", line: 4 },
    ],
    split: { train: 0.6, validation: 0.1, test: 0.3, stratified: true, seed: 5 },
    ...parts,
  };
}

const streamed = (given: DataPlan, within = 6 * 2 ** 20) =>
  loadData({ ...given, streamed: { within } }, folder);

describe("files that are joined while the first is streamed", () => {
  it("tell of its rows what they tell in memory, and leave the same ones out", async () => {
    for (const given of [
      plan(),
      plan({}, true),
      plan({ from: "part-*.csv" }),
      plan({
        split: { train: 0.6, validation: 0.1, test: 0.3, by: { kind: "group", column: "patient" }, seed: 5 },
      }),
    ]) {
      const memory = await loadData(given, folder);
      expect(memory.reading?.joins).toHaveLength(2);
      await expectSame(memory, await streamed(given));
      await expectSame(memory, await streamed(given));
    }
  });

  it("go with samples that can't be read", async () => {
    const wrong = patients.map((row, i) => (i === 30 ? { ...row, age: "" } : row));
    writeFileSync(join(folder, "wrong.csv"), csv(wrong as Row[]));
    const given = plan({
      joins: [
        { with: "wrong.csv", by: "patient" },
        { with: "wards.csv", by: "ward" },
      ],
    });
    expect(await problemsOf(streamed(given))).toEqual(await problemsOf(loadData(given, folder)));
    const skipping = { ...given, skip: { atMost: 0.1 } };
    const memory = await loadData(skipping, folder);
    expect(memory.reading?.skipped?.count).toBeGreaterThan(1);
    await expectSame(memory, await streamed(skipping));
  });

  it("are refused where they don't fit into the bound, for the same reasons, and where keys are written in two ways", async () => {
    for (const joins of [
      [{ with: "patients.csv", by: "who" }],
      [{ with: "none.csv", by: "patient" }],
      [{ with: "visits.csv", by: "patient" }],
    ]) {
      const found = await problemsOf(loadData(plan({ joins }), folder));
      expect(found).toContain((await problemsOf(streamed(plan({ joins }))))[0]);
    }
    const [large] = await problemsOf(
      streamed(plan({ joins: [{ with: "patients.csv", by: "patient" }] }), 16_000),
    );
    expect(large).toMatch(/patients.csv MM4099 .*looked up in memory/);
    writeFileSync(
      join(folder, "texts.csv"),
      csv([
        ...wards.map(({ ward, beds }) => ({ ward: `0${ward}`, beds: beds as number })),
        { ward: "x", beds: 1 },
      ]),
    );
    const texts = plan({
      joins: [
        { with: "patients.csv", by: "patient" },
        { with: "texts.csv", by: "ward" },
      ],
    });
    expect(await problemsOf(streamed(texts))).toEqual([expect.stringContaining("MM4112")]);
  });
});
