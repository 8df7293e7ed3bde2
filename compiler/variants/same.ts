import crc32 from "crc-32";
import type { ModelIr } from "../ir.js";

/** What of the intermediate form says nothing of the model: how the spec spells it, and where. */
const spelling = new Set(["text", "doc", "line"]);

/** What a model is, as a text: two models are the same when their texts are, however their specs spell them. */
export function identityOf(ir: ModelIr): string {
  return JSON.stringify({ ...ir, file: undefined, fusion: used(ir) }, (key, value: unknown) => {
    // Options have names of the user's: modalities, columns.
    if (key === "options") return JSON.stringify(value);
    return spelling.has(key) ? undefined : value;
  });
}

/** The fusion without what the paradigm doesn't train: of a block `ensemble` and `unimodal` know the `unique` parts alone. */
function used({ fusion, training: { paradigm } }: ModelIr): object {
  if (fusion.kind !== "block" || (paradigm.kind !== "ensemble" && paradigm.kind !== "unimodal"))
    return fusion;
  const components = fusion.components.filter(
    ({ interaction, modalities }) =>
      interaction === "unique" && (paradigm.kind !== "unimodal" || modalities.includes(paradigm.modality)),
  );
  return { ...fusion, components, gate: undefined, rules: [] };
}

/** Finds the models that were seen before, without keeping them all: a number of each, and the model again where numbers meet. */
export class Seen {
  private readonly known = new Map<number, bigint[]>();

  /** @param identity makes a model's text again, from its place */
  constructor(private readonly identity: (index: bigint) => string | undefined) {}

  /** The place of the first model with this text; nothing when this is the first. */
  before(text: string, index: bigint): bigint | undefined {
    const number = crc32.str(text);
    const candidates = this.known.get(number) ?? [];
    const found = candidates.find((candidate) => this.identity(candidate) === text);
    if (found === undefined) this.known.set(number, [...candidates, index]);
    return found;
  }
}
