import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { DataError } from "../../../runtime/data/problems.js";
import { readParquet } from "../../../runtime/data/parquet.js";
import { readTable } from "../../../runtime/data/read.js";
import type { Column } from "../../../runtime/data/table.js";
import { spec } from "../specs.js";
import type { Whole } from "./attacked.js";
import { leftovers } from "./intact.js";
import { call, during, flipped, type Fault, type Found } from "./run-faults.js";

const rows = 4000;
const left = Array.from({ length: 9 }, (_, k) => `l${k}`);
const right = Array.from({ length: 12 }, (_, k) => `r${k}`);

/** A spec that reads a column for each number. */
const source = spec({
  train: "train { paradigm joint epochs 1 batch 32 seed 3 }",
  data: `from "data.csv"
  left <- ${left.map((name) => `"${name}"`).join(", ")}
  right <- ${right.map((name) => `"${name}"`).join(", ")}
  label <- "label"
  split 0.6 train, 0.2 validation, 0.2 test seed 1`,
})
  .replace("left: vector(9)", `left: table(${left.join(", ")})`)
  .replace("right: vector(12)", `right: table(${right.join(", ")})`);

const value = (i: number, k: number) => Number(Math.sin(i * 7 + k).toFixed(4));

function csv(count: number): string {
  const names = [...left, ...right];
  const lines = Array.from({ length: count }, (_, i) =>
    [...names.map((_, k) => value(i, k)), i % 3].join(","),
  );
  return `${[...names, "label"].join(",")}\n${lines.join("\n")}\n`;
}

function parquet(count: number): Uint8Array {
  const columnData = [...left, ...right].map((name, k) => ({
    name,
    type: "DOUBLE" as const,
    data: Array.from({ length: count }, (_, i) => value(i, k)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 200 }));
}

/** A run that was trained on a table, and answers of an earlier time. */
function trained(folder: string, whole: Whole): string {
  const place = join(whole.folder, "of-table");
  if (!readdirSync(whole.folder).includes("of-table")) {
    mkdirSync(place);
    writeFileSync(join(place, "s.mmspec"), source);
    writeFileSync(join(place, "data.csv"), csv(300));
    const { code, said } = call(place, "train", "s.mmspec", "--quiet", "--engine", "cpu");
    if (code !== 0) throw new Error(said);
  }
  mkdirSync(folder, { recursive: true });
  cpSync(join(whole.folder, "said.parquet"), join(folder, "said.parquet"));
  return join(place, "runs", readdirSync(join(place, "runs"))[0] as string);
}

/** Predicts a file and does something to it once some of it was read. */
async function whileRead(
  folder: string,
  whole: Whole,
  { name, bytes }: { name: string; bytes: string | Uint8Array },
  act: (path: string) => void,
): Promise<Found> {
  const run = trained(folder, whole);
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const args = ["predict", run, name, "-o", "said.parquet", "--block", "16", "--engine", "cpu", "--quiet"];
  const begun = () => readdirSync(folder).some((each) => each.startsWith("said.parquet."));
  const found = await during(folder, args, begun, () => act(path));
  const same = readFileSync(join(folder, "said.parquet")).equals(
    readFileSync(join(whole.folder, "said.parquet")),
  );
  return { ...found, lost: [...(same ? [] : ["said.parquet"]), ...leftovers(folder)] };
}

/** What a reader makes of damaged files: an error that says so, or other numbers where the format has no checksums; anything else is `lost`. */
async function damagedFiles(folder: string, name: string, bytes: Buffer): Promise<string[]> {
  const lost: string[] = [];
  for (let part = 0; part < 1; part += 1 / 40)
    for (const damaged of [bytes.subarray(0, Math.floor(bytes.length * part)), flipped(bytes, part)]) {
      writeFileSync(join(folder, name), damaged);
      const found = await readTable(name, folder).catch((error: unknown) => error);
      if (found instanceof Error && !(found instanceof DataError)) lost.push(`${part}: ${found.message}`);
    }
  return lost;
}

/** Faults of the data. */
export const dataFaults: readonly Fault[] = [
  {
    name: "a CSV file cut off while it is read",
    wants: { code: 1, said: /data\.csv error MM4085: The file was changed while it was read/ },
    inject: (folder, whole) =>
      whileRead(folder, whole, { name: "data.csv", bytes: csv(rows * 20) }, (path) =>
        truncateSync(path, 1e5),
      ),
  },
  {
    name: "a Parquet file removed while it is read",
    wants: { code: 1, said: /data\.parquet error MM4002: The file can't be read: .*ENOENT/ },
    inject: (folder, whole) =>
      whileRead(folder, whole, { name: "data.parquet", bytes: parquet(rows) }, (path) => rmSync(path)),
  },
  {
    name: "a Parquet file cut off while it is read",
    wants: { code: 1, said: /data\.parquet error MM4085/ },
    inject: (folder, whole) =>
      whileRead(folder, whole, { name: "data.parquet", bytes: parquet(rows) }, (path) =>
        truncateSync(path, 2e4),
      ),
  },
  {
    name: "a corrupt page of Parquet",
    wants: { code: 1, said: /data\.parquet error MM4002: The file can't be read/ },
    async inject(folder, whole) {
      const run = trained(folder, whole);
      const bytes = Buffer.from(parquet(300));
      // The header of the first page, behind the four letters that the file begins with.
      bytes.fill(0xff, 4, 12);
      writeFileSync(join(folder, "data.parquet"), bytes);
      const found = call(folder, "predict", run, "data.parquet", "-o", "said.parquet", "--engine", "cpu");
      const lost = await damagedFiles(folder, "other.parquet", Buffer.from(parquet(300)));
      const same = await readParquet(join(folder, "said.parquet")).then(
        ({ columns }) => (columns.values().next().value as Column).values.length === 300,
      );
      return { ...found, lost: [...lost, ...(same ? [] : ["said.parquet"]), ...leftovers(folder)] };
    },
  },
  {
    name: "the data file is gone when training begins",
    wants: { code: 1, said: /data\.csv error MM4001: There is no file "data\.csv"/ },
    async inject(folder) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "s.mmspec"), source);
      return { ...call(folder, "train", "s.mmspec", "--engine", "cpu"), lost: leftovers(folder) };
    },
  },
];
