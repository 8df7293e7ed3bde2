import type { DataDeclaration } from "../../grammar/syntax.js";
import type { StreamedIr } from "../ir.js";
import type { Checker } from "./checker.js";

/** Bytes of each unit. */
const units: ReadonlyMap<string, number> = new Map([
  ["MB", 2 ** 20],
  ["GB", 2 ** 30],
]);

/** Bytes that leave room for two blocks, batches and what is known of some hundred thousand samples. */
const least = 8 * 2 ** 20;

/** `streamed within 512 MB`, and what wants all samples in memory. */
export function checkStreaming(
  { streamings, sources }: DataDeclaration,
  checker: Checker,
): StreamedIr | undefined {
  const declaration = checker.single(streamings, "a", () => "streamed within");
  if (declaration === undefined) return undefined;
  const [source] = sources;
  const drawn = source?.value.kind === "call";
  const { size, unit, span } = declaration;
  const each = units.get(unit.text);
  if (drawn) checker.report("streamedDrawn", span, undefined);
  if (each === undefined) {
    const known = [...units.keys()];
    checker.report("unknownWord", unit.span, { what: "a unit of memory", name: unit.text, known });
    return undefined;
  }
  const within = Math.floor(size.value * each);
  if (!(within >= least)) checker.report("streamedTooNarrow", span, { least: least / 2 ** 20 });
  return { within, line: checker.line(span) };
}
