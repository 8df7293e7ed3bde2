import type {
  Call,
  FusionBlock,
  FusionDeclaration,
  InteractionDeclaration,
  Name,
} from "../../grammar/syntax.js";
import type { BlockFusionIr, ComponentIr, EncoderIr, FusionIr, ParadigmIr } from "../ir.js";
import { interactions, type InteractionRow } from "../tables/interactions.js";
import { ensembleFusion, merges } from "../tables/merges.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import { checkLayers } from "./layers.js";
import { alignedMerge, checkMerge } from "./merge.js";
import type { CheckedModality } from "./modalities.js";
import { capitalise, keysOf, Namer } from "./names.js";
import { checkRules } from "./rules.js";

/** What a fusion reads. */
export interface FusionInputs {
  modalities: ReadonlyMap<string, CheckedModality>;
  encoders: readonly EncoderIr[];
  paradigm: ParadigmIr;
  /** The fusions that have names of their own. */
  named: readonly string[];
}

/** Width of a modality's encoding; absent when its encoder is wrong. */
function widthOf(name: string, { encoders }: FusionInputs): number | undefined {
  return encoders.find(({ modalities }) => modalities.includes(name))?.width;
}

function widthsOf(names: readonly string[], inputs: FusionInputs): number[] | undefined {
  const widths = names.map((name) => widthOf(name, inputs));
  return widths.every((width) => width !== undefined) ? (widths as number[]) : undefined;
}

/** `fusion = concat -> mlp(64)`, `fusion = ensemble(learned)`. */
export function checkFusion(
  { chain, doc, span }: FusionDeclaration,
  inputs: FusionInputs,
  checker: Checker,
): FusionIr | undefined {
  const [first, ...rest] = chain.items;
  if (first === undefined) return undefined;
  const placed = checker.placed(span);
  const documented = doc === undefined ? {} : { doc };
  const name = first.name.text;
  if (name === ensembleFusion.name) {
    const args = bindArguments(first, ensembleFusion, checker);
    if (rest[0] !== undefined) {
      checker.report("wrongValue", rest[0].span, {
        call: "fusion",
        name: "ensemble",
        wanted: "alone: its answer is already a prediction",
        found: checker.text(rest[0].span),
      });
      return undefined;
    }
    if (args === undefined) return undefined;
    const learned = args.weights === "learned";
    if (learned && inputs.paradigm.kind === "ensemble") {
      checker.report("weightsUnlearned", first.span, undefined);
      return undefined;
    }
    return { kind: "ensemble", ...documented, weights: learned ? "learned" : "mean", ...placed };
  }
  if (!merges.has(name)) {
    const known = [...merges.keys(), ensembleFusion.name, ...inputs.named];
    if (!checker.doubtful || first.parens)
      checker.report("unknownWord", first.name.span, { what: "a fusion", name, known });
    checkLayers(rest, undefined, checker);
    return undefined;
  }
  const { paradigm } = inputs;
  const all = [...inputs.modalities.keys()];
  // Of `unimodal(m)` only m is read.
  const names = paradigm.kind === "unimodal" ? all.filter((name) => name === paradigm.modality) : all;
  const checked = checkMerge(first, names, widthsOf(names, inputs), checker, all);
  const { layers, output } = checkLayers(rest, checked && [checked.merge.output], checker);
  if (checked === undefined || output === undefined) return undefined;
  const [width] = output;
  if (output.length !== 1 || width === undefined) return undefined;
  const merge = alignedMerge(checked, first, true, paradigm, checker);
  return { kind: "merge", ...documented, merge, layers, width, ...placed };
}

