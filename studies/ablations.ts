import { columns, evidenceTerms } from "./columns.js";
import { accuracy, synergyIndicator } from "./measures.js";
import type { Study } from "./study.js";
import { mixRow } from "./tasks/drawn.js";

export const ablations: Study = {
  name: "ablations",
  summary: "dmil and evidence, each without one of its parts",
  question: "What does each part of `dmil` and each term of `evidence` bring?",
  rows: [mixRow("rs", { samples: 12_000 }), mixRow("rus", { samples: 12_000 })],
  columns: columns(
    "dmil",
    "dmil-inputs",
    "dmil-covariance",
    "dmil-fc",
    "dmil-intra-only",
    "dmil-consistency-only",
    "evidence",
    ...evidenceTerms().map(({ name }) => name),
    "evidence-plain",
    "evidence-supervised",
  ),
  seeds: 5,
  measures: [accuracy, synergyIndicator],
};
