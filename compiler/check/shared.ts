import type {
  EncoderDeclaration,
  FusionBlock,
  FusionDeclaration,
  Name,
  NamedFusion,
  ParamDeclaration,
  SpecFile,
} from "../../grammar/syntax.js";
import type { Unit } from "../imports.js";
import { ensembleFusion, merges } from "../tables/merges.js";
import type { Checker } from "./checker.js";
import { checkFusion, checkFusionBlock, type FusionInputs } from "./fusion.js";
import { checkLayers } from "./layers.js";
import type { CheckedModality } from "./modalities.js";

/** Something outside of models, and what checks the file that it stands in. */
export interface Shared<Node> {
  node: Node;
  checker: Checker;
}

/** What the models of a file can use by name: what stands outside of models there, and in the files that it imports. */
export interface Scope {
  encoders: ReadonlyMap<string, Shared<EncoderDeclaration>>;
  fusions: ReadonlyMap<string, Shared<NamedFusion>>;
  params: ReadonlyMap<string, Shared<ParamDeclaration>>;
}

/** What a file offers to its models and to those that import it. */
function offered({ params, encoders, fusions }: SpecFile) {
  return { params, encoders: encoders.filter(({ modality }) => modality === undefined), fusions };
}

const kinds = [
  { kind: "params", one: "a parameter", several: "parameters" },
  { kind: "encoders", one: "an encoder", several: "encoders" },
  { kind: "fusions", one: "a fusion", several: "fusions" },
] as const;

/** The names of a file, its own before those that its imports bring; reports those that there are twice. */
export function scopeOf(unit: Unit, checkerOf: (unit: Unit) => Checker): Scope {
  const checker = checkerOf(unit);
  const scopes = kinds.map(({ kind, one, several }) => {
    const found = new Map<string, Shared<{ name: Name }>>();
    for (const node of unit.tree[kind]) {
      const { name } = node;
      const other = found.get(name.text);
      if (other === undefined) found.set(name.text, { node, checker });
      else
        checker.report("duplicate", name.span, {
          what: one,
          name: name.text,
          line: checker.line(other.node.name.span),
        });
    }
    for (const { declaration, unit: imported } of unit.imports) {
      if (imported === undefined) continue;
      for (const node of offered(imported.tree)[kind]) {
        const { text, span } = node.name;
        const other = found.get(text);
        const added = { node, checker: checkerOf(imported) };
        if (other === undefined) found.set(text, added);
        // What its own file has twice is told there.
        else if (other.checker !== added.checker) {
          checker.report("importClash", declaration.path.span, {
            what: several,
            name: text,
            first: other.checker.place(other.node.name.span),
            second: added.checker.place(span),
          });
        }
      }
    }
    return [kind, found] as const;
  });
  return Object.fromEntries(scopes) as unknown as Scope;
}

/** The names of templates, fusions and parameters that a file uses. */
function usedNames({ models, borrowed }: SpecFile): Record<keyof ReturnType<typeof offered>, Set<string>> {
  const members = models.flatMap((model) => model.members);
  return {
    params: new Set(borrowed.map(({ text }) => text)),
    encoders: new Set(members.flatMap((member) => (member.kind === "encode" ? member.encoder.text : []))),
    fusions: new Set(
      members.flatMap((member) => (member.kind === "fusion" ? (member.chain.items[0]?.name.text ?? []) : [])),
    ),
  };
}

/** Warns of what a spec imports, or has for its models, and doesn't use. A file without models has it for others. */
export function checkUsed({ tree, imports }: Unit, scope: Scope, checker: Checker): void {
  const used = usedNames(tree);
  const own = new Set(ownEncoders(tree));
  const templatesKnown = [...used.encoders].every((name) => scope.encoders.has(name) || own.has(name));
  const fusionsKnown = [...used.fusions].every((name) => scope.fusions.has(name) || isOperator(name));
  for (const { declaration, unit } of imports) {
    if (unit === undefined || unit.problems.length > 0) continue;
    const has = offered(unit.tree);
    const names = kinds.flatMap(({ kind }) => has[kind].map(({ name }) => ({ kind, text: name.text })));
    const path = declaration.path.value;
    // What is unused may be what an unknown name means.
    if (names.length === 0) checker.report("nothingToImport", declaration.path.span, { path });
    else if (templatesKnown && fusionsKnown && !names.some(({ kind, text }) => used[kind].has(text))) {
      checker.report("unusedImport", declaration.path.span, { path, names: names.map(({ text }) => text) });
    }
  }
  if (tree.models.length === 0) return;
  for (const { node, checker: home } of scope.params.values()) {
    if (home === checker && node.uses.length === 0)
      checker.report("unusedParameter", node.name.span, { name: node.name.text });
  }
  for (const { name } of templatesKnown ? offered(tree).encoders : [])
    if (!used.encoders.has(name.text)) checker.report("unusedTemplate", name.span, { name: name.text });
  for (const { name } of fusionsKnown ? tree.fusions : [])
    if (!used.fusions.has(name.text)) checker.report("unusedFusion", name.span, { name: name.text });
}

function ownEncoders({ models }: SpecFile): string[] {
  return models.flatMap(({ members }) =>
    members.flatMap((member) => (member.kind === "encoder" ? member.name.text : [])),
  );
}

function isOperator(name: string): boolean {
  return merges.has(name) || name === ensembleFusion.name;
}

/** Checks what stands outside of models, as far as that can be judged before a model uses it. */
export function checkShared({ encoders, fusions }: SpecFile, checker: Checker): void {
  for (const { name, modality, layers } of encoders) {
    checker.declare(name);
    if (modality !== undefined)
      checker.report("boundTemplate", name.span, { name: name.text, modality: modality.text });
    checker.usedBy(undefined, () => checkLayers(layers.items, undefined, checker));
  }
  for (const fusion of fusions) {
    const { name } = fusion;
    checker.declare(name);
    if (isOperator(name.text)) checker.report("takenFusion", name.span, { name: name.text });
    checker.usedBy(undefined, () => checkAny(fusion, withoutModel(fusion), checker));
  }
}

/** Any fusion, by its kind. */
export function checkAny(fusion: FusionDeclaration | FusionBlock, inputs: FusionInputs, checker: Checker) {
  return fusion.kind === "fusion"
    ? checkFusion(fusion, inputs, checker)
    : checkFusionBlock(fusion, inputs, checker);
}

/** What a fusion reads while no model says it: the modalities that it names, of any shape. */
function withoutModel(fusion: NamedFusion): FusionInputs {
  const names =
    fusion.kind === "fusion"
      ? ["any"]
      : fusion.interactions.flatMap(({ component }) => component.modalities.map(({ text }) => text));
  const modality = (name: string): CheckedModality => ({ name, kind: "", optional: true, line: 0 });
  return {
    modalities: new Map(names.map((name) => [name, modality(name)])),
    encoders: [],
    paradigm: { kind: "joint", epochs: 1 },
    named: [],
  };
}

/** What `fusion = Late` means: the fusion of that name, unless it is one of the language's. */
export function sharedFusion(
  written: FusionDeclaration | FusionBlock,
  { fusions }: Scope,
  checker: Checker,
): Shared<NamedFusion> | undefined {
  const [first, next] = written.kind === "fusion" ? written.chain.items : [];
  if (first === undefined || first.parens || isOperator(first.name.text)) return undefined;
  const shared = fusions.get(first.name.text);
  if (shared !== undefined && next !== undefined)
    checker.report("wholeFusion", next.span, { name: first.name.text });
  return shared;
}
