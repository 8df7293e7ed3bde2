import type {
  Call,
  Chain,
  ComponentReference,
  Condition,
  DataDeclaration,
  FusionBlock,
  ModelDeclaration,
  Name,
  Span,
  SpecFile,
  Value,
  VariantsDeclaration,
} from "../grammar/index.js";
import type { Unit } from "../compiler/index.js";
import { modalityKinds } from "../compiler/tables/data.js";
import { interactions } from "../compiler/tables/interactions.js";
import type { Callable } from "../compiler/tables/parameters.js";
import { roles, settingRoles, type Role } from "../compiler/tables/roles.js";
import { pathsOf, placeAt } from "../compiler/variants/paths.js";
import { placesOf, rolesIn } from "../compiler/variants/places.js";

/** Something that a spec declares. */
export interface Declared {
  kind: "model" | "param" | "target" | "modality" | "encoder" | "fusion" | "interaction" | "gate";
  /** As others refer to it: `Digits`, `unique(top)`. */
  name: string;
  /** The name where it is declared. */
  span: Span;
  /** The whole declaration. */
  whole: Span;
  doc?: string;
  /** The imported file that declares it, from the folder of this one. */
  file?: string;
  /** True when it stands outside of models, for other files too. */
  shared?: true;
  /** Of an encoder, its last layer. */
  last?: Span;
}

/** A name in the text and what it stands for. */
export interface Occurrence {
  span: Span;
  declared: Declared;
  /** True where it is declared. */
  declares: boolean;
}

/** A call, and the row of the table that it is of; absent when there is none of that name. */
export interface Called {
  call: Call;
  role: Role;
  row?: Callable & { paper?: string };
}

/** All names and calls of a file, each list in the order of the text. */
export interface Names {
  declared: readonly Declared[];
  /** What its imports bring. */
  imported: readonly Declared[];
  occurrences: readonly Occurrence[];
  calls: readonly Called[];
}

const documented = ({ doc }: { doc?: string }) => (doc === undefined ? {} : { doc });

/** What one model declares, by name. */
class Scope {
  readonly modalities = new Map<string, Declared>();
  readonly targets = new Map<string, Declared>();
  readonly encoders = new Map<string, Declared>();
  readonly components = new Map<string, Declared>();
}

/** `unique(top)`, its modalities in the order of the alphabet: they name the same interaction in any order. */
function componentKey(kind: string, modalities: readonly Name[]): string {
  return `${kind}(${modalities
    .map(({ text }) => text)
    .sort()
    .join(", ")})`;
}

/** Resolves all names of a file that can be resolved; nothing is reported. */
export function namesOf({ tree, imports }: Pick<Unit, "tree" | "imports">): Names {
  const finder = new Finder();
  for (const { unit } of imports) if (unit !== undefined) finder.import(unit);
  finder.file(tree);
  const inOrder = (a: { span: Span }, b: { span: Span }) => a.span.start - b.span.start;
  return {
    declared: finder.declared,
    imported: finder.imported,
    occurrences: finder.occurrences.sort(inOrder),
    calls: finder.calls.sort((a, b) => inOrder(a.call, b.call)),
  };
}

type SharedKind = "param" | "encoder" | "fusion";

/** What a file has outside of models, by kind and name. */
type SharedNames = Record<SharedKind, Map<string, Declared>>;

const noNames = (): SharedNames => ({ param: new Map(), encoder: new Map(), fusion: new Map() });

/** What stands outside of models. */
function sharedOf({ params, encoders, fusions }: SpecFile): (Declared & { kind: SharedKind })[] {
  const declared = (kind: SharedKind, node: { name: Name; span: Span; doc?: string }, last?: Span) => ({
    kind,
    name: node.name.text,
    span: node.name.span,
    whole: node.span,
    ...documented(node),
    shared: true as const,
    ...(last && { last }),
  });
  return [
    ...params.map((param) => declared("param", param)),
    ...encoders.map((encoder) => declared("encoder", encoder, encoder.layers.items.at(-1)?.span)),
    ...fusions.map((fusion) => declared("fusion", fusion)),
  ];
}

class Finder {
  readonly declared: Declared[] = [];
  readonly imported: Declared[] = [];
  readonly occurrences: Occurrence[] = [];
  readonly calls: Called[] = [];
  private readonly models = new Map<string, Declared>();
  private readonly scopes = new Map<string, Scope>();
  private readonly shared = noNames();
  private readonly brought = noNames();

  import({ tree, from }: Unit): void {
    for (const declared of sharedOf(tree)) {
      const here = { ...declared, file: from };
      this.imported.push(here);
      const table = this.brought[declared.kind];
      if (!table.has(declared.name)) table.set(declared.name, here);
    }
  }

