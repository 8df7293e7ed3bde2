import type { Call } from "../../grammar/syntax.js";
import type { LayerIr, Shape } from "../ir.js";
import { layers } from "../tables/layers.js";
import { merges } from "../tables/merges.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";

export interface CheckedLayers {
  layers: LayerIr[];
  /** Absent when a layer is wrong, so that nothing after it is judged by a guess. */
  output?: Shape;
}

/** Follows a shape through layers; reports each unknown layer and the first shape that doesn't fit. */
export function checkLayers(
  calls: readonly Call[],
  input: Shape | undefined,
  checker: Checker,
): CheckedLayers {
  const checked: LayerIr[] = [];
  let shape = input;
  for (const call of calls) {
    const layer = checkLayer(call, shape, checker);
    if (layer !== undefined) checked.push(layer);
    shape = layer?.output;
  }
  return shape === undefined ? { layers: checked } : { layers: checked, output: shape };
}

function checkLayer(call: Call, input: Shape | undefined, checker: Checker): LayerIr | undefined {
  const name = call.name.text;
  const row = layers.get(name);
  if (row === undefined) {
    if (name === "linear") checker.report("linearInside", call.span, undefined);
    else if (merges.has(name)) checker.report("notALayer", call.span, { name });
    else checker.report("unknownWord", call.name.span, { what: "a layer", name, known: [...layers.keys()] });
    return undefined;
  }
  const args = bindArguments(call, row, checker);
  if (args === undefined || input === undefined) return undefined;
  const output = row.shape(input, args);
  if ("wants" in output) {
    checker.report("wrongShape", call.span, { layer: name, wants: output.wants, input, fix: output.fix });
    return undefined;
  }
  if ("window" in output) {
    checker.report("tooSmall", call.span, { layer: name, input, size: output.window });
    return undefined;
  }
  return {
    text: checker.text(call.span),
    call: row.call(input, args),
    input,
    output,
    weights: row.weights(input, args),
    flops: row.flops(input, args),
    line: checker.line(call.span),
  };
}
