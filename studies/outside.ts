import { columns } from "./columns.js";
import {
  accuracy,
  insideConfidence,
  outsideByConfidence,
  outsideByEntropy,
  outsideConfidence,
} from "./measures.js";
import type { Study } from "./study.js";
import { digits } from "./tasks/digits.js";
import { drawn, mixes } from "./tasks/drawn.js";

export const outside: Study = {
  name: "outside",
  summary: "classes that are never learned: right within the known ones, unsure of the others",
  question:
    "How right is a model on the classes that it learned, and does it know that it doesn't know the others? 0.5 is chance.",
  rows: [
    { name: "rs", title: "1/2 R, 1/2 S without class 3", task: drawn(mixes.rs.mix, { holdOut: 3 }) },
    { name: "rus", title: "1/3 each without class 3", task: drawn(mixes.rus.mix, { holdOut: 3 }) },
    { name: "digits", title: "digits without 8 and 9", task: digits({ holdOut: [8, 9] }) },
  ],
  columns: columns("joint", "ensemble", "dmil", "evidence"),
  seeds: 5,
  measures: [accuracy, outsideByConfidence, outsideByEntropy, insideConfidence, outsideConfidence],
};
