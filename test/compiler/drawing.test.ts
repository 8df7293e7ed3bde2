import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { analyse, drawing, type ModelIr } from "../../compiler/index.js";
import { readFrom } from "../../compiler/node.js";

/** All examples and all specs whose code is kept: every paradigm and fusion is among them. */
const specs = ["examples", "test/golden"].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".mmspec"))
    .map((name) => `${folder}/${name.slice(0, -".mmspec".length)}`),
);

function modelOf(path: string): ModelIr {
  const read = readFrom(dirname(path));
  return analyse(readFileSync(`${path}.mmspec`, "utf8"), `${path}.mmspec`, { read }).models[0] as ModelIr;
}

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

function boxesOf(svg: string): Rectangle[] {
  const found = svg.matchAll(/<rect x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)" rx="6"/g);
  return [...found].map(([, ...numbers]) => {
    const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number);
    return { x, y, width, height };
  });
}

describe("a drawing", () => {
  it.each(specs)("of %s has a box for each part, none over another, all inside the picture", (path) => {
    const ir = modelOf(path);
    const svg = drawing(ir);
    const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number);
    const boxes = boxesOf(svg);
    for (const [i, a] of boxes.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.y).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(width);
      expect(a.y + a.height).toBeLessThanOrEqual(height);
      for (const b of boxes.slice(i + 1)) {
        const apart =
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart, JSON.stringify([a, b])).toBe(true);
      }
    }
    const { paradigm } = ir.training;
    const drawn = ir.modalities
      .map(({ name }) => name)
      .filter((name) => paradigm.kind !== "unimodal" || name === paradigm.modality);
    const encoders = ir.encoders.filter(({ modalities }) => modalities.some((name) => drawn.includes(name)));
    const layers = encoders.flatMap((encoder) => encoder.layers.map(({ text }) => text));
    for (const text of [...layers, ...drawn, ir.target.name])
      expect(svg).toContain(`>${text.replace(/&/g, "&amp;").replace(/"/g, "&quot;")}</text>`);
    expect(drawing(ir)).toBe(svg);
  });

  it("joins what the model joins: a redundant part reads R, a unique one U, a synergistic one N", () => {
    const svg = drawing(modelOf("examples/digits"));
    const wires = (colour: string) => svg.match(new RegExp(`<path [^>]*stroke="${colour}"`, "g"))?.length;
    // Two modalities into redundancy and synergy, one into each unique part, and one from each to the gate.
    expect(["#0072b2", "#e69f00", "#cc79a7", "#009e73"].map(wires)).toEqual([3, 2, 2, 3]);
  });

  it("tells a long chain by its length, and names as texts alone", () => {
    const chain = Array.from({ length: 30 }, () => "dense(4)").join(" -> ");
    const source = readFileSync("examples/xor.mmspec", "utf8").replace("= mlp(64, 32)", `= ${chain}`);
    const ir = analyse(source, "xor.mmspec").models[0] as ModelIr;
    expect(drawing(ir)).toContain("... 19 more layers");
    const named = { ...ir, target: { ...ir.target, name: '<script>"&' } };
    expect(drawing(named)).toContain("&lt;script&gt;&quot;&amp;");
    expect(drawing(named)).not.toContain("<script>");
  });
});
