import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mmspec } from "./cli.js";

export const guests = 240;
/** Names that look like numbers, and one that doesn't. */
const codes = ["01", "02", "A3"];
const noise = (i: number, j: number) => Math.sin(12.9898 * (i + 1) + 78.233 * (j + 1) * (i + 3));

/** Row `i` by the column; `mood` is missing in every fifth. */
export function guestOf(i: number): Record<string, string | number> {
  const readings = [0, 1, 2].map((j) => 100 * noise(i, j));
  const code = codes[i % 3] as string;
  const stays = (readings[0] as number) + 80 * ((i % 3) - 1) > 0;
  const mood = [0, 1].map((j) => (i % 5 === 0 ? "" : noise(i + 999, j) + (stays ? 1 : -1)));
  return {
    r0: readings[0] as number,
    r1: readings[1] as number,
    r2: readings[2] as number,
    price: 50 + (i % 7),
    code,
    m0: mood[0] as number | string,
    m1: mood[1] as number | string,
    again: stays ? "yes" : "no",
  };
}

/** CSV of rows by the names of the first. */
export function csvOf(rows: readonly Record<string, string | number>[]): string {
  const names = Object.keys(rows[0] ?? {});
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map((row) => row.join(",")).join("\n");
}

export const guestRows = (): Record<string, string | number>[] =>
  Array.from({ length: guests }, (_, i) => guestOf(i));

const source = `model Guests {
  target again: class("no", "yes")
  modality readings: vector(3)
  modality stay: table(price: number, code: category(4))
  optional modality mood: vector(2)
  encoder Reader for readings = mlp(8)
  encoder Clerk for stay = norm(batch) -> mlp(8)
  encoder Ear for mood = mlp(8)
  fusion {
    redundant(readings, stay, mood) = align(cosine) -> linear
    unique(readings) = linear
    unique(stay) = linear
    unique(mood) = linear
    gate = mlp(8)
    when missing(mood) use unique(readings)
    otherwise use gate
  }
  train { paradigm joint optimizer adam(lr: 1e-2) epochs 6 batch 32 seed 3 }
  evaluate { accuracy, pid lsmi(folds: 2) of readings, stay per sample }
}

data for Guests {
  from "guests.csv"
  readings <- "r0", "r1", "r2" scaled by 1/100
  mood <- "m0", "m1"
  again <- "again"
  split 0.5 train, 0.5 test stratified seed 1
}
`;

/** Trains a small model of readings, a table's row and what may be missing. @returns the folder in which it ran, and the run */
export function trainGuests(): { folder: string; run: string } {
  const folder = mkdtempSync(join(tmpdir(), "mmspec-guests-"));
  writeFileSync(join(folder, "guests.csv"), csvOf(guestRows()));
  writeFileSync(join(folder, "guests.mmspec"), source);
  const { code, err } = mmspec(folder, "train", "guests.mmspec", "--quiet");
  if (code !== 0) throw new Error(`The run failed: ${err}`);
  const [name = ""] = readdirSync(join(folder, "runs"));
  return { folder, run: join(folder, "runs", name) };
}
