import { parameterText } from "../compiler/describe.js";
import type { Role } from "../compiler/tables/roles.js";
import { settings } from "../compiler/tables/training.js";
import { costs } from "../compiler/variants/demands.js";
import { lastStep, pathsOf, pathText, placeAt } from "../compiler/variants/paths.js";
import { placesOf, rolesIn, type Place } from "../compiler/variants/places.js";
import { parse, type Path, type Span } from "../grammar/index.js";
import { touches, type Spec } from "./document.js";

/** The places of a model that can be varied. */
function placesIn(spec: Spec, model: string): Place[] {
  const { tree } = spec.analysis;
  const found = tree.models.find(({ name }) => name.text === model);
  return found ? placesOf(found, tree) : [];
}

/** A path that stands by itself. */
function readPath(text: string): Path | undefined {
  return parse(`variants of M { vary ${text} in [1] }`).file.variants[0]?.varies[0]?.path;
}

/** What can follow in a path. @param before the words of the statement before it: `vary Eye .` */
export function stepsAfter(spec: Spec, model: string, before: readonly string[]): Place[] {
  const places = placesIn(spec, model);
  const written = before.slice(before.lastIndexOf("vary") + 1).join("");
  if (!written.endsWith(".")) return places;
  const path = readPath(written.slice(0, -1));
  const found = path && placeAt(path, places);
  return found && "place" in found ? [...found.place.parts] : [];
}

/** The table that a choice is of. @param before the words of the statement before it: `vary train . paradigm in [` */
export function choiceRole(spec: Spec, model: string, before: readonly string[]): Role | undefined {
  const path = readPath(before.slice(before.lastIndexOf("vary") + 1, before.indexOf("in")).join(""));
  const found = path && placeAt(path, placesIn(spec, model));
  if (!found || !("place" in found) || found.place.slot === undefined) return undefined;
  const [first, rest] = rolesIn(found.place.slot.takes) ?? [];
  return before.at(-1) === "->" ? rest : first;
}

/** What a condition can ask for: the paths that the block varies, and costs; each with what it is. */
export function quantities(spec: Spec, model: string): [name: string, doc: string][] {
  const block = spec.analysis.tree.variants.find((candidate) => candidate.model.text === model);
  const varied = block?.varies.map(({ path }): [string, string] => [pathText(path), "What is varied."]) ?? [];
  return [...varied, ...Object.entries(costs)];
}

/** What a place is, as Markdown. */
export function placeText(place: Place, source: string): string {
  const { slot, path, name, parts } = place;
  const takes = slot?.takes;
  const doc =
    takes?.kind === "argument"
      ? parameterText(takes.parameter)
      : path.startsWith("train.")
        ? (settings.get(name)?.doc ?? "")
        : "";
  const now =
    slot === undefined
      ? `It has ${parts.map((part) => `\`${lastStep(part)}\``).join(", ")}.`
      : slot.around !== undefined
        ? "The spec leaves it out."
        : `Here: \`${source.slice(slot.span.start, slot.span.end).replace(/\s+/g, " ")}\``;
  return [`\`\`\`mmspec\n${path}\n\`\`\``, doc, now].filter((text) => text !== "").join("\n\n");
}

/** The step of a path at an offset, and what it is. */
export function pathAt(spec: Spec, offset: number): { span: Span; text: string } | undefined {
  const block = spec.analysis.tree.variants.find(({ span }) => touches(span, offset));
  const path = block && pathsOf(block).find(({ span }) => touches(span, offset));
  const at = path?.steps.findIndex(({ span }) => touches(span, offset)) ?? -1;
  const step = path?.steps[at];
  if (block === undefined || path === undefined || step === undefined) return undefined;
  const places = placesIn(spec, block.model.text);
  const found = placeAt({ ...path, steps: path.steps.slice(0, at + 1) }, places);
  if ("place" in found) return { span: step.span, text: placeText(found.place, spec.source) };
  const cost = Object.entries(costs).find(([name]) => name === pathText(path));
  return cost && { span: step.span, text: `\`${cost[0]}\`: ${cost[1]}` };
}
