import type { DataJoin, SkipDeclaration, StringLiteral } from "../../grammar/syntax.js";
import type { JoinIr, SkipIr } from "../ir.js";
import { formats, mostSkipped } from "../tables/data.js";
import type { Checker } from "./checker.js";
import { leavesFolder, normalised } from "./paths.js";

/** A path that stays in the spec's folder and that something can read; `*` stands for any part of a name, `**` for any folders. */
export function checkPath({ value, span }: StringLiteral, checker: Checker): string | undefined {
  if (leavesFolder(value)) {
    checker.report("outsideFolder", span, { path: value });
    return undefined;
  }
  if (![...formats.keys()].some((ending) => value.toLowerCase().endsWith(ending))) {
    const known = [...formats.keys()].filter((ending) => ending !== "/" && !ending.endsWith(".gz"));
    checker.report("unknownFormat", span, { path: value, known });
    return undefined;
  }
  if (value.includes("*") && value.endsWith("/")) {
    checker.report("globbedFolder", span, { path: value });
    return undefined;
  }
  return value;
}

/** `joined with "scans.npz" by "id"` */
export function checkJoins(
  joins: readonly DataJoin[],
  first: string | undefined,
  checker: Checker,
): JoinIr[] | undefined {
  const lines = new Map<string, number>();
  const found = joins.map(({ path: literal, key, span }): JoinIr | undefined => {
    const path = checkPath(literal, checker);
    if (path === undefined) return undefined;
    const name = normalised(path);
    const line = checker.line(span);
    const other = lines.get(name);
    if (other !== undefined || (first !== undefined && normalised(first) === name)) {
      checker.report("joinedTwice", literal.span, { path });
      return undefined;
    }
    lines.set(name, line);
    return { path, key: key.value, line };
  });
  return found.every((join) => join !== undefined) ? found : undefined;
}

/** `skip unreadable at most 0.01` */
export function checkSkip(skips: readonly SkipDeclaration[], checker: Checker): SkipIr | undefined {
  const skip = checker.single(skips, "a", () => "skip unreadable");
  if (skip === undefined) return undefined;
  const { atMost, span } = skip;
  if (atMost !== undefined && !(atMost.value > 0 && atMost.value < 1)) {
    const wanted = "a share above 0 and below 1";
    const found = checker.text(atMost.span);
    checker.report("wrongValue", atMost.span, { call: "skip unreadable", name: "at most", wanted, found });
  }
  return { atMost: atMost?.value ?? mostSkipped, line: checker.line(span) };
}
