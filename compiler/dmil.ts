import type { BlockFusionIr, ComponentIr, DmilIr, FusionIr, ModelIr } from "./ir.js";

/** The redundant interactions that a modality has a part in: it has a view of each. */
export function sharedOf(fusion: FusionIr, modality: string): readonly ComponentIr[] {
  if (fusion.kind !== "block") return [];
  return fusion.components.filter(
    ({ interaction, modalities }) => interaction === "redundant" && modalities.includes(modality),
  );
}

/** Two parts of one modality's M that must tell different things. */
export interface ApartIr {
  modality: string;
  /** Of the losses and of the bound's weights: `a`, or `a.redundantAB` where the modality has several views. */
  name: string;
  /** The private part: U, absent, or the id of an R of fewer modalities. */
  inner?: string;
  /** Id of an R. */
  outer: string;
}

/**
 * What dmil keeps apart: U from each view of R, and, where the spec names an R of some modalities beside one of more, the view of the former from that
 * of the latter: what only some share is what the others don't.
 */
export function keptApart(fusion: BlockFusionIr, modality: string): ApartIr[] {
  const shared = sharedOf(fusion, modality);
  const name = (...ids: string[]) => [modality, ...(shared.length > 1 ? ids : [])].join(".");
  const unique = shared.map(({ id }) => ({ modality, name: name(id), outer: id }));
  const nested = shared.flatMap((inner) =>
    shared
      .filter((outer) => outer !== inner && contains(outer, inner))
      .map((outer) => ({ modality, name: name(inner.id, outer.id), inner: inner.id, outer: outer.id })),
  );
  return [...unique, ...nested];
}

function contains(wide: ComponentIr, narrow: ComponentIr): boolean {
  return (
    wide.modalities.length > narrow.modalities.length &&
    narrow.modalities.every((name) => wide.modalities.includes(name))
  );
}

/** Which decompositions a dmil has. */
export function decompositions({ ablation }: DmilIr): { intra: boolean; consistency: boolean } {
  return { intra: ablation !== "consistency_only", consistency: ablation !== "intra_only" };
}

/** Width of the M of a modality. */
export function mainWidth(ir: ModelIr, paradigm: DmilIr, modality: string): number {
  if (decompositions(paradigm).intra) return paradigm.latent;
  return ir.encoders.find(({ modalities }) => modalities.includes(modality))?.width ?? 0;
}