  file(tree: SpecFile): void {
    const own = sharedOf(tree);
    for (const declared of own) this.declare(this.shared[declared.kind], declared.name, declared);
    // The parameters come first of all that is shared.
    tree.params.forEach(({ uses }, i) => {
      const declared = own[i] as Declared;
      for (const { span } of uses) this.occurrences.push({ span, declared, declares: false });
    });
    for (const name of tree.borrowed) this.refer(name, this.brought.param);
    const scope = new Scope();
    for (const { layers } of tree.encoders) this.chain(layers, "layer", "layer", scope);
    for (const fusion of tree.fusions) {
      const inside = new Scope();
      if (fusion.kind === "fusion") this.chain(fusion.chain, "fusion", "layer", inside);
      else {
        this.components(fusion, inside);
        this.block(fusion, inside);
      }
    }
    for (const model of tree.models) this.model(model);
    for (const declaration of tree.data) this.data(declaration);
    for (const declaration of tree.variants) this.variants(declaration, tree);
  }

  /** The first declaration of a name counts. */
  private declare(table: Map<string, Declared>, key: string, declared: Declared): void {
    this.declared.push(declared);
    this.occurrences.push({ span: declared.span, declared, declares: true });
    if (!table.has(key)) table.set(key, declared);
  }

  private refer(name: Name, ...tables: readonly ReadonlyMap<string, Declared>[]): void {
    const declared = tables.flatMap((table) => table.get(name.text) ?? [])[0];
    if (declared !== undefined) this.occurrences.push({ span: name.span, declared, declares: false });
  }

  private model(model: ModelDeclaration): void {
    const scope = new Scope();
    if (!this.scopes.has(model.name.text)) this.scopes.set(model.name.text, scope);
    this.declare(this.models, model.name.text, {
      kind: "model",
      name: model.name.text,
      span: model.name.span,
      whole: model.span,
      ...documented(model),
    });
    for (const member of model.members) {
      if (member.kind !== "target" && member.kind !== "modality" && member.kind !== "encoder") continue;
      const { kind, name } = member;
      const table =
        kind === "target" ? scope.targets : kind === "modality" ? scope.modalities : scope.encoders;
      this.declare(table, name.text, {
        kind,
        name: name.text,
        span: name.span,
        whole: member.span,
        ...documented(member),
        ...(member.kind === "encoder" && { last: member.layers.items.at(-1)?.span ?? member.span }),
      });
    }
    for (const member of model.members) if (member.kind === "fusion-block") this.components(member, scope);
    for (const member of model.members) {
      switch (member.kind) {
        case "target":
        case "modality":
          this.call(member.type, member.kind, scope);
          break;
        case "encoder":
          if (member.modality) this.refer(member.modality, scope.modalities);
          this.chain(member.layers, "layer", "layer", scope);
          break;
        case "encode":
          for (const name of member.modalities) this.refer(name, scope.modalities);
          this.refer(member.encoder, scope.encoders, this.shared.encoder, this.brought.encoder);
          break;
        case "fusion": {
          const [first] = member.chain.items;
          if (first !== undefined && !first.parens && !roles.fusion.has(first.name.text))
            this.refer(first.name, this.shared.fusion, this.brought.fusion);
          this.chain(member.chain, "fusion", "layer", scope);
          break;
        }
        case "fusion-block":
          this.block(member, scope);
          break;
        case "train":
          for (const setting of member.settings) {
            if (setting.kind === "supervise") this.call(setting.teacher, "teacher", scope);
            if (setting.kind === "augment") {
              for (const name of setting.modalities) this.refer(name, scope.modalities);
              this.chain(setting.steps, "augmentation", "augmentation", scope);
            }
            if (setting.kind !== "option") continue;
            const role = settingRoles.get(setting.name.text);
            if (role === undefined) continue;
            if (setting.value.kind === "call") this.call(setting.value, role, scope);
            for (const call of setting.then) this.call(call, role, scope);
          }
          break;
        case "evaluate":
          for (const item of member.items) {
            if (item.kind === "metric") this.call(item.call, "metric", scope);
            else {
              this.call(item.measure, "measure", scope);
              for (const name of item.modalities) this.refer(name, scope.modalities);
            }
          }
          break;
      }
    }
  }

  /** The interactions and the gate that a block declares. */
  private components(block: FusionBlock, scope: Scope): void {
    for (const interaction of block.interactions) {
      const { name, modalities, span } = interaction.component;
      this.declare(scope.components, componentKey(name.text, modalities), {
        kind: "interaction",
        name:
          modalities.length === 0
            ? name.text
            : `${name.text}(${modalities.map(({ text }) => text).join(", ")})`,
        span: name.span,
        whole: { start: span.start, end: interaction.span.end },
        ...documented(interaction),
      });
    }
    for (const gate of block.gates) {
      const span = { start: gate.span.start, end: gate.span.start + "gate".length };
      this.declare(scope.components, "gate", {
        kind: "gate",
        name: "gate",
        span,
        whole: gate.span,
        ...documented(gate),
      });
    }
  }

