import { describe, expect, it } from "vitest";
import { analyse, compile } from "../../compiler/index.js";
import { format } from "../../grammar/index.js";
import { cellsOf, cutStudy } from "../../studies/cells.js";
import { dmilStages } from "../../studies/columns.js";
import { studies } from "../../studies/table.js";

describe.each([...studies.values()])("study $name", (study) => {
  it("has specs without an error, in their canonical form", () => {
    const cells = cellsOf(study, {});
    expect(cells).toHaveLength(study.rows.length * study.columns.length * study.seeds);
    for (const { name, spec } of cells) {
      const { diagnostics } = analyse(spec, `${name}.mmspec`);
      // A gate without a rule for a missing modality is what the study `missing` is about.
      const other = diagnostics.filter(({ code }) => code !== "MM5013");
      expect(other, `${name}\n${spec}`).toEqual([]);
      expect(format(spec)).toBe(spec);
    }
  });

  it("has names that can be files, and none of them twice", () => {
    const cells = cellsOf(study, {}).map(({ name }) => name);
    expect(new Set(cells).size).toBe(cells.length);
    for (const name of cells) expect(name).toMatch(/^[a-z0-9-]+\.[a-z0-9-]+\.\d+$/);
    const measures = study.measures.map(({ name }) => name);
    expect(new Set(measures).size).toBe(measures.length);
    for (const name of measures) expect(name).toMatch(/^[a-z0-9_-]+$/);
  });
});

it("says what a cut asks for", async () => {
  const study = studies.get("mixes");
  if (study === undefined) throw new Error("There is no study mixes.");
  const cut = { seeds: 2, samples: 500, epochs: 6, only: ["dmil"], rows: ["rs"] };
  const cells = cellsOf(cutStudy(study, cut), cut);
  expect(cells.map(({ name }) => name)).toEqual(["rs.dmil.1", "rs.dmil.2"]);
  const { ir, failed } = await compile(cells[1]?.spec ?? "", "rs.dmil.2.mmspec");
  expect(failed).toBe(false);
  expect(ir?.training).toMatchObject({
    seed: 2,
    batch: 256,
    paradigm: { kind: "dmil", intra: 2, consistency: 1, joint: 3 },
  });
  expect(cells[1]?.spec).toContain("samples: 500");
  expect(() => cutStudy(study, { only: [] })).toThrow(RangeError);
});

it("gives dmil's stages all epochs, in the paper's proportion", () => {
  expect(dmilStages(30)).toEqual({ intra: 10, consistency: 5, joint: 15 });
  expect(dmilStages(20)).toEqual({ intra: 7, consistency: 3, joint: 10 });
  expect(dmilStages(1)).toEqual({ intra: 1, consistency: 1, joint: 1 });
  for (let epochs = 3; epochs < 60; epochs++)
    expect(Object.values(dmilStages(epochs)).reduce((a, b) => a + b)).toBe(epochs);
});
