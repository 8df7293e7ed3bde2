import type { DataBinding, DataDeclaration, Name, Span, Transform } from "../../grammar/syntax.js";
import type { BindingIr, DataIr, TargetIr } from "../ir.js";
import { articled } from "../diagnostics.js";
import { targetRow } from "../tables/targets.js";
import type { Checker } from "./checker.js";
import { checkDrawn } from "./drawn.js";
import type { CheckedModality } from "./modalities.js";
import { checkJoins, checkPath, checkSkip } from "./sources.js";
import { checkSplit } from "./split.js";
import { checkStreaming } from "./streaming.js";
import { checkTransforms } from "./transforms.js";

/** What the data must feed. */
export interface DataWants {
  modalities: ReadonlyMap<string, CheckedModality>;
  target: TargetIr | undefined;
  targetName: string | undefined;
}

export function checkData(
  declaration: DataDeclaration,
  wants: DataWants,
  checker: Checker,
): DataIr | undefined {
  const split = checkSplit(declaration, wants, checker);
  const source = checker.single(declaration.sources, "a source", (node) => checker.text(node.value.span));
  const line = checker.line(declaration.span);
  if (source === undefined) {
    checker.report("noSource", declaration.model.span, { model: declaration.model.text });
    checkBindings(declaration.bindings, wants, checker);
    return undefined;
  }
  const skip = checkSkip(declaration.skips, checker);
  const streamed = checkStreaming(declaration, checker);
  if (source.value.kind === "call") {
    for (const { span } of declaration.skips.slice(0, 1))
      checker.report("drawnSkip", span, { source: source.value.name.text });
    const drawn = checkDrawn(source.value, declaration, wants, checker);
    return drawn && split && { kind: "drawn", ...drawn, split, line };
  }
  const path = checkPath(source.value, checker);
  const joins = checkJoins(source.joins, path, checker);
  const bindings = checkBindings(declaration.bindings, wants, checker);
  for (const name of [
    ...wants.modalities.keys(),
    ...(wants.targetName === undefined ? [] : [wants.targetName]),
  ]) {
    const columns = wants.modalities.get(name)?.columns;
    if (bindings.has(name)) continue;
    if (columns === undefined) checker.report("unbound", declaration.model.span, { name });
    // A table that nothing is said of reads the columns of its own columns' names.
    else bindings.set(name, { name, columns: columns.map((column) => column.name), transforms: [], line });
  }
  const target = wants.target && bindings.get(wants.target.name);
  if (path === undefined || joins === undefined || split === undefined || target === undefined)
    return undefined;
  const modalities = [...wants.modalities.keys()].flatMap((name) => bindings.get(name) ?? []);
  return {
    kind: "file",
    path,
    joins,
    ...(skip && { skip }),
    modalities,
    target,
    split,
    ...(streamed && { streamed }),
    line,
  };
}

function checkBindings(
  bindings: readonly DataBinding[],
  wants: DataWants,
  checker: Checker,
): Map<string, BindingIr> {
  const known = [...wants.modalities.keys(), ...(wants.targetName === undefined ? [] : [wants.targetName])];
  const found = new Map<string, BindingIr>();
  for (const { name, files, columns, transforms, span } of bindings) {
    const other = found.get(name.text);
    if (!known.includes(name.text)) {
      checker.report("unknownBinding", name.span, { name: name.text, known });
      continue;
    }
    if (other !== undefined) {
      checker.report("boundTwice", name.span, { name: name.text, line: other.line });
      continue;
    }
    const modality = wants.modalities.get(name.text);
    if (name.text === wants.targetName)
      checkTargetBinding({ columns, transforms, span }, wants.target, checker);
    else if (modality?.columns !== undefined && columns.length !== modality.columns.length) {
      const names = modality.columns.map((column) => column.name);
      checker.report("columnCount", span, { name: name.text, columns: names, found: columns.length });
    } else if (
      columns.length > 1 &&
      modality !== undefined &&
      modality.kind !== "vector" &&
      modality.kind !== "table"
    ) {
      const kind = articled(modality.kind);
      checker.report("severalColumns", columns[1]?.span ?? span, { name: name.text, kind });
    }
    if (files !== undefined) checkFiles({ name, files: files.span, transforms }, modality, checker);
    found.set(name.text, {
      name: name.text,
      columns: columns.map(({ value }) => value),
      ...(files && { files: true }),
      transforms:
        name.text === wants.targetName
          ? transforms.flatMap((each) =>
              each.kind === "scaled" ? { kind: "scaled", by: each.by.value } : [],
            )
          : checkTransforms(transforms, { name: name.text, modality, columns: columns.length }, checker),
      line: checker.line(span),
    });
  }
  return found;
}

/** `files` is of texts: those of a picture or a sound are read without a word. */
function checkFiles(
  { name, files, transforms }: { name: Name; files: Span; transforms: readonly Transform[] },
  modality: CheckedModality | undefined,
  checker: Checker,
): void {
  if (transforms.some(({ kind }) => kind === "tokenised")) return;
  const media = modality?.kind === "image" || modality?.kind === "audio";
  checker.report("filesOfNumbers", files, { name: name.text, media, tokens: modality?.kind === "tokens" });
}

/** One column of classes; of labels or numbers one column for each, or one with all of them. */
function checkTargetBinding(
  { columns, transforms, span }: Pick<DataBinding, "columns" | "transforms" | "span">,
  target: TargetIr | undefined,
  checker: Checker,
): void {
  if (target === undefined) return;
  const { name, kind, outputs } = target;
  const row = targetRow(kind);
  transforms.forEach((transform, i) => {
    if (transform.kind !== "scaled" || i > 0)
      checker.report("targetTransformed", transform.span, { name, transform: transform.kind });
    else if (kind !== "regression")
      checker.report("scaledTarget", transform.by.span, { name, outputs: row.outputs });
  });
  if (columns.length === 1 || (kind !== "class" && columns.length === outputs.length)) return;
  const at = columns[1]?.span ?? span;
  if (kind === "class") checker.report("severalColumns", at, { name, kind: "the target" });
  else {
    const found = columns.length;
    checker.report("targetColumns", at, {
      target: name,
      outputs: row.outputs,
      wanted: outputs.length,
      found,
    });
  }
}
