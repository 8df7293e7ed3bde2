import { interactions } from "../compiler/tables/interactions.js";
import type { Callable } from "../compiler/tables/parameters.js";
import { roles, settingRoles, type Role } from "../compiler/tables/roles.js";
import type { Place } from "../grammar/index.js";
import type { Spec } from "./document.js";
import { choiceRole } from "./variants.js";

/** The table that a call at this place is of: by the grammar's rules around it, and the words of the statement before it. */
export function roleAt(path: readonly string[], before: readonly string[]): Role | undefined {
  const inside = (...names: string[]) => names.every((name, i) => path.at(i - names.length) === name);
  const chained = before.at(-1) === "->";
  if (inside("target", "call")) return "target";
  if (inside("modality", "call")) return "modality";
  if (inside("encoder", "chain", "call") || inside("gate", "chain", "call")) return "layer";
  if (inside("fusion", "chain", "call") || inside("namedFusion", "chain", "call"))
    return chained ? "layer" : "fusion";
  if (inside("interaction", "chain", "call")) {
    const several = interactions.get(before[0] ?? "")?.modalities === "several";
    return several && !chained ? "merge" : "layer of an interaction";
  }
  if (inside("setting", "value", "call")) return settingRoles.get(before.at(-1) ?? "");
  // `schedule warmup -> `
  if (inside("setting", "call"))
    return settingRoles.get(before.findLast((word) => settingRoles.has(word)) ?? "");
  if (inside("supervise", "call")) return "teacher";
  if (inside("augment", "chain", "call")) return "augmentation";
  if (inside("metric", "call")) return "metric";
  if (inside("pid", "call")) return "measure";
  if (inside("transform", "call")) return "tokenizer";
  return inside("source", "call") ? "source" : undefined;
}

/** The model whose variants are being written. */
export function variedModel({ blocks: [block = ""] }: Place): string | undefined {
  return /^variants of (.*)$/.exec(block)?.[1];
}

/** The same as `roleAt`, also of what a `variants` block chooses from. */
export function roleHere(
  path: readonly string[],
  before: readonly string[],
  place: Place,
  spec: Spec,
): Role | undefined {
  const varied = variedModel(place);
  return varied === undefined ? roleAt(path, before) : choiceRole(spec, varied, before);
}

/** The call whose parentheses are open at the end. */
interface OpenParentheses {
  callee: string;
  /** The words before the callee. */
  before: readonly string[];
  /** Arguments that are given by name, this one too when its colon is written. */
  given: ReadonlySet<string>;
  /** How many stand before this one without a name. */
  position: number;
  named?: string;
}

function openParentheses(words: readonly string[]): OpenParentheses | undefined {
  let depth = 0;
  let open = words.length - 1;
  for (; open > 0; open--) {
    if (words[open] === ")") depth++;
    if (words[open] === "(" && depth-- === 0) break;
  }
  const callee = words[open - 1];
  if (open < 1 || callee === undefined) return undefined;
  const given = new Set<string>();
  let position = 0;
  let named: string | undefined;
  depth = 0;
  const args = words.slice(open + 1);
  args.forEach((text, i) => {
    if (text === "(" || text === "[") depth++;
    else if (text === ")" || text === "]") depth--;
    else if (depth === 0 && text === ":") {
      // Of `noise(left):` the name stands before the parentheses.
      named = args[args[i - 1] === ")" ? args.lastIndexOf("(", i) - 1 : i - 1];
      if (named !== undefined) given.add(named);
    } else if (depth === 0 && text === ",") {
      if (named === undefined) position++;
      named = undefined;
    }
  });
  return {
    callee,
    before: words.slice(0, open - 1),
    given,
    position,
    ...(named !== undefined && { named }),
  };
}

/** A call whose arguments are being written, and the row that it is of. */
export interface OpenCall extends Omit<OpenParentheses, "callee" | "before"> {
  row: Callable & { paper?: string; columns?: boolean };
}

/**
 * The call around a place, by the words of the statement before it and a path of the grammar's rules there. Parentheses that say which modalities an
 * argument is of, `noise(left): 0.3`, belong to that argument.
 */
export function openCall(
  words: readonly string[],
  rules: readonly string[],
  roleOf: typeof roleAt,
): OpenCall | undefined {
  const open = openParentheses(words);
  if (open === undefined) return undefined;
  const { callee, before, ...place } = open;
  const argument = rules.indexOf("argument");
  const path = argument < 0 ? rules : rules.slice(0, argument);
  const role = roleOf(path, before);
  const row = role && roles[role].get(callee);
  if (row !== undefined) return { row, ...place };
  const around = openCall(before, path, roleOf);
  if (around === undefined) return undefined;
  if (around.row.columns) {
    const column = around.named === undefined ? undefined : roles.column.get(callee);
    return column && { row: column, ...place };
  }
  return around.named === undefined ? { ...around, named: callee } : undefined;
}
