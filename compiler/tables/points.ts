/** A place in the model that has a value of each modality, at which interactions can be measured. */
export interface PointRow {
  name: string;
  doc: string;
  /** Another word for it. */
  alias?: string;
  /** The decomposition of `dmil` that makes it; absent where every answer has it. */
  needs?: "intra" | "consistency";
}

export const points: ReadonlyMap<string, PointRow> = new Map(
  (
    [
      { name: "inputs", doc: "What was given." },
      { name: "encodings", doc: "What the encoders make of it.", alias: "encoders" },
      {
        name: "main",
        doc: "M: what predicts the target on its own.",
        needs: "intra",
      },
      {
        name: "rest",
        doc: "N: what doesn't, and feeds synergy.",
        needs: "intra",
      },
      {
        name: "shared",
        doc: "Each modality's view of R.",
        needs: "consistency",
      },
      {
        name: "unique",
        doc: "U: what only this modality tells.",
        needs: "consistency",
      },
    ] satisfies PointRow[]
  ).map((row) => [row.name, row]),
);

/** The point that a word names. */
export function pointNamed(word: string): PointRow | undefined {
  return points.get(word) ?? [...points.values()].find(({ alias }) => alias === word);
}
