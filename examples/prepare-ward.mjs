// Writes examples/data/ward.csv: made-up measurements of 60 patients, several of each, with faults that `mmspec data` finds.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = fileURLToPath(new URL("data/ward.csv", import.meta.url));

// Mulberry32: the same numbers everywhere.
let state = 7;
function uniform() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

// What a patient usually has, whatever ails him: this is why a patient's rows must stay together.
const patients = Array.from({ length: 60 }, (_, p) => ({
  name: `p${p}`,
  age: 20 + Math.floor(60 * uniform()),
  pulse: 8 * normal(),
  sick: uniform() < 0.4 ? 0.9 : 0.1,
}));
const rows = Array.from({ length: 600 }, (_, i) => {
  const { name, age, pulse, sick: often } = patients[Math.floor(60 * uniform())];
  const sick = uniform() < often;
  const day = new Date(Date.UTC(2026, 0, 1 + Math.floor(i / 3))).toISOString().slice(0, 10);
  return [
    ...[i, name, day, age, (72 + pulse + (sick ? 10 : 0) + 6 * normal()).toFixed(1)],
    ...[
      (120 + 9 * normal()).toFixed(1),
      uniform() < 0.1 ? "" : ((sick ? 1.8 : 1) + 0.5 * normal()).toFixed(2),
    ],
    ...[uniform() < 0.5 ? "north" : "south", sick ? 7 : 3, sick ? "sick" : "well"],
  ];
});
// Written down twice, the second time otherwise.
rows.push(
  [600, ...rows[10].slice(1)],
  [601, ...rows[20].slice(1, -1), rows[20].at(-1) === "sick" ? "well" : "sick"],
);

mkdirSync(fileURLToPath(new URL("data", import.meta.url)), { recursive: true });
const head = "id,patient,date,age,pulse,pressure,lab,ward,code,outcome";
writeFileSync(path, `${head}\n${rows.map((row) => row.join(",")).join("\n")}\n`);
console.log(`${rows.length} rows of ${patients.length} patients -> examples/data/ward.csv`);
