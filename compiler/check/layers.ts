import type { Call } from "../../grammar/syntax.js";
import type { LayerIr, Shape } from "../ir.js";
import { layers, oneHot, type LayerRow, type LayerSource } from "../tables/layers.js";
import { merges } from "../tables/merges.js";
import type { Arguments } from "../tables/parameters.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import { folderOf } from "../imports.js";
import { leavesFolder, normalised } from "./paths.js";

export interface CheckedLayers {
  layers: LayerIr[];
  /** Absent when a layer is wrong, so that nothing after it is judged by a guess. */
  output?: Shape;
}

/**
 * Follows a shape through layers; reports each unknown layer and the first shape that doesn't fit.
 * @param source the modality whose values the first layer reads
 */
export function checkLayers(
  calls: readonly Call[],
  input: Shape | undefined,
  checker: Checker,
  source?: LayerSource,
): CheckedLayers {
  const checked: LayerIr[] = [];
  let shape = input;
  let from = source;
  const [first] = calls;
  if (shape !== undefined && first !== undefined && needsOneHot(first, from)) {
    const layer = layerIr(oneHot, {}, shape, oneHot.name, checker.placed(first.span), from);
    checked.push(layer);
    shape = layer.output;
    from = undefined;
  }
  let padded = source?.padding === undefined ? undefined : source.name;
  for (const call of calls) {
    const layer = checkLayer(call, shape, checker, from);
    if (layer !== undefined) checked.push(layer);
    if (padded !== undefined && layer !== undefined) {
      const reads = readsPadding(call, checker);
      if (reads) checker.report("paddingRead", call.span, { layer: call.name.text, modality: padded });
      if (reads || layer.output.length !== 2) padded = undefined;
    }
    // What keeps the shape, as a normalisation does, keeps what the values are.
    if (layer?.output.join() !== shape?.join()) from = undefined;
    shape = layer?.output;
  }
  return shape === undefined ? { layers: checked } : { layers: checked, output: shape };
}

function needsOneHot(first: Call, source: LayerSource | undefined): boolean {
  const categories = source?.columns?.some((column) => column.categories !== undefined) ?? false;
  return categories && layers.get(first.name.text)?.readsNames !== true;
}

function layerIr(
  row: LayerRow,
  args: Arguments,
  input: Shape,
  text: string,
  placed: Pick<LayerIr, "line" | "file">,
  source: LayerSource | undefined,
): LayerIr {
  return {
    text,
    call: row.call(input, args, source),
    input,
    output: row.shape(input, args, source) as Shape,
    weights: row.weights(input, args, source),
    flops: row.flops(input, args, source),
    ...(row.uncounted && { uncounted: true }),
    ...placed,
  };
}

function checkLayer(
  call: Call,
  input: Shape | undefined,
  checker: Checker,
  source: LayerSource | undefined,
): LayerIr | undefined {
  const name = call.name.text;
  const row = layers.get(name);
  if (row === undefined) {
    if (name === "linear") checker.report("linearInside", call.span, undefined);
    else if (merges.has(name)) checker.report("notALayer", call.span, { name });
    else checker.report("unknownWord", call.name.span, { what: "a layer", name, known: [...layers.keys()] });
    return undefined;
  }
  const args = bindArguments(call, row, checker);
  if (args === undefined || !checkFile(call, args, checker) || input === undefined) return undefined;
  if (source?.kind === "tokens" && !row.readsNames) {
    checker.report("tokensUnread", call.span, { layer: name, modality: source.name });
    return undefined;
  }
  const output = row.shape(input, args, source);
  if ("wants" in output) {
    checker.report("wrongShape", call.span, { layer: name, wants: output.wants, input, fix: output.fix });
    return undefined;
  }
  if ("window" in output) {
    checker.report("tooSmall", call.span, { layer: name, input, size: output.window });
    return undefined;
  }
  if ("heads" in output) {
    checker.report("headsUneven", call.span, { layer: name, ...output });
    return undefined;
  }
  const placed = checker.placed(call.span);
  const layer = layerIr(row, fromSpec(args, checker), input, checker.text(call.span), placed, source);
  const { weights, flops, file } = layer;
  checker.shapes.push({
    span: call.span,
    ...(file !== undefined && { file }),
    inputs: [input],
    output: layer.output,
    weights,
    flops,
  });
  return layer;
}

/** The arguments with the paths of an imported file's layers, which begin in its folder, from the folder of the spec. */
function fromSpec(args: Arguments, { home }: Checker): Arguments {
  const folder = home === undefined ? "" : folderOf(home.from);
  if (folder === "") return args;
  const moved = (path: unknown) => (typeof path === "string" ? normalised(folder + path) : path);
  const paths = ["file", "path"].filter((name) => typeof args[name] === "string");
  return { ...args, ...Object.fromEntries(paths.map((name) => [name, moved(args[name]) as string])) };
}

/** Of a layer that is right. */
function readsPadding(call: Call, checker: Checker): boolean {
  const row = layers.get(call.name.text);
  const args = row?.readsPadding && bindArguments(call, row, checker);
  return (args && row?.readsPadding?.(args)) ?? false;
}

/** The file that a layer comes from: it stays in the folder, and code of the user's is code that may be run. */
function checkFile(call: Call, args: Arguments, checker: Checker): boolean {
  const name = call.name.text;
  const file = name === "custom" ? args.file : name === "frozen" ? args.path : undefined;
  const span = call.args.find(({ value }) => value.kind === "string")?.value.span;
  if (typeof file !== "string" || span === undefined) return true;
  if (leavesFolder(file)) checker.report("outsideFolder", span, { path: file });
  else if (name === "custom" && !file.endsWith(".ts")) checker.report("customFile", span, { path: file });
  else if (name === "custom" && !checker.options.custom) checker.report("customClosed", span, { path: file });
  else return true;
  return false;
}
