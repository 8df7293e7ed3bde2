import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, it } from "vitest";
import { packNpz } from "../../runtime/data/write-npz.js";
import { mmspec } from "../support/cli.js";
import { csvOf, guestRows, guests, trainGuests } from "../support/guests.js";
import { spec } from "../support/specs.js";

type Row = Record<string, string | number>;

let folder: string;
let run: string;
beforeAll(() => {
  ({ folder, run } = trainGuests());
});

/** Predicts rows, written as CSV. */
function predict(rows: readonly Row[], ...more: string[]): Row[] {
  writeFileSync(join(folder, "new.csv"), csvOf(rows));
  const { code, out, err } = mmspec(folder, "predict", run, "new.csv", "--json", ...more);
  expect(code, err).toBe(0);
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

/** What is said of a file that doesn't fit. */
function refusal(text: string | Uint8Array, name = "bad.csv", ...more: string[]): string {
  writeFileSync(join(folder, name), text);
  const { code, out, err } = mmspec(folder, "predict", run, name, ...more);
  expect(code).toBe(1);
  expect(out.trim().split("\n").length).toBeLessThan(guests);
  expect(err).not.toContain("    at ");
  return err;
}

async function parquetRows(path: string): Promise<Row[]> {
  return (await parquetReadObjects({ file: await asyncBufferFromFile(path) })) as Row[];
}

const without = (row: Row, ...names: string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

describe("mmspec predict", () => {
  it("says of a sample what the evaluation of its run said, with the scale and names of training", async () => {
    const said = predict(guestRows());
    const held = await parquetRows(join(run, "pid.parquet"));
    expect(said).toHaveLength(guests);
    expect(held).toHaveLength(guests / 2);
    for (const row of held) {
      const own = said[row.index as number] as Row;
      expect(own.index).toBe(row.index);
      for (const name of ["prediction", "label", "rule"]) expect(own[name]).toBe(row[name]);
      for (const name of Object.keys(row).filter((key) => /^(confidence|share_)/.test(key)))
        expect(own[name], name).toBeCloseTo(row[name] as number, 5);
      expect((own.probability_no as number) + (own.probability_yes as number)).toBeCloseTo(1, 6);
      expect(own.correct).toBe(Number(row.prediction === row.label));
      expect(own.has_mood).toBe(Number((row.index as number) % 5 !== 0));
    }
    expect(new Set(said.map(({ rule }) => rule))).toEqual(
      new Set(["when missing(mood) use unique(readings)", "otherwise use gate"]),
    );
  });

  it("says the same whatever the size of its blocks and the kind of file", async () => {
    const rows = guestRows();
    const said = predict(rows);
    expect(predict(rows, "--block", "7")).toEqual(said);
    const numbers = ["r0", "r1", "r2", "price", "m0", "m1"];
    const columnData = Object.keys(rows[0] as Row).map((name) =>
      numbers.includes(name)
        ? { name, type: "DOUBLE" as const, data: rows.map((row) => (row[name] === "" ? null : row[name])) }
        : { name, type: "STRING" as const, data: rows.map((row) => row[name]) },
    );
    const bytes = parquetWriteBuffer({ columnData, rowGroupSize: 100 });
    writeFileSync(join(folder, "new.parquet"), new Uint8Array(bytes));
    const texts = (name: string) => ({ shape: [guests], values: rows.map((row) => String(row[name])) });
    const arrays = numbers.map((name) => {
      const values = Float32Array.from(rows, (row) => (row[name] === "" ? NaN : Number(row[name])));
      return [name, { shape: [guests], values }] as const;
    });
    writeFileSync(
      join(folder, "new.npz"),
      packNpz({
        ...Object.fromEntries(arrays),
        code: texts("code"),
        again: texts("again"),
        // More words than samples, which are nobody's samples.
        "readings.vocabulary": { shape: [999], values: Array.from({ length: 999 }, String) },
      }),
    );
    for (const name of ["new.parquet", "new.npz"]) {
      const { out, err } = mmspec(folder, "predict", run, name, "--json", "--block", "33");
      const others = out.trim().split("\n");
      expect(others, err).toHaveLength(guests);
      others.forEach((line, i) => {
        const { probability_yes: probability, ...rest } = JSON.parse(line) as Row;
        expect(rest.rule).toBe(said[i]?.rule);
        expect(probability).toBeCloseTo(said[i]?.probability_yes as number, 4);
      });
    }
  });

  it("writes CSV, JSON lines and Parquet that say the same", async () => {
    const said = predict(guestRows());
    for (const name of ["out.csv", "out.jsonl", "out.parquet"]) {
      const { code, out } = mmspec(folder, "predict", run, "guests.csv", "-o", name, "--json");
      expect(code).toBe(0);
      const correct = said.filter((row) => row.correct === 1).length;
      expect(JSON.parse(out)).toEqual({ file: name, samples: guests, correct, accuracy: correct / guests });
    }
    const lines = readFileSync(join(folder, "out.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as Row)).toEqual(said);
    const [head, ...cells] = readFileSync(join(folder, "out.csv"), "utf8").trim().split("\n");
    expect(head).toBe(Object.keys(said[0] as Row).join(","));
    expect(cells.map((line) => line.split(","))).toEqual(said.map((row) => Object.values(row).map(String)));
    const rows = await parquetRows(join(folder, "out.parquet"));
    rows.forEach((row, i) =>
      Object.entries(said[i] as Row).forEach(([name, value]) =>
        typeof value === "number" ? expect(row[name]).toBeCloseTo(value, 6) : expect(row[name]).toBe(value),
      ),
    );
  });

  it("needs neither labels nor what is optional", () => {
    const rows = guestRows().slice(0, 9);
    const blind = predict(rows.map((row) => without(row, "again", "m0", "m1")));
    const blank = predict(
      rows.map((row): Row => ({ ...row, m0: "", m1: "" })),
      "--no-labels",
    );
    expect(blind).toEqual(blank);
    for (const row of blind) {
      expect(row).not.toHaveProperty("label");
      expect(row).not.toHaveProperty("correct");
      expect(row).toMatchObject({ has_mood: 0, rule: "when missing(mood) use unique(readings)" });
    }
    // A name that training never saw is unknown, all such are alike.
    const coded = (code: string) => predict(rows.map((row): Row => ({ ...row, code })));
    expect(coded("99")).toEqual(coded("never"));
    expect(coded("99")).not.toEqual(coded("01"));
  });

  it("measures interactions of each sample, whatever else is in the file", () => {
    const all = predict(guestRows(), "--pid");
    const some = predict(guestRows().slice(3, 20), "--pid", "--block", "5");
    for (const atom of ["r", "u1", "u2", "s"]) {
      expect(all.every((row) => Number.isFinite(row[atom]))).toBe(true);
      some.forEach((row, i) => expect(row[atom]).toBeCloseTo(all[i + 3]?.[atom] as number, 3));
    }
    // The sum is the information of both with the label, which no sample can tell more of than its label's surprise.
    const sums = all.map((row) =>
      ["r", "u1", "u2", "s"].reduce((sum, atom) => sum + (row[atom] as number), 0),
    );
    for (const sum of sums) expect(sum).toBeLessThan(-Math.log(0.3));
    const err = refusal(csvOf(guestRows().map((row) => without(row, "again"))), "bad.csv", "--pid");
    expect(err).toContain('MM4041: The file has no column "again"');
  });

  it("refuses what doesn't fit: which column, what was found, what is wanted", () => {
    const rows = guestRows();
    const changed = (at: number, change: Row) =>
      csvOf(rows.map((row, i) => (i === at ? { ...row, ...change } : row)));
    expect(refusal(csvOf(rows.map((row) => without(row, "r1"))))).toContain(
      'MM4005: There is no column "r1"',
    );
    expect(refusal(changed(150, { r1: "high" }), "bad.csv", "--block", "32")).toContain(
      'MM4010: Column "r1" has text where numbers are wanted: "high" in row 150',
    );
    expect(refusal(changed(150, { r1: "" }), "bad.csv", "--block", "32")).toMatch(
      /MM4008: `readings` has 1 value .* the first in row 150/,
    );
    expect(refusal(changed(151, { m0: "" }), "bad.csv", "--block", "32")).toMatch(
      /MM4009: `mood` .* row 151/,
    );
    expect(refusal(changed(150, { again: "maybe" }), "bad.csv", "--block", "32")).toMatch(
      /MM4011: "maybe" in row 150 is no class of `again`/,
    );
    const wide = { shape: [2, 4], values: new Float32Array(8) };
    const one = { shape: [2], values: new Float32Array(2) };
    expect(refusal(packNpz({ r0: wide, r1: one, r2: one, price: one, code: one }), "bad.npz")).toContain(
      "MM4006: `readings` wants [3] of each sample, but the data has [6]",
    );
    expect(refusal("r0,r1\n1,2,3\n")).toContain("MM4002: The file can't be read");
    expect(refusal(Object.keys(rows[0] as Row).join(","))).toContain("MM4014: The file has no samples");
    expect(refusal("PAR1 nonsense", "bad.parquet")).toContain("MM4002");
    const gone = mmspec(folder, "predict", run, "guest.csv");
    expect(gone.code).toBe(1);
    expect(gone.err).toMatch(/MM4001: There is no file "guest.csv"[^]*did you mean "guests.csv"/);
  });

  it("leaves no file that isn't whole", () => {
    const broken = csvOf(guestRows()).replace(/\n[^\n]*$/, "\nhigh,1,1,1,1,1,1,yes");
    writeFileSync(join(folder, "half.csv"), broken);
    writeFileSync(join(folder, "half.parquet"), "what was there before");
    expect(mmspec(folder, "predict", run, "half.csv", "-o", "half.parquet", "--block", "32").code).toBe(1);
    expect(readFileSync(join(folder, "half.parquet"), "utf8")).toBe("what was there before");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(mmspec(folder, "predict", run, "guests.csv", "-o", "no/such/folder.csv").code).toBe(2);
    expect(mmspec(folder, "predict", run, "guests.csv", "-o", "out.txt").err).toContain(
      ".csv, .jsonl, .parquet",
    );
  });

  it("says what a run lacks", () => {
    expect(mmspec(folder, "predict", folder, "guests.csv")).toMatchObject({ code: 1 });
    const old = join(folder, "old");
    cpSync(run, old, { recursive: true });
    rmSync(join(old, "weights.bin"));
    expect(mmspec(folder, "predict", old, "guests.csv").err).toContain("no readable weights");
    rmSync(join(old, "trainer", "predict.ts"));
    expect(mmspec(folder, "predict", old, "guests.csv").err).toContain("has no trainer/predict.ts");
    expect(existsSync(join(old, "trainer", "evaluate.ts"))).toBe(true);
  });
});

describe("predictions of other targets", () => {
  const trained = (name: string, text: string): string => {
    writeFileSync(join(folder, `${name}.mmspec`), text);
    const { code, err } = mmspec(folder, "train", `${name}.mmspec`, "--quiet", "--runs", name);
    expect(code, err).toBe(0);
    return join(folder, name, readdirSync(join(folder, name))[0] as string);
  };
  const vectors = {
    left: { shape: [4, 9], values: Float32Array.from({ length: 36 }, (_, i) => Math.cos(i)) },
    right: { shape: [4, 12], values: Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)) },
  };

  it("are numbers; a model of drawn samples reads columns that are called like its modalities", () => {
    const text = spec({
      data: "from feature_sum(shared: 1, latent: 4, samples: 300)\n  split 0.6 train, 0.4 test seed 1",
    })
      .replace("class(3)", "regression")
      .replace("accuracy", "rmse");
    const numbers = trained("numbers", text);
    const label = { shape: [4], values: Float32Array.of(1, 2, 3, 4) };
    writeFileSync(join(folder, "numbers.npz"), packNpz({ ...vectors, label }));
    const { code, out, err } = mmspec(folder, "predict", numbers, "numbers.npz", "--json");
    expect(code, err).toBe(0);
    const rows = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, number>);
    expect(rows.map(({ target }) => target)).toEqual([1, 2, 3, 4]);
    for (const { prediction = NaN, target = NaN, error } of rows)
      expect(error).toBeCloseTo(prediction - target, 5);
    const mean = rows.reduce((sum, { error = NaN }) => sum + error ** 2 / 4, 0);
    expect(err).toContain(`root mean squared error ${Math.sqrt(mean).toPrecision(4)}`);
    expect(mmspec(folder, "predict", numbers, "numbers.npz", "--pid").err).toContain(
      "--pid measures classes",
    );
  });

  it("are labels", () => {
    const text = spec({
      data: "from logic_gate(gate: [and, xor], samples: 300)\n  split 0.6 train, 0.4 test seed 1",
    }).replace("class(3)", 'multilabel("calm", "happy")');
    const labels = trained("labels", text);
    writeFileSync(join(folder, "labels.npz"), packNpz(vectors));
    const { code, out, err } = mmspec(folder, "predict", labels, "labels.npz", "--json");
    expect(code, err).toBe(0);
    for (const line of out.trim().split("\n")) {
      const row = JSON.parse(line) as Record<string, number>;
      expect(row.prediction_calm).toBe(Number((row.probability_calm as number) >= 0.5));
      expect(row.prediction_happy).toBe(Number((row.probability_happy as number) >= 0.5));
      expect(row).not.toHaveProperty("correct");
    }
  });
});
