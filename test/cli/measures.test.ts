import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { describe, expect, it } from "vitest";
import { mmspec } from "../support/cli.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-measures-"));

interface Pid {
  measure: string;
  on: string;
  unit: string;
  suffix: string;
  samples: number;
  gap?: number;
  mean: Record<string, { mean: number; error: number | null }>;
  informations?: Record<string, { plugin: number }>;
}

/** Trains a spec. @returns what the run's files say of its measures */
async function train(name: string, text: string) {
  writeFileSync(join(folder, name), text);
  const { code, err } = mmspec(folder, "train", name, "--runs", `${name}-runs`, "--quiet");
  expect(err).toBe("");
  expect(code).toBe(0);
  const run = join(folder, `${name}-runs`, readdirSync(join(folder, `${name}-runs`))[0] as string);
  const { pid } = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as { pid: Pid[] };
  const file = await asyncBufferFromFile(join(run, "pid.parquet"));
  return { pid, rows: (await parquetReadObjects({ file })) as Record<string, number>[] };
}

const total = ({ mean }: Pid) => Object.values(mean).reduce((sum, atom) => sum + atom.mean, 0);

describe("a run with several measures", () => {
  it("measures with each at its point, and tells its columns apart", async () => {
    const { pid, rows } = await train("measures.mmspec", readFileSync("test/golden/measures.mmspec", "utf8"));
    expect(pid.map(({ measure, on, unit, suffix }) => [measure, on, unit, suffix])).toEqual([
      ["lsmi", "inputs", "bits", "_lsmi_inputs"],
      ["lsmi", "main", "nats", "_lsmi_main"],
      ["pointwise", "unique", "nats", "_pointwise"],
      ["isx", "shared", "bits", "_isx"],
      ["broja", "encodings", "nats", "_broja"],
      ["gate", "gate", "share", "_gate"],
    ]);
    for (const measured of pid) {
      expect(Object.keys(measured.mean)).toEqual(["r", "u1", "u2", "s"]);
      if (measured.informations)
        expect(total(measured)).toBeCloseTo(measured.informations.i12?.plugin as number, 9);
    }
    expect(total(pid.at(-1) as Pid)).toBeCloseTo(1, 6);
    expect(pid[4]?.gap).toBeLessThan(1e-6);
    for (const suffix of ["_lsmi_inputs", "_lsmi_main", "_pointwise", "_isx", "_gate"])
      for (const atom of ["r", "u1", "u2", "s"]) expect(rows[0]).toHaveProperty(`${atom}${suffix}`);
    expect(rows[0]).not.toHaveProperty("r_broja");
  });

  it("measures three modalities over the whole lattice, exactly where they are discrete", async () => {
    const bits = Array.from({ length: 200 }, (_, i) => `${i % 2},${i % 2},${i % 2},${(i >> 1) % 2}`);
    writeFileSync(join(folder, "copies.csv"), `label,a,b,c\n${bits.join("\n")}\n`);
    const { pid, rows } = await train(
      "three.mmspec",
      `model Three {
        target label: class(2)
        modality a: vector(1)
        modality b: vector(1)
        modality c: vector(1)
        encoder Shared = mlp(8)
        encode a, b, c with Shared
        fusion {
          redundant(a, b, c) = align(cosine) -> linear
          unique(a) = linear
          unique(b) = linear
          unique(c) = linear
          synergistic(a, b) = bilinear(rank: 4) -> linear
          gate = mlp(4)
        }
        train { paradigm joint epochs 1 }
        evaluate { accuracy, pid isx(unit: bits) per sample, pid gate per sample }
      }
      data for Three {
        from "copies.csv"
        a <- "a"
        b <- "b"
        c <- "c"
        label <- "label"
        split 0.6 train, 0.4 test stratified seed 1
      }`,
    );
    const [isx, gate] = pid as [Pid, Pid];
    expect(Object.keys(isx.mean)).toHaveLength(18);
    expect(total(isx)).toBeCloseTo(isx.informations?.i123?.plugin as number, 9);
    // a and b are copies of the label, c says nothing: in every sample a or b tells one bit, and nothing else does.
    const sum = (names: string[]) => names.reduce((all, name) => all + (isx.mean[name]?.mean as number), 0);
    expect(sum(["{1}{2}{3}", "{1}{2}"])).toBeCloseTo(1, 9);
    expect(isx.mean["{1}"]?.mean).toBeCloseTo(0, 9);
    expect(rows[0]).toHaveProperty("{1}{23}_isx");
    expect(Object.keys(gate.mean)).toEqual(["{1}{2}{3}", "{1}", "{2}", "{3}", "{12}"]);
    expect(total(gate)).toBeCloseTo(1, 6);
  });
});
