import type { Call } from "../../grammar/syntax.js";
import type { MergeIr, ParadigmIr } from "../ir.js";
import { merges, type MergeRow } from "../tables/merges.js";
import type { Argument, Arguments } from "../tables/parameters.js";
import { argumentFor, bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";

export interface CheckedMerge {
  merge: MergeIr;
  args: Arguments;
}

/** The paradigms that learn by the fused answer alone: under them the views of `align` learn to agree by a term of its own. */
const aligning: readonly string[] = ["joint", "ogm", "agm", "pmr"];

/**
 * The merge as it learns: the views of `align` are taught to agree where they are of something redundant, by these paradigms. A weight that would say nothing is
 * reported.
 * @param shared whether the merge is of all modalities or of `redundant(...)`
 */
export function alignedMerge(
  { merge, args }: CheckedMerge,
  call: Call,
  shared: boolean,
  paradigm: ParadigmIr,
  checker: Checker,
): MergeIr {
  const { alignment = 0, ...others } = merge.terms ?? {};
  if (merge.call.name !== "align") return merge;
  const acts = shared && aligning.includes(paradigm.kind) && merge.inputs.length > 1;
  if (!acts && args.weight !== undefined)
    checker.report("alignmentUnlearned", call.span, { paradigm: paradigm.kind, shared, aligning });
  const { distance } = args;
  return {
    ...merge,
    distance: distance as string,
    terms: acts && alignment > 0 ? { ...others, alignment } : others,
  };
}

/**
 * Checks what joins several modalities.
 * @param names what each input is called, for messages
 * @param inputs their widths; absent when one is unknown, and then only the arguments are checked
 * @param known what an argument may name: other modalities than these, where the paradigm reads only some
 */
export function checkMerge(
  call: Call,
  names: readonly string[],
  inputs: readonly number[] | undefined,
  checker: Checker,
  known = names,
): CheckedMerge | undefined {
  const row = merges.get(call.name.text);
  if (row === undefined) return undefined;
  const bound = bindArguments(call, row, checker);
  const args = bound && positions(bound, row, call, names, known, checker);
  if (args === undefined) return undefined;
  const problem = row.problem?.(args);
  if (problem !== undefined) {
    if ("heads" in problem) checker.report("headsUneven", call.span, { layer: row.name, ...problem });
    else checker.report("topAboveExperts", call.span, { merge: row.name, ...problem });
    return undefined;
  }
  if (inputs === undefined) return undefined;
  if (row.sameWidth && new Set(inputs).size > 1) {
    const widths = names.map((name, i) => `${inputs[i]} (\`${name}\`)`);
    checker.report("widthsDiffer", call.span, { merge: row.name, widths });
    return undefined;
  }
  const merge: MergeIr = {
    text: checker.text(call.span),
    call: row.call(inputs, args),
    inputs,
    output: row.width(inputs, args),
    weights: row.weights(inputs, args),
    flops: row.flops(inputs, args),
    ...(row.terms && { terms: row.terms(args) }),
    ...checker.placed(call.span),
  };
  checker.shapes.push({
    span: call.span,
    ...(merge.file !== undefined && { file: merge.file }),
    inputs: inputs.map((width) => [width]),
    output: [merge.output],
    weights: merge.weights,
    flops: merge.flops,
  });
  return { args, merge };
}

/** The arguments with the position of each modality that they name in its place; -1 of one that isn't read. */
function positions(
  args: Arguments,
  row: MergeRow,
  call: Call,
  names: readonly string[],
  known: readonly string[],
  checker: Checker,
): Arguments | undefined {
  const found: Record<string, Argument> = { ...args };
  for (const { name, type } of row.parameters) {
    const modality = args[name];
    if (type.kind !== "modality" || typeof modality !== "string") continue;
    if (!known.includes(modality)) {
      const span = argumentFor(call, row, name)?.value.span ?? call.span;
      checker.report("unknownModality", span, { name: modality, modalities: known });
      return undefined;
    }
    found[name] = names.indexOf(modality);
  }
  return found;
}
