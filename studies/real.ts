import { columns } from "./columns.js";
import { accuracy, synergyIndicator } from "./measures.js";
import type { Study } from "./study.js";
import { digits } from "./tasks/digits.js";
import { mail } from "./tasks/mail.js";

export const real: Study = {
  name: "real",
  summary: "real data: halves of handwritten digits, head and text of mail",
  question: "What do the paradigms learn of real data, where nobody knows the best possible?",
  rows: [
    { name: "digits", title: "digits, upper and lower half", task: digits() },
    { name: "mail", title: "mail, head and text", task: mail },
  ],
  columns: columns("unimodal", "joint", "ensemble", "ogm", "i2moe", "dmil", "evidence"),
  seeds: 5,
  measures: [accuracy, synergyIndicator],
};
