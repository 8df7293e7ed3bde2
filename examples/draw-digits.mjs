// Draws docs/digits.svg: the most redundant, unique and synergistic digits of a run, and where their answers came from.
// Usage: npm run demo, then node examples/draw-digits.mjs runs/digits-...
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";

const run = process.argv[2];
const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(run, "pid.parquet")) });
const zip = unzipSync(readFileSync(new URL("data/digits.npz", import.meta.url)));
const half = 14 * 28;
const pixels = (name, index) => {
  const bytes = zip[`${name}.npy`];
  const header = 10 + bytes[8] + 256 * bytes[9];
  return bytes.subarray(header + index * half, header + (index + 1) * half);
};

const atoms = [
  { key: "r", name: "redundant", colour: "#4c78a8" },
  { key: "u1", name: "unique to the top", colour: "#f58518" },
  { key: "u2", name: "unique to the bottom", colour: "#e4b13c" },
  { key: "s", name: "synergistic", colour: "#54a24b" },
];
const columns = [
  { title: "most redundant", of: (row) => row.r },
  { title: "most unique", of: (row) => Math.max(row.u1, row.u2) },
  { title: "most synergistic", of: (row) => row.s },
];
const scale = 4;
const parts = [];
const text = (x, y, content, size = 12, anchor = "start", weight = "normal", colour = "#333") =>
  parts.push(
    `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" font-weight="${weight}" fill="${colour}">${content}</text>`,
  );

columns.forEach(({ title, of }, c) => {
  const left = 24 + c * 316;
  text(left, 28, title, 15, "start", "bold");
  const chosen = [...rows].sort((a, b) => of(b) - of(a)).slice(0, 3);
  chosen.forEach((row, k) => {
    const top = 44 + k * 138;
    ["top", "bottom"].forEach((name, m) => {
      const y = top + m * (14 * scale + 3);
      parts.push(`<rect x="${left}" y="${y}" width="${28 * scale}" height="${14 * scale}" fill="#111"/>`);
      pixels(name, Number(row.index)).forEach((value, i) => {
        if (value < 40) return;
        const [px, py] = [left + (i % 28) * scale, y + Math.floor(i / 28) * scale];
        parts.push(
          `<rect x="${px}" y="${py}" width="${scale}" height="${scale}" fill="#fff" opacity="${(value / 255).toFixed(2)}"/>`,
        );
      });
    });
    const x = left + 28 * scale + 14;
    text(x, top + 12, `${row.label}, answered ${row.prediction}`, 12, "start", "bold");
    text(x, top + 27, `sample ${row.index}, nats:`, 11, "start", "normal", "#777");
    const zero = x + 62;
    atoms.forEach(({ key, colour }, a) => {
      const y = top + 36 + a * 19;
      const width = Math.min(70, Math.abs(row[key]) * 10);
      parts.push(
        `<rect x="${row[key] < 0 ? zero - width : zero}" y="${y}" width="${width}" height="13" fill="${colour}"/>`,
      );
      const shown = `${row[key] < 0 ? "−" : ""}${Math.abs(row[key]).toFixed(1)}`;
      text(row[key] < 0 ? zero + 5 : zero + width + 5, y + 11, shown, 11);
    });
    parts.push(`<line x1="${zero}" y1="${top + 34}" x2="${zero}" y2="${top + 110}" stroke="#bbb"/>`);
  });
});
let at = 24;
for (const { name, colour } of atoms) {
  parts.push(`<rect x="${at}" y="466" width="13" height="13" fill="${colour}"/>`);
  text(at + 19, 477, name);
  at += 46 + name.length * 7;
}
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 970 496" width="970" height="496" font-family="system-ui, sans-serif">
<rect width="970" height="496" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
writeFileSync(new URL("../docs/digits.svg", import.meta.url), svg);
