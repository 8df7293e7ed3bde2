// Writes the data of catalogue.mmspec, examples/data/catalogue/ (or below the folder that is named; a second argument says how many things): a PNG of each thing
// and list.csv, which names it beside what a shop would know of the thing. All is made up by the rules that stand below.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { uniform } from "./uniform.mjs";

const folder =
  process.argv[2] === undefined ? new URL("data/", import.meta.url) : pathToFileURL(`${process.argv[2]}/`);
const things = Number(process.argv[3] ?? 2400);
const target = new URL("catalogue/", folder);

const random = uniform(23);
const below = (n) => Math.floor(n * random());
const one = (list) => list[below(list.length)];
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const materials = ["ceramic", "rubber", "wood", "metal"];
const departments = ["kitchen", "sport", "toys", "garden"];
/** The department of a form and a material: what is ceramic is the kitchen's; of all else both must be known. */
const sold = {
  disc: ["kitchen", "sport", "toys", "kitchen"],
  ring: ["kitchen", "sport", "sport", "garden"],
  bar: ["kitchen", "garden", "sport", "garden"],
  box: ["kitchen", "toys", "toys", "garden"],
};
const forms = Object.keys(sold);
/** Grams of a middling thing of each material, and what it costs. */
const middling = [
  [400, 15],
  [250, 12],
  [500, 20],
  [900, 30],
];
const makers = ["Alder", "Birch", "Cedar", "Elm", "Fir"];
/** Of a maker that makes things of one department more often. */
const favourite = { Alder: "kitchen", Birch: "sport", Cedar: "toys", Elm: "garden" };
const praise = ["a fine", "a plain", "our best", "a sturdy", "a small"];
const uses = {
  kitchen: ["for the table", "for cooks"],
  sport: ["for the team", "for the gym"],
  toys: ["for children", "to play with"],
  garden: ["for the lawn", "for the shed"],
};
const anywhere = ["for your home", "as a gift", "in blue or red"];

/** Whether a place lies in a form around the origin; forms are some ten pixels large. */
const within = {
  disc: (x, y) => Math.hypot(x, y) <= 9,
  ring: (x, y) => Math.hypot(x, y) <= 10 && Math.hypot(x, y) >= 6,
  bar: (x, y) => Math.abs(x) <= 12 && Math.abs(y) <= 3,
  box: (x, y) => Math.abs(x) <= 8 && Math.abs(y) <= 8,
};

/** A form of any colour on a ground of another, turned, in bad light. */
function photo(form) {
  const [height, width] = [32 + below(9), 32 + below(9)];
  const [colour, ground] = [0, 1].map(() => [0, 1, 2].map(() => 40 + below(180)));
  const [turn, size] = [(random() - 0.5) * 0.8, 0.85 + 0.3 * random()];
  const [x0, y0] = [width / 2 + 3 * normal(), height / 2 + 3 * normal()];
  const values = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(x - x0) / size, (y - y0) / size];
      const [u, v] = [dx * Math.cos(turn) + dy * Math.sin(turn), dy * Math.cos(turn) - dx * Math.sin(turn)];
      const of = within[form](u, v) ? colour : ground;
      for (let c = 0; c < 3; c++) values[(y * width + x) * 3 + c] = Math.max(0, of[c] + 12 * normal());
    }
  return sharp(values, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

await mkdir(target, { recursive: true });
const rows = [];
for (let n = 0; n < things; n++) {
  const [form, material] = [one(forms), below(4)];
  // What is ceramic would be sold too often.
  if (materials[material] === "ceramic" && random() < 0.4) {
    n--;
    continue;
  }
  const department = sold[form][material];
  const [weight, price] = middling[material].map((usual) => Math.round(usual * Math.exp(0.4 * normal())));
  const fits = makers.filter((maker) => favourite[maker] === department);
  const maker = fits.length > 0 && random() < 0.4 ? fits[0] : one(makers);
  const remark = `${one(praise)} thing ${random() < 0.3 ? one(uses[department]) : one(anywhere)}`;
  const name = random() < 0.2 ? "" : `${n}.png`;
  if (name !== "") await writeFile(new URL(name, target), await photo(form));
  const sheet = random() < 0.1 ? ",," : `${materials[material]},${weight},${price}`;
  rows.push(`${name},${sheet},${remark},${maker},${department}`);
}
const list = ["photo,material,weight,price,remark,maker,department", ...rows, ""].join("\n");
await writeFile(new URL("list.csv.tmp", target), list);
await rename(new URL("list.csv.tmp", target), new URL("list.csv", target));
if (!departments.every((name) => list.includes(`,${name}\n`))) throw new Error("Too few things.");
