import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { describe, expect, it } from "vitest";
import { DataError, isx, pointwise, type Predictions } from "../../runtime/index.js";
import { estimatePid, measureGate, type MeasuredPid } from "../../runtime/session/measure.js";
import { renderReport } from "../../runtime/session/render.js";
import { report, type ReportContent } from "../../runtime/session/report.js";
import { suffixesOf } from "../../runtime/session/suffixes.js";

/** 64 samples of three bits and their parity; the second bit is missing in the last 8. */
const size = 64;
const bit = (i: number, k: number) => (i >> k) & 1;
const viewOf = (k: number) => ({
  values: Float32Array.from({ length: size }, (_, i) => bit(i, k)),
  width: 1,
});
const labels = Int32Array.from({ length: size }, (_, i) => bit(i, 0) ^ bit(i, 1));
const predictions: Predictions = {
  size,
  classes: ["even", "odd"],
  labels,
  index: Int32Array.from(labels.keys()),
  probabilities: Float32Array.from({ length: 2 * size }, () => 0.5),
  predicted: labels,
  present: {
    a: new Uint8Array(size).fill(1),
    b: Uint8Array.from(labels, (_, i) => (i < 56 ? 1 : 0)),
    c: new Uint8Array(size).fill(1),
  },
  encodings: {},
  inputs: { a: viewOf(0), b: viewOf(1), c: viewOf(2) },
  shapes: { a: [1], b: [1], c: [1] },
  points: { main: { a: viewOf(0), b: viewOf(0), c: viewOf(2) } },
  shares: Float32Array.from({ length: 3 * size }, (_, at) => [0.5, 0.3, 0.2][at % 3] as number),
};

const bits = (on: string, unit?: "bits") =>
  estimatePid(
    predictions,
    {
      measure: "pointwise",
      modalities: ["a", "b"],
      on,
      ...(unit && { unit }),
      quantiser: "none",
      estimate: (symbols, truth) => pointwise(symbols, truth, { shuffles: 2 }),
    },
    () => undefined,
  );

const three = () =>
  estimatePid(
    predictions,
    {
      measure: "isx",
      modalities: ["a", "b", "c"],
      on: "inputs",
      quantiser: "uniform",
      bins: 2,
      estimate: (symbols, truth) => isx(symbols, truth),
    },
    () => undefined,
  );

const gate = () =>
  measureGate(predictions, ["redundant", "uniqueA", "synergistic"], {
    modalities: ["a", "b"],
    atoms: { redundant: "r", uniqueA: "u1", synergistic: "s" },
  });

async function written(pid: MeasuredPid[]) {
  const folder = mkdtempSync(join(tmpdir(), "mmspec-report-"));
  const about = { model: "Bits", spec: "bits.mmspec", seed: 1, engine: "cpu", versions: {} as never };
  await report(folder, about, { predictions, metrics: {}, pid }, undefined);
  const file = await asyncBufferFromFile(join(folder, "pid.parquet"));
  const rows = (await parquetReadObjects({ file })) as Record<string, number>[];
  const metadata = (await parquetMetadataAsync(file)).key_value_metadata ?? [];
  const units = JSON.parse(metadata.find(({ key }) => key === "units")?.value ?? "{}") as Record<
    string,
    string
  >;
  const content = JSON.parse(readFileSync(join(folder, "metrics.json"), "utf8")) as ReportContent;
  return { rows, units, content, text: renderReport(content, folder) };
}

describe("measuring", () => {
  it("measures the samples that have all modalities, at the point and in the unit that is asked for", async () => {
    const inputs = await bits("inputs", "bits");
    expect(inputs.rows).toHaveLength(56);
    expect(inputs.pid.means.s?.mean).toBeCloseTo(1, 9);
    expect(inputs.pid.informations?.i12?.plugin).toBeCloseTo(1, 9);
    // In nats; at "main" both modalities have the same bit, and no parity.
    expect((await bits("inputs")).pid.means.s?.mean).toBeCloseTo(Math.LN2, 9);
    expect((await bits("main")).pid.means.s?.mean).toBeCloseTo(0, 9);
  });

  it("takes the gate's shares as atoms, 0 where it has no such component", () => {
    const { pid, unit, rows } = gate();
    expect(unit).toBe("share");
    expect(rows).toHaveLength(size);
    expect(pid.means.u2?.mean).toBe(0);
    for (let i = 0; i < size; i++)
      expect(
        ["r", "u1", "u2", "s"].reduce((sum, name) => sum + (pid.atoms?.[name]?.[i] as number), 0),
      ).toBeCloseTo(1, 6);
  });

  it("says which modality has too many symbols", async () => {
    const values = Float32Array.from({ length: size }, (_, i) => i);
    const wide = { ...predictions, inputs: { ...predictions.inputs, b: { values, width: 1 } } };
    const request = {
      measure: "pointwise",
      modalities: ["a", "b"],
      on: "inputs",
      quantiser: "none",
      estimate: (symbols: Int32Array[], truth: Int32Array) => pointwise(symbols, truth),
    } as const;
    const error = await estimatePid(wide, request, () => undefined).catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(DataError);
    const [problem] = (error as DataError).problems;
    expect(problem?.message).toContain("b has 56 different symbols in 56 samples");
    expect(problem?.fix).toContain("quantiser: kmeans");
  });
});

