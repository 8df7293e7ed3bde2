import type { Call } from "../../grammar/syntax.js";
import type { MergeIr } from "../ir.js";
import { merges } from "../tables/merges.js";
import type { Arguments } from "../tables/parameters.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";

export interface CheckedMerge {
  merge: MergeIr;
  args: Arguments;
}

/**
 * Checks what joins several modalities.
 * @param names what each input is called, for messages
 * @param inputs their widths; absent when one is unknown, and then only the arguments are checked
 */
export function checkMerge(
  call: Call,
  names: readonly string[],
  inputs: readonly number[] | undefined,
  checker: Checker,
): CheckedMerge | undefined {
  const row = merges.get(call.name.text);
  if (row === undefined) return undefined;
  const args = bindArguments(call, row, checker);
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
