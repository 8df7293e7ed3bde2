import { columns } from "./columns.js";
import { accuracy, synergyIndicator } from "./measures.js";
import type { Study } from "./study.js";
import { mixRow } from "./tasks/drawn.js";

export const mixes: Study = {
  name: "mixes",
  summary:
    "accuracy and synergy on six mixes of redundancy, uniqueness and synergy, beside the best possible",
  question:
    "What does each paradigm learn where the kinds of interaction are known, and how much of the distance to the best possible model does it leave?",
  rows: [mixRow("r"), mixRow("u"), mixRow("s"), mixRow("ru"), mixRow("rs"), mixRow("rus")],
  columns: columns("joint", "ensemble", "dmil", "evidence"),
  seeds: 5,
  measures: [accuracy, synergyIndicator],
  closes: true,
};