describe("the report", () => {
  it("of one measure of two modalities has plain columns, NaN where one is missing, and names their units", async () => {
    const { rows, units, content, text } = await written([await bits("inputs", "bits")]);
    expect(rows).toHaveLength(size);
    expect(rows[0]?.s).toBeCloseTo(1, 9);
    expect(rows[60]?.s).toBeNaN();
    expect(units).toEqual({ r: "bits", u1: "bits", u2: "bits", s: "bits" });
    expect(content.pid[0]).toMatchObject({
      measure: "pointwise",
      unit: "bits",
      on: "inputs",
      suffix: "",
      samples: 56,
      quantiser: { name: "none", symbols: [2, 2] },
    });
    expect(content.pid[0]?.byClass.map((own) => own.class)).toEqual(["even", "odd"]);
    expect(content.pid[0]?.byClass[0]?.s).toMatchObject({ mean: expect.closeTo(1, 9) as number });
    expect(Object.keys(content.pid[0]?.strongest ?? {})).toEqual(["redundant", "unique", "synergistic"]);
    expect(text).toContain("in bits");
    expect(text).toContain("labels shuffled");
  });

  it("of three modalities has every atom as a column, and shows the largest", async () => {
    const { rows, content, text } = await written([await three()]);
    const names = Object.keys(rows[0] as object);
    for (const name of ["{1}{2}{3}", "{1}{23}", "{12}{13}{23}", "{123}"]) {
      expect(names).toContain(name);
      expect(names).toContain(`${name}_informative`);
      expect(names).toContain(`${name}_misinformative`);
      expect(Object.keys(content.pid[0]?.mean ?? {})).toContain(name);
    }
    expect(Object.keys(content.pid[0]?.mean ?? {})).toHaveLength(18);
    expect(text).toContain("the 5 largest of 18 atoms");
    const [summary] = content.pid;
    for (const [name, { mean }] of Object.entries(summary?.mean ?? {})) {
      const { informative = NaN, misinformative = NaN } = summary?.parts?.[name] ?? {};
      expect(informative - misinformative).toBeCloseTo(mean, 9);
    }
  });

  it("of several measures tells their columns apart", async () => {
    const { rows, units, content } = await written([
      await bits("inputs", "bits"),
      await bits("main"),
      await three(),
      gate(),
    ]);
    expect(content.pid.map(({ suffix }) => suffix)).toEqual([
      "_pointwise_inputs",
      "_pointwise_main",
      "_isx",
      "_gate",
    ]);
    expect(rows[0]?.s_pointwise_inputs).toBeCloseTo(1, 9);
    expect(rows[0]?.["{1}{23}_isx"]).toBeDefined();
    expect(rows[60]?.s_gate).toBeCloseTo(0.2, 6);
    expect(units).toMatchObject({ s_pointwise_inputs: "bits", s_pointwise_main: "nats", s_gate: "share" });
  });

  it("goes as far as it must with the names of columns", () => {
    const item = { measure: "lsmi", modalities: ["a", "b"], on: "inputs", unit: "nats" } as const;
    const other = { ...item, modalities: ["a", "c"] };
    expect(suffixesOf([item])).toEqual([""]);
    expect(suffixesOf([item, other])).toEqual(["_lsmi_inputs_a_b", "_lsmi_inputs_a_c"]);
    expect(suffixesOf([item, { ...item, unit: "bits" }])).toEqual([
      "_lsmi_inputs_a_b_nats",
      "_lsmi_inputs_a_b_bits",
    ]);
    const equal = suffixesOf([item, item]);
    expect(new Set(equal).size).toBe(2);
  });
});
