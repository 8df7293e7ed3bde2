import { paradigms } from "../compiler/tables/training.js";
import type { Column, Task } from "./study.js";

/** `dmil(intra: 7, consistency: 3, joint: 10)`: so many epochs in its three stages, in the paper's proportion of 10 : 5 : 15. */
export function dmilStages(epochs: number): { intra: number; consistency: number; joint: number } {
  const intra = Math.max(1, Math.round(epochs / 3));
  const consistency = Math.max(1, Math.round(epochs / 6));
  return { intra, consistency, joint: Math.max(1, epochs - intra - consistency) };
}

/** @param fixed epochs in all, whatever the others have */
function dmil(name: string, more = "", fixed?: number): Column {
  return {
    name,
    fusion: "block",
    paradigm: (_, epochs) => {
      const { intra, consistency, joint } = dmilStages(fixed ?? epochs);
      return `paradigm dmil(intra: ${intra}, consistency: ${consistency}, joint: ${joint}${more === "" ? "" : `, ${more}`})`;
    },
  };
}

function oneStage(
  name: string,
  fusion: Column["fusion"],
  paradigm: string | ((task: Task) => string),
): Column {
  const text = typeof paradigm === "string" ? () => paradigm : paradigm;
  return { name, fusion, paradigm: (task, epochs) => `paradigm ${text(task)} epochs ${epochs}` };
}

/** `evidence` with the weight of each of its terms at 0, or at 1 where it is 0 when it is left out: `evidence-parsimony-0`. */
export function evidenceTerms(): readonly Column[] {
  const terms = paradigms.get("evidence")?.parameters ?? [];
  return terms.map(({ name, default: usual }) => {
    const other = usual === 0 ? 1 : 0;
    return oneStage(`evidence-${name}-${other}`, "block", `evidence(${name}: ${other})`);
  });
}

const all: readonly Column[] = [
  oneStage("unimodal", "concat", ({ modalities: [first] }) => `unimodal(${first})`),
  oneStage("joint", "concat", "joint"),
  oneStage("ensemble", "ensemble", "ensemble"),
  oneStage("ogm", "concat", "ogm"),
  oneStage("agm", "concat", "agm"),
  oneStage("pmr", "concat", "pmr"),
  oneStage("i2moe", "concat", "i2moe"),
  dmil("dmil"),
  dmil("dmil-30", "", 30),
  dmil("dmil-inputs", "rebuild: inputs"),
  dmil("dmil-covariance", "bound: cross_covariance"),
  dmil("dmil-fc", "ablation: fc"),
  dmil("dmil-intra-only", "ablation: intra_only"),
  dmil("dmil-consistency-only", "ablation: consistency_only"),
  oneStage("evidence", "block", "evidence"),
  ...evidenceTerms(),
  {
    name: "evidence-supervised",
    fusion: "block",
    paradigm: (_, epochs) =>
      `paradigm evidence(parsimony: 0, restraint: 0.03)\n    epochs ${epochs}\n    supervise gate with pid`,
  },
  oneStage("evidence-plain", "block", "evidence(unrelated: 0, parsimony: 0, restraint: 0)"),
];

/** Columns by their names. @throws RangeError when there is none of a name */
export function columns(...names: readonly string[]): readonly Column[] {
  return names.map((name) => {
    const column = all.find((one) => one.name === name);
    if (column === undefined) throw new RangeError(`There is no column ${name}.`);
    return column;
  });
}
