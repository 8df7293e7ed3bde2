import type {
  Call,
  Chain,
  ComponentReference,
  Condition,
  DataDeclaration,
  ModelDeclaration,
  Name,
  ParamDeclaration,
  Span,
  SpecFile,
  Value,
} from "../grammar/index.js";
import { modalityKinds } from "../compiler/tables/data.js";
import { interactions } from "../compiler/tables/interactions.js";
import type { Callable } from "../compiler/tables/parameters.js";
import { roles, settingRoles, type Role } from "../compiler/tables/roles.js";

/** Something that a spec declares. */
export interface Declared {
  kind: "model" | "param" | "target" | "modality" | "encoder" | "interaction" | "gate";
  /** As others refer to it: `Digits`, `unique(top)`. */
  name: string;
  /** The name where it is declared. */
  span: Span;
  /** The whole declaration. */
  whole: Span;
  doc?: string;
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
  occurrences: readonly Occurrence[];
  calls: readonly Called[];
}

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
export function namesOf(file: SpecFile): Names {
  const finder = new Finder();
  finder.file(file);
  const inOrder = (a: { span: Span }, b: { span: Span }) => a.span.start - b.span.start;
  return {
    declared: finder.declared,
    occurrences: finder.occurrences.sort(inOrder),
    calls: finder.calls.sort((a, b) => inOrder(a.call, b.call)),
  };
}

class Finder {
  readonly declared: Declared[] = [];
  readonly occurrences: Occurrence[] = [];
  readonly calls: Called[] = [];
  private readonly models = new Map<string, Declared>();
  private readonly scopes = new Map<string, Scope>();

  file({ models, data, params }: SpecFile): void {
    for (const param of params) this.param(param);
    for (const model of models) this.model(model);
    for (const declaration of data) this.data(declaration);
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

  private param({ name, uses, span, doc }: ParamDeclaration): void {
    const declared: Declared = {
      kind: "param",
      name: name.text,
      span: name.span,
      whole: span,
      ...(doc !== undefined && { doc }),
    };
    this.declare(new Map(), name.text, declared);
    for (const use of uses) this.occurrences.push({ span: use.span, declared, declares: false });
  }

  private model(model: ModelDeclaration): void {
    const scope = new Scope();
    const documented = (node: { doc?: string }) => (node.doc === undefined ? {} : { doc: node.doc });
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
      });
    }
    for (const member of model.members) {
      if (member.kind !== "fusion-block") continue;
      for (const interaction of member.interactions) {
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
      for (const gate of member.gates) {
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
          this.refer(member.encoder, scope.encoders);
          break;
        case "fusion":
          this.chain(member.chain, "fusion", "layer", scope);
          break;
        case "fusion-block":
          for (const { component, layers } of member.interactions) {
            for (const name of component.modalities) this.refer(name, scope.modalities);
            const several = interactions.get(component.name.text)?.modalities === "several";
            const layer = "layer of an interaction";
            this.chain(layers, several ? "merge" : layer, layer, scope);
          }
          for (const { layers } of member.gates) this.chain(layers, "layer", "layer", scope);
          for (const { condition, use } of member.rules) {
            if (condition) this.condition(condition, scope);
            this.component(use, scope);
          }
          break;
        case "train":
          for (const setting of member.settings) {
            if (setting.kind === "supervise") this.call(setting.teacher, "teacher", scope);
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
    for (const { name } of bindings) this.refer(name, scope.modalities, scope.targets);
    for (const { modality } of lacks) this.refer(modality, scope.modalities);
  }
}
