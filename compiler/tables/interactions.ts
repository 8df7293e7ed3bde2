/** The kinds of interaction that a fusion block names. */
export interface InteractionRow {
  name: "redundant" | "unique" | "synergistic";
  /** The gate's share of it, as conditions name it. */
  share: string;
  doc: string;
  /** "one" or "several" modalities. */
  modalities: "one" | "several";
  example: string;
}

export const interactions: ReadonlyMap<string, InteractionRow> = new Map(
  (
    [
      {
        name: "redundant",
        share: "redundancy",
        doc: "What any of the modalities would have told.",
        modalities: "several",
        example: "align(cosine) -> linear",
      },
      {
        name: "unique",
        share: "uniqueness",
        doc: "What only this modality tells.",
        modalities: "one",
        example: "linear",
      },
      {
        name: "synergistic",
        share: "synergy",
        doc: "What only all of them together tell.",
        modalities: "several",
        example: "bilinear(rank: 16) -> dense(64) -> linear",
      },
    ] satisfies InteractionRow[]
  ).map((row) => [row.name, row]),
);
