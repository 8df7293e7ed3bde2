import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../runtime/index.js";
import { mmspec } from "../support/cli.js";
import { int16, png, wav } from "../support/media.js";
import { tokenizerJson } from "../support/tokenizer.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-sources-cli-"));
const size = 40;

beforeAll(async () => {
  if (!existsSync("dist/cli/main.js")) throw new Error("Build first: npm run build");
  const random = new Random(1);
  mkdirSync(join(folder, "animals/files"), { recursive: true });
  const lines = ["photo\tcry\tage\tcity\tbarks\tmeows\tbreed\tsaid\tnoted\tkind"];
  for (let i = 0; i < size; i++) {
    const kind = i % 2;
    const side = 12 + (i % 9);
    const pixels = Array.from({ length: side * side * 3 }, () => random.integer(128) + 127 * kind);
    writeFileSync(join(folder, `animals/files/${i}.png`), await png(pixels, side, 3));
    const sound = Array.from({ length: 3000 + 20 * i }, () => Math.round(3000 * random.normal()));
    writeFileSync(join(folder, `animals/files/${i}.wav`), wav(int16(...sound)));
    const photo = i % 5 === 0 ? "" : `files/${i}.png`;
    const city = ["Bern", "Oslo", "Rome"][i % 3] as string;
    const told = [photo, `files/${i}.wav`, 3 * i, city, 100 * kind + i, 7];
    const words = ["siam", "it sat", "a cat", "pug", "it ran", "a dog"].slice(3 * kind, 3 * kind + 3);
    lines.push([...told, ...words, ["cat", "dog"][kind]].join("\t"));
  }
  writeFileSync(join(folder, "animals/list.tsv"), lines.join("\n"));
  writeFileSync(join(folder, "tokenizer.json"), tokenizerJson());
  writeFileSync(join(folder, "files.mmspec"), readFileSync("test/golden/files.mmspec"));
});

describe("pictures and sounds that a table names", () => {
  it("are learned from, and measured again by the statistics that training had", () => {
    const trained = mmspec(folder, "train", "files.mmspec", "--json", "--runs", "runs");
    expect(trained.code, trained.err).toBe(0);
    const { metrics } = JSON.parse(trained.out) as { metrics: Record<string, { value: number }> };
    expect(metrics.accuracy?.value).toBeGreaterThan(0.6);
    const run = join(folder, "runs", readdirSync(join(folder, "runs"))[0] as string);
    const statistics = JSON.parse(readFileSync(join(run, "statistics.json"), "utf8")) as Record<
      string,
      { mean: number[] }
    >;
    expect(Object.keys(statistics)).toEqual(["photo", "about", "counts"]);
    expect(statistics.photo?.mean).toHaveLength(3);
    const again = mmspec(folder, "evaluate", run, "--json");
    expect(again.code, again.err).toBe(0);
    expect((JSON.parse(again.out) as { metrics: unknown }).metrics).toEqual(metrics);
    // Other statistics are other inputs: those of the run are what is read.
    writeFileSync(join(run, "statistics.json"), "{");
    const damaged = mmspec(folder, "evaluate", run);
    expect(damaged.code).toBe(1);
    expect(damaged.err).toContain("statistics.json is damaged");
  });
});
