import { columns } from "./columns.js";
import { accuracy } from "./measures.js";
import type { Study } from "./study.js";
import { mixRow } from "./tasks/drawn.js";

export const rivals: Study = {
  name: "rivals",
  summary: "all paradigms, those of balanced learning and experts too, where redundancy and synergy meet",
  question: "Who learns most where redundancy and synergy meet, with the same encoders, budget and seeds?",
  rows: [mixRow("rs"), mixRow("rus")],
  columns: columns(
    "unimodal",
    "joint",
    "ensemble",
    "ogm",
    "agm",
    "pmr",
    "i2moe",
    "dmil",
    "dmil-30",
    "evidence",
    "evidence-supervised",
  ),
  seeds: 5,
  measures: [accuracy],
  closes: true,
};
