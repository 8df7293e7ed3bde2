import { columns } from "./columns.js";
import { accuracy, kindAuroc, named } from "./measures.js";
import type { Row, Study } from "./study.js";
import { drawn, mixes } from "./tasks/drawn.js";

function row(mix: "rs" | "rus", distractors: "silent" | "random"): Row {
  return {
    name: `${mix}-${distractors}`,
    title: `${mixes[mix].title}; ${distractors} distractors`,
    task: drawn(mixes[mix].mix, { distractors }),
  };
}

export const gate: Study = {
  name: "gate",
  summary: "how well the gate's shares name each sample's true type",
  question:
    "Do a sample's shares name its true type? With silent distractors the type shows in the sample; with random ones no model can know it for sure, and the exact posterior of the type is the best possible.",
  rows: [row("rs", "silent"), row("rus", "silent"), row("rs", "random"), row("rus", "random")],
  columns: columns("dmil", "evidence", "evidence-supervised"),
  seeds: 5,
  measures: [named, ...["redundant", "unique(a)", "unique(b)", "synergistic"].map(kindAuroc), accuracy],
  confusion: true,
};
