import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import h5wasm, { File } from "h5wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../runtime/index.js";
import { mmspec } from "../support/cli.js";
import { int16, wav } from "../support/media.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-joined-"));
const patients = 60;
const wards = ["north", "south", "west"];

/** Visits in two files, scans in HDF5, sounds that a list names; a scan and a sound are lacking here and there. */
beforeAll(async () => {
  if (!existsSync("dist/cli/main.js")) throw new Error("Build first: npm run build");
  const random = new Random(1);
  for (const name of ["visits", "sounds"]) mkdirSync(join(folder, name));
  const visit = (i: number) =>
    [`p${i}`, i === 7 ? "unknown" : 30 + i, wards[i % 3], i === 9 ? "perhaps" : ["no", "yes"][i % 2]].join(
      ",",
    );
  for (const [name, from, to] of [
    ["2025", 0, 40],
    ["2026", 40, patients],
  ] as const) {
    const rows = Array.from({ length: to - from }, (_, i) => visit(from + i));
    writeFileSync(join(folder, `visits/${name}.csv`), ["patient,age,ward,stays", ...rows].join("\n"));
  }
  const { FS } = (await h5wasm.ready) as unknown as { FS: { readFile(path: string): Uint8Array } };
  const file = new File("scans.h5", "w");
  const scanned = Array.from({ length: patients }, (_, i) => patients - 1 - i).filter((i) => i % 10 !== 3);
  file.create_dataset({ name: "patient", data: scanned.map((i) => `p${i}`) });
  const values = Float64Array.from(
    scanned.flatMap((i) => [(i % 2) * 4 + random.normal(), random.normal(), i]),
  );
  file.create_group("chest").create_dataset({
    name: "values",
    data: values,
    shape: [scanned.length, 3],
    chunks: [16, 3],
    compression: "gzip",
  });
  file.close();
  writeFileSync(join(folder, "scans.h5"), FS.readFile("scans.h5"));
  const list = Array.from({ length: patients }, (_, i) => {
    writeFileSync(
      join(folder, `sounds/${i}.wav`),
      i === 5
        ? "RIFF"
        : wav(int16(...Array.from({ length: 2000 }, () => Math.round(2000 * random.normal())))),
    );
    return { patient: `p${i}`, cough: i % 8 === 1 ? null : `${i}.wav` };
  });
  writeFileSync(join(folder, "sounds/list.jsonl"), list.map((each) => JSON.stringify(each)).join("\n"));
  writeFileSync(join(folder, "joined.mmspec"), readFileSync("test/golden/joined.mmspec"));
});

interface Said {
  index: number;
  prediction: string;
  has_scan: number;
  unreadable: string;
}

describe("files joined by a key", () => {
  it("are trained from, and what can't be read or has no partner is told of in run.json and metrics.json", () => {
    const trained = mmspec(folder, "train", "joined.mmspec", "--json", "--runs", "runs");
    expect(trained.code, trained.err).toBe(0);
    const reading = {
      skipped: {
        count: 3,
        of: patients,
        first: [
          { row: 5, where: "visits/2025.csv", code: "MM4051" },
          { row: 7, where: "visits/2025.csv", code: "MM4010" },
          { row: 9, where: "visits/2025.csv", code: "MM4011" },
        ],
      },
      joins: [
        { with: "scans.h5", by: "patient", rows: patients, without: 6, kept: true, unused: 0 },
        { with: "sounds/list.jsonl", by: "patient", rows: patients, without: 0, kept: true, unused: 0 },
      ],
    };
    expect(JSON.parse(trained.out)).toMatchObject({ reading, samples: { train: 40, test: 17 } });
    const run = join(folder, "runs", readdirSync(join(folder, "runs"))[0] as string);
    const record = JSON.parse(readFileSync(join(run, "run.json"), "utf8")) as { reading: unknown };
    expect(record.reading).toMatchObject({ joins: reading.joins, skipped: { count: 3 } });

    const again = mmspec(folder, "evaluate", run);
    expect(again.code, again.err).toBe(0);
    expect(again.err).toContain(
      'joined    by "patient": 6 of 60 rows aren\'t in scans.h5 and lack what it tells ("p3", "p13", "p23", ...)',
    );
    expect(again.err).toContain("skipped   3 of 60 samples that can't be read (5 %):");
    expect(again.err).toContain("visits/2025.csv row 5: MM4051");

    // A file to predict has all columns in it, but those of what may be missing.
    const alone = mmspec(folder, "predict", run, "visits/2025.csv");
    expect(alone.code, alone.err).toBe(0);
    writeFileSync(join(folder, "few.csv"), "age\n31\n");
    const few = mmspec(folder, "predict", run, "few.csv");
    expect(few.code).toBe(1);
    expect(few.err).toContain(
      'MM4111: There is no column "ward": the model learned from files that were joined',
    );
    writeFileSync(
      join(folder, "new.jsonl"),
      [
        { age: 31, ward: "north", "chest/values": [4, 0, 1] },
        { age: "old", ward: "north", "chest/values": [0, 0, 1] },
        { age: 32, ward: "south", "chest/values": [1, 2] },
        { age: 33, ward: "east", "chest/values": null },
      ]
        .map((each) => JSON.stringify(each))
        .join("\n"),
    );
    const predicted = mmspec(folder, "predict", run, "new.jsonl", "--json");
    expect(predicted.code, predicted.err).toBe(0);
    const said = predicted.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Said);
    expect(said.map(({ index, unreadable, has_scan: has }) => [index, unreadable.slice(0, 6), has])).toEqual([
      [0, "", 1],
      [1, "MM4010", null],
      [2, "MM4109", null],
      [3, "", 0],
    ]);
    expect(predicted.err).toContain("2 samples predicted, 2 skipped that can't be read");
  });
});
