import type { Span } from "../../grammar/syntax.js";
import type { FusionIr, ModalityIr, ParadigmIr } from "../ir.js";
import type { Checker } from "./checker.js";

/** Whether the paradigm can train this fusion. */
export function checkParadigmFits(
  paradigm: ParadigmIr,
  fusion: FusionIr,
  modalities: readonly ModalityIr[],
  span: Span,
  checker: Checker,
): void {
  const uniqueOf = (name: string) =>
    fusion.kind === "block" &&
    fusion.components.some(
      ({ interaction, modalities: of }) => interaction === "unique" && of.includes(name),
    );
  const names = modalities.map(({ name }) => name);
  if (paradigm.kind === "ensemble") {
    if (fusion.kind === "merge") {
      checker.report("paradigmNeedsEnsemble", span, { fusion: fusion.merge.text });
    } else if (fusion.kind === "block") {
      for (const modality of names) if (!uniqueOf(modality)) checker.report("noUnique", span, { modality });
      checker.report("rulesUnused", span, undefined);
    }
  }
  if (paradigm.kind === "dmil") {
    const has = (kind: string) =>
      fusion.kind === "block" && fusion.components.some(({ interaction }) => interaction === kind);
    const all = names.join(", ");
    const missing = [
      ...(has("redundant") ? [] : [`redundant(${all})`]),
      ...names.filter((name) => !uniqueOf(name)).map((name) => `unique(${name})`),
      ...(has("synergistic") ? [] : [`synergistic(${all})`]),
    ];
    if (missing.length > 0) checker.report("needsComponents", span, { paradigm: "dmil", missing });
  }
}