/** `fusion { ... }`. */
export function checkFusionBlock(
  block: FusionBlock,
  inputs: FusionInputs,
  checker: Checker,
): FusionIr | undefined {
  const components: ComponentIr[] = [];
  const declared = new Map<string, InteractionDeclaration>();
  const namer = new Namer(["gate"]);
  if (block.interactions.length === 0) checker.report("noInteractions", block.span, undefined);
  for (const declaration of block.interactions) {
    const text = checker.text(declaration.component.span);
    // Two components differ by their modalities, not by the order in which these are named.
    const { name, modalities } = declaration.component;
    const same = [name.text, ...modalities.map((modality) => modality.text).sort()].join(" ");
    const other = declared.get(same);
    if (other !== undefined) {
      const line = checker.line(other.span);
      checker.report("duplicate", declaration.component.span, { what: "an interaction", name: text, line });
      continue;
    }
    declared.set(same, declaration);
    const component = checkInteraction(declaration, block, namer, inputs, checker);
    if (component !== undefined) components.push(component);
  }
  for (const [name, { line }] of inputs.modalities) {
    const used = block.interactions.some(({ component }) =>
      component.modalities.some((m) => m.text === name),
    );
    if (!used && line > 0 && block.interactions.length > 0) {
      checker.report("modalityLeftOut", block.span, { modality: name });
    }
  }

  const gate = checker.single(block.gates, "a", () => "gate");
  if (gate === undefined) checker.report("noGate", block.span, undefined);
  const names = [...inputs.modalities.keys()];
  const widths = widthsOf(names, inputs);
  const gateLayers = checkLayers(gate?.layers.items ?? [], widths && [sum(widths)], checker);

  const rules = checkRules(
    block,
    components,
    declared.size === components.length,
    inputs.modalities,
    checker,
  );
  const [gateWidth] = gateLayers.output ?? [];
  if (components.length !== block.interactions.length || gate === undefined || rules === undefined)
    return undefined;
  if (gateWidth === undefined || gateLayers.output?.length !== 1 || components.length === 0) return undefined;
  const fusion: BlockFusionIr = {
    kind: "block",
    ...(block.doc !== undefined && { doc: block.doc }),
    components,
    gate: {
      layers: gateLayers.layers,
      width: gateWidth,
      ...(gate.doc !== undefined && { doc: gate.doc }),
      line: checker.line(gate.span),
    },
    rules,
    ...checker.placed(block.span),
  };
  return fusion;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** The modalities that an interaction names, each known and once. */
function checkNames(names: readonly Name[], inputs: FusionInputs, checker: Checker): string[] | undefined {
  const found: string[] = [];
  for (const name of names) {
    if (!inputs.modalities.has(name.text)) {
      checker.report("unknownModality", name.span, {
        name: name.text,
        modalities: keysOf(inputs.modalities),
      });
    } else if (found.includes(name.text)) {
      checker.report("modalityTwice", name.span, { modality: name.text });
    } else found.push(name.text);
  }
  return found.length === names.length ? found : undefined;
}

function checkInteraction(
  declaration: InteractionDeclaration,
  block: FusionBlock,
  namer: Namer,
  inputs: FusionInputs,
  checker: Checker,
): ComponentIr | undefined {
  const { component, layers: chain, doc } = declaration;
  const kind = component.name.text;
  const row = interactions.get(kind);
  if (row === undefined) {
    const known = [...interactions.keys(), "gate"];
    checker.report("unknownWord", component.name.span, { what: "a kind of interaction", name: kind, known });
    return undefined;
  }
  const text = checker.text(component.span);
  const names = checkNames(component.modalities, inputs, checker);
  const count = component.modalities.length;
  if (row.modalities === "one" && count !== 1) {
    checker.report("needsOne", component.span, { what: `\`${kind}\``, count });
  }
  if (row.modalities === "several" && count < 2) {
    checker.report("needsTwo", component.span, { what: `\`${kind}\``, count });
  }
  const arity = row.modalities === "one" ? count === 1 : count >= 2;

  const items = [...chain.items];
  const last = items.pop();
  if (last === undefined || last.name.text !== "linear" || last.args.length > 0) {
    checker.report("needsLinear", last?.span ?? component.span, { what: `\`${text}\`` });
    if (last !== undefined) items.push(last);
  }
  const complete = last?.name.text === "linear";
  const body = checkBody(row, text, names, items, inputs, checker);
  if (body === undefined || names === undefined || !arity || !complete) return undefined;
  const several = block.interactions.filter(({ component: other }) => other.name.text === kind).length > 1;
  const suffix = row.modalities === "one" || several ? names.map(capitalise).join("") : "";
  return {
    id: namer.make(kind + suffix),
    text,
    ...(doc !== undefined && { doc }),
    interaction: row.name,
    modalities: names,
    ...body,
    line: checker.line(component.span),
  };
}

/**
 * Widths of what an interaction reads of each modality: under dmil latent parts, all of one width; otherwise, and where an ablation leaves
 * the intra-modality decomposition out, the encodings.
 */
function partWidths(
  row: InteractionRow,
  names: readonly string[],
  inputs: FusionInputs,
): number[] | undefined {
  const { paradigm } = inputs;
  if (paradigm.kind !== "dmil") return widthsOf(names, inputs);
  const whole = paradigm.ablation === "consistency_only" && row.name === "synergistic";
  return whole ? widthsOf(names, inputs) : names.map(() => paradigm.latent);
}

type Body = Pick<ComponentIr, "merge" | "layers" | "width">;

/** What stands before `linear`: the merge of several modalities, and layers. */
function checkBody(
  row: InteractionRow,
  text: string,
  names: readonly string[] | undefined,
  items: readonly Call[],
  inputs: FusionInputs,
  checker: Checker,
): Body | undefined {
  const { paradigm } = inputs;
  const widths = names && partWidths(row, names, inputs);
  if (row.modalities === "one") {
    const { layers, output } = checkLayers(items, widths && [widths[0] ?? 0], checker);
    return output?.[0] === undefined ? undefined : { layers, width: output[0] };
  }
  const [first, ...rest] = items;
  if (first === undefined || !merges.has(first.name.text)) {
    checker.report("needsMerge", first?.span ?? items[0]?.span ?? { start: 0, end: 0 }, {
      what: `\`${text}\``,
      merges: [...merges.keys()],
      example: `${text} = ${row.example}`,
    });
    return undefined;
  }
  const checked = checkMerge(first, names ?? [], widths, checker);
  const aligned = row.name === "redundant" && paradigm.kind === "dmil";
  if (aligned && first.name.text !== "align") checker.report("dmilNeedsAlign", first.span, { text });
  if (aligned && first.name.text !== "align") return undefined;
  // dmil's consistency decomposition makes the views itself: what is left to do is their mean.
  const learned = checked && alignedMerge(checked, first, row.name === "redundant", paradigm, checker);
  const merge = learned && aligned ? viewsMean(learned, paradigm.latent) : learned;
  const { layers, output } = checkLayers(rest, merge && [merge.output], checker);
  if (merge === undefined || output?.[0] === undefined) return undefined;
  return { merge, layers, width: output[0] };
}

function viewsMean(
  merge: NonNullable<ComponentIr["merge"]>,
  latent: number,
): NonNullable<ComponentIr["merge"]> {
  return {
    ...merge,
    call: { name: "mean" },
    output: latent,
    weights: 0,
    flops: latent * merge.inputs.length,
  };
}