  /** What a block names. */
  private block(block: FusionBlock, scope: Scope): void {
    for (const { component, layers } of block.interactions) {
      for (const name of component.modalities) this.refer(name, scope.modalities);
      const several = interactions.get(component.name.text)?.modalities === "several";
      const layer = "layer of an interaction";
      this.chain(layers, several ? "merge" : layer, layer, scope);
    }
    for (const { layers } of block.gates) this.chain(layers, "layer", "layer", scope);
    for (const { condition, use } of block.rules) {
      if (condition) this.condition(condition, scope);
      this.component(use, scope);
    }
  }

  private component({ name, modalities }: ComponentReference, scope: Scope): void {
    for (const modality of modalities) this.refer(modality, scope.modalities);
    const ofKind = [...scope.components].filter(([key]) => key.startsWith(`${name.text}(`));
    const declared =
      name.text === "gate"
        ? scope.components.get("gate")
        : modalities.length === 0 && ofKind.length === 1
          ? ofKind[0]?.[1]
          : scope.components.get(componentKey(name.text, modalities));
    if (declared !== undefined) this.occurrences.push({ span: name.span, declared, declares: false });
  }

  private condition(condition: Condition, scope: Scope): void {
    switch (condition.kind) {
      case "and":
      case "or":
        this.condition(condition.left, scope);
        this.condition(condition.right, scope);
        break;
      case "not":
        this.condition(condition.operand, scope);
        break;
      case "missing":
        this.refer(condition.modality, scope.modalities);
        break;
      case "comparison":
      case "dominates": {
        const { share } = condition;
        const row = [...interactions.values()].find((candidate) => candidate.share === share.name.text);
        const name = { ...share.name, text: row?.name ?? share.name.text };
        this.component({ ...share, kind: "component", name }, scope);
      }
    }
  }

  private chain({ items }: Chain, first: Role, rest: Role, scope: Scope): void {
    items.forEach((call, i) => this.call(call, i === 0 ? first : rest, scope));
  }

  private call(call: Call, role: Role, scope: Scope): void {
    const row = roles[role].get(call.name.text);
    this.calls.push({ call, role, ...(row && { row }) });
    const columns = role === "modality" && modalityKinds.get(call.name.text)?.columns === true;
    let position = 0;
    for (const { name, of, value } of call.args) {
      if (columns && value.kind === "call") this.call(value, "column", scope);
      const parameter = name
        ? row?.parameters.find((candidate) => candidate.name === name.text)
        : row?.parameters[position];
      if (!name && !parameter?.variadic) position++;
      for (const modality of of ?? []) this.refer(modality, scope.modalities);
      if (parameter?.type.kind === "modality") this.value(value, scope);
    }
  }

  private value(value: Value, scope: Scope): void {
    if (value.kind === "call" && !value.parens) this.refer(value.name, scope.modalities);
    if (value.kind === "list") value.items.forEach((item) => this.value(item, scope));
  }

  private data(declaration: DataDeclaration): void {
    const { model, sources, bindings, lacks } = declaration;
    this.refer(model, this.models);
    const scope = this.scopes.get(model.text) ?? new Scope();
    for (const { value } of sources) if (value.kind === "call") this.call(value, "source", scope);
    for (const { name, transforms } of bindings) {
      this.refer(name, scope.modalities, scope.targets);
      for (const each of transforms)
        if (each.kind === "tokenised" && each.by.kind === "call") this.call(each.by, "tokenizer", scope);
    }
    for (const { modality } of lacks) this.refer(modality, scope.modalities);
  }

  private variants(declaration: VariantsDeclaration, file: SpecFile): void {
    this.refer(declaration.model, this.models);
    const scope = this.scopes.get(declaration.model.text) ?? new Scope();
    for (const { steps } of pathsOf(declaration)) {
      const [first] = steps;
      if (first) this.refer(first.name, scope.encoders, this.shared.param, this.brought.param);
      for (const { modalities = [] } of steps)
        for (const name of modalities) this.refer(name, scope.modalities);
    }
    const model = file.models.find(({ name }) => name.text === declaration.model.text);
    if (model === undefined) return;
    const places = placesOf(model, file);
    for (const { path, choices } of declaration.varies) {
      const found = placeAt(path, places);
      const chained = "place" in found && found.place.slot && rolesIn(found.place.slot.takes);
      for (const choice of chained ? choices : [])
        if (choice.kind === "chain" && chained) this.chain(choice, ...chained, scope);
    }
  }
}
