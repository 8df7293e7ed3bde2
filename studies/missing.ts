import { columns } from "./columns.js";
import { accuracy, lacking } from "./measures.js";
import type { Row, Study } from "./study.js";
import { drawn, mixes } from "./tasks/drawn.js";

function row(test: number, train: number): Row {
  const often = train > 0 ? `in ${train} of training` : "never in training";
  return {
    name: `test-${100 * test}-train-${100 * train}`,
    title: `${test} of test, ${often}`,
    task: drawn(mixes.rus.mix, { missing: { train, test }, samples: 10_000 }),
  };
}

const shares = [0, 0.25, 0.5, 1];

export const missing: Study = {
  name: "missing",
  summary: "a modality that a share of the test samples lacks",
  question:
    "What is left when `b` is missing in a share of the test samples, and what does it help to have learned with gaps? 1/3 R, 1/6 U1, 1/6 U2, 1/3 S; the best possible model lacks the same.",
  rows: [...shares.map((share) => row(share, 0)), ...shares.map((share) => row(share, 0.3))],
  columns: columns("joint", "ensemble", "dmil", "evidence"),
  seeds: 5,
  measures: [accuracy, lacking(true), lacking(false)],
};
