import type { FusionBlock, FusionDeclaration, Span } from "../../grammar/syntax.js";
import type { ParadigmIr, TargetIr } from "../ir.js";
import { paradigms, paradigmsOf } from "../tables/training.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";

/**
 * Whether the paradigm can train this fusion and learn this target; asked of what the spec declares, whatever else is wrong with it.
 * @param fusionText what the model writes for an operator
 */
export function checkParadigmFits(
  paradigm: ParadigmIr,
  fusion: FusionDeclaration | FusionBlock,
  fusionText: string,
  names: readonly string[],
  target: TargetIr | undefined,
  span: Span,
  checker: Checker,
): void {
  const declared =
    fusion.kind === "fusion-block" ? fusion.interactions.map(({ component }) => component) : [];
  const has = (kind: string) => declared.some(({ name }) => name.text === kind);
  const uniqueOf = (modality: string) =>
    declared.some(
      ({ name, modalities }) => name.text === "unique" && modalities.some(({ text }) => text === modality),
    );
  if (paradigm.kind === "ensemble") {
    if (fusion.kind === "fusion-block") {
      for (const modality of names)
        if (!uniqueOf(modality)) checker.report("noUnique", span, { paradigm: "ensemble", modality });
      checker.report("rulesUnused", span, { paradigm: "ensemble" });
    } else if (fusion.chain.items[0]?.name.text !== "ensemble") {
      checker.report("paradigmNeedsEnsemble", span, { fusion: fusionText });
    }
  }
  if (paradigm.kind === "unimodal") {
    const { modality } = paradigm;
    if (!names.includes(modality)) {
      checker.report("unknownModality", span, { name: modality, modalities: names });
    } else if (fusion.kind === "fusion-block") {
      if (!uniqueOf(modality)) checker.report("noUnique", span, { paradigm: "unimodal", modality });
      checker.report("rulesUnused", span, { paradigm: "unimodal" });
    }
  }
  const row = paradigms.get(paradigm.kind);
  const reason = target && row?.refuses?.[target.kind];
  if (reason !== undefined) {
    const { name, kind } = target as TargetIr;
    const known = paradigmsOf(kind);
    checker.report("wrongParadigm", span, { paradigm: paradigm.kind, target: name, kind, reason, known });
  }
  const operator = fusion.kind === "fusion" ? fusion.chain.items[0]?.name.text : undefined;
  if (row?.trains === "operator" && fusion.kind === "fusion-block") {
    checker.report("needsOperator", span, { paradigm: row.name, fusion: "a fusion block" });
  }
  // These hold each modality's part in the fused answer against the others': an ensemble fuses nothing.
  const modulates = ["ogm", "agm", "pmr", "i2moe"].includes(paradigm.kind);
  if (modulates && operator === "ensemble") {
    checker.report("needsOperator", span, { paradigm: paradigm.kind, fusion: "`fusion = ensemble`" });
  }
  if (modulates && names.length < 2) {
    checker.report("needsTwo", span, { what: `Paradigm \`${paradigm.kind}\``, count: names.length });
  }
  if (row?.trains === "interactions") {
    const all = names.join(", ");
    const missing = [
      ...(has("redundant") ? [] : [`redundant(${all})`]),
      ...names.filter((name) => !uniqueOf(name)).map((name) => `unique(${name})`),
      ...(has("synergistic") ? [] : [`synergistic(${all})`]),
    ];
    if (missing.length > 0) checker.report("needsComponents", span, { paradigm: row.name, missing });
  }
}

/** `dmil(rebuild: inputs)` compares inputs by their distance, which tokens and categories haven't. */
export function checkRebuilds(
  paradigm: ParadigmIr,
  modalities: Iterable<CheckedModality>,
  span: Span,
  checker: Checker,
): void {
  if (paradigm.kind !== "dmil" || paradigm.rebuild !== "inputs") return;
  for (const { name, kind, vocabulary, columns = [] } of modalities) {
    if (vocabulary !== undefined || columns.some(({ categories }) => categories !== undefined))
      checker.report("rebuildsNames", span, { modality: name, kind });
  }
}
