import type { HoldOutDeclaration, MissingDeclaration } from "../../grammar/syntax.js";
import type { HoldOutIr, MissingIr, TargetIr } from "../ir.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";
import { keysOf } from "./names.js";
import { checkSeed } from "./seed.js";

/**
 * `missing image in 0.3 of test seed 1`
 * @param parts those that the split has
 */
export function checkMissing(
  declarations: readonly MissingDeclaration[],
  parts: ReadonlySet<string>,
  modalities: ReadonlyMap<string, CheckedModality>,
  checker: Checker,
): MissingIr[] {
  const lines = new Map<string, number>();
  return declarations.flatMap(({ modality, share, part, seed, span }) => {
    const known = modalities.get(modality.text);
    if (known === undefined) {
      const names = keysOf(modalities);
      checker.report("unknownModality", modality.span, { name: modality.text, modalities: names });
    } else if (!known.optional) {
      checker.report("missingNotOptional", modality.span, { modality: modality.text });
    }
    if (!(share.value > 0 && share.value <= 1)) {
      const wanted = "a share above 0, at most 1";
      const found = checker.text(share.span);
      checker.report("wrongValue", share.span, { call: "missing", name: "in", wanted, found });
    }
    if (!parts.has(part.text))
      checker.report("noSuchPart", part.span, { part: part.text, parts: [...parts] });
    const name = `${modality.text} in ... of ${part.text}`;
    const line = lines.get(name);
    if (line !== undefined) {
      checker.report("duplicate", span, { what: "a", name: `missing ${name}`, line });
      return [];
    }
    lines.set(name, checker.line(span));
    const own = checkSeed(seed, "missing", checker);
    return { modality: modality.text, share: share.value, part: part.text, seed: own };
  });
}

/** `hold out classes 8, 9` */
export function checkHoldOut(
  declarations: readonly HoldOutDeclaration[],
  target: TargetIr | undefined,
  checker: Checker,
): HoldOutIr | undefined {
  const declaration = checker.single(declarations, "a", () => "hold out classes");
  if (declaration === undefined || target === undefined) return undefined;
  if (target.kind !== "class") {
    const what = "hold out classes";
    checker.report("needsClasses", declaration.span, { what, target: target.name, kind: target.kind });
    return undefined;
  }
  const classes = new Set<number>();
  for (const { value, span } of declaration.classes) {
    const position = target.outputs.indexOf(String(value));
    const name = String(value);
    if (position < 0)
      checker.report("unknownClass", span, { name, target: target.name, classes: target.outputs });
    else classes.add(position);
  }
  const left = target.outputs.length - classes.size;
  if (left < 2) checker.report("tooFewLeft", declaration.span, { target: target.name, left });
  return { classes: [...classes].sort((a, b) => a - b), line: checker.line(declaration.span) };
}
