import type { CstElement, CstNode, IToken } from "./chevrotain.js";
import type * as S from "./syntax.js";

/** Thrown inside a statement that can't be made whole: it is left out of the tree. */
class Incomplete extends Error {}

function isNode(element: CstElement): element is CstNode {
  return "children" in element;
}

function isInserted(token: IToken): boolean {
  return token.isInsertedInRecovery === true;
}

/** No children; those of a rule and those of a kind of token never have the same name. */
const none: CstElement[] = [];

/** Makes the plain tree of chevrotain's; what error recovery left incomplete is left out. */
export class TreeBuilder {
  private readonly extents = new Map<CstNode, S.Span>();

  /** @param docs the doc comments, in the order of the text */
  constructor(private readonly docs: readonly IToken[]) {}

  /** Names that stand where a number must, and are no parameter's. */
  readonly unknown: S.Name[] = [];
  private readonly params = new Map<string, S.ParamDeclaration>();

  private outer: ReadonlyMap<string, number> = new Map();
  private readonly borrowed: S.Name[] = [];

  imports(node: CstNode): S.ImportDeclaration[] {
    return this.each(node, "import", (child): S.ImportDeclaration => ({
      kind: "import",
      path: this.stringIn(child),
      ...this.documented(child),
    }));
  }

  /** @param outer the parameters of imported files, with their numbers */
  file(
    node: CstNode,
    length: number,
    imports: S.ImportDeclaration[],
    outer: ReadonlyMap<string, number>,
  ): S.SpecFile {
    this.outer = outer;
    const params = this.each(node, "param", (child): S.ParamDeclaration => ({
      kind: "param",
      name: this.nameIn(child),
      value: this.literal(this.token(child, "Number")),
      uses: [],
      ...this.documented(child),
    }));
    // The first of a name counts.
    for (const param of [...params].reverse()) this.params.set(param.name.text, param);
    return {
      kind: "file",
      imports,
      params,
      encoders: this.each(node, "encoder", (child) => this.encoder(child)),
      fusions: this.each(node, "namedFusion", (child) => ({
        ...this.fusion(child),
        name: this.nameIn(child),
      })),
      models: this.each(node, "model", (child) => this.model(child)),
      data: this.each(node, "data", (child) => this.data(child)),
      borrowed: this.borrowed,
      variants: this.each(node, "variants", (child) => this.variants(child)),
      span: { start: 0, end: length },
    };
  }

  // --- helpers

  private nodes(node: CstNode, rule: string): CstNode[] {
    return (node.children[rule] ?? none) as CstNode[];
  }

  private tokens(node: CstNode, type: string): IToken[] {
    const found = (node.children[type] ?? none) as IToken[];
    return found.some(isInserted) ? found.filter((token) => !isInserted(token)) : found;
  }

  private node(node: CstNode, rule: string): CstNode {
    const [found] = this.nodes(node, rule);
    if (found === undefined) throw new Incomplete();
    return found;
  }

  private token(node: CstNode, type: string): IToken {
    const [found] = this.tokens(node, type);
    if (found === undefined) throw new Incomplete();
    return found;
  }

  /** Builds every child of a rule, leaving out those that are incomplete. */
  private each<Result>(node: CstNode, rule: string, build: (child: CstNode) => Result): Result[] {
    const built: Result[] = [];
    for (const child of this.nodes(node, rule)) {
      try {
        built.push(build(child));
      } catch (error) {
        if (!(error instanceof Incomplete)) throw error;
      }
    }
    return built;
  }

  private span(node: CstNode): S.Span {
    const { start, end } = this.extent(node);
    if (end < 0) throw new Incomplete();
    return { start, end };
  }

  /** From the first to the last token; the end is below 0 when there is none. */
  private extent(node: CstNode): S.Span {
    const known = this.extents.get(node);
    if (known !== undefined) return known;
    let first = Infinity;
    let last = -1;
    for (const rule in node.children) {
      for (const element of node.children[rule] as CstElement[]) {
        if (isNode(element)) {
          const { start, end } = this.extent(element);
          if (start < first) first = start;
          if (end > last) last = end;
        } else if (!isInserted(element) && element.image !== "") {
          const { startOffset, image } = element;
          if (startOffset < first) first = startOffset;
          if (startOffset + image.length > last) last = startOffset + image.length;
        }
      }
    }
    const extent = { start: first, end: last };
    this.extents.set(node, extent);
    return extent;
  }

  /** The doc comment that ends right before an offset: lines of `///` with nothing but white space between. */
  private doc(start: number, source: (from: number, to: number) => string): { doc?: string } {
    const lines: string[] = [];
    let before = start;
    for (let i = this.docsBefore(start) - 1; i >= 0; i--) {
      const comment = this.docs[i] as IToken;
      const end = comment.startOffset + comment.image.length;
      if (source(end, before).trim() !== "") break;
      lines.unshift(comment.image.slice(3).replace(/^ /, "").trimEnd());
      before = comment.startOffset;
    }
    return lines.length > 0 ? { doc: lines.join("\n") } : {};
  }

  /** How many doc comments begin before an offset. */
  private docsBefore(offset: number): number {
    let [low, high] = [0, this.docs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.docs[middle] as IToken).startOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Set by `buildTree`; gives the text between two offsets. */
  source: (from: number, to: number) => string = () => "";

  private documented(node: CstNode): { span: S.Span; doc?: string } {
    const span = this.span(node);
    return { ...this.doc(span.start, this.source), span };
  }

  // --- words and values

  private name(node: CstNode): S.Name {
    const token = this.token(node, "Name");
    return { kind: "name", text: token.image, span: spanOf(token) };
  }

  private nameIn(node: CstNode, which = 0): S.Name {
    const found = this.nodes(node, "name")[which];
    if (found === undefined) throw new Incomplete();
    return this.name(found);
  }

  private names(node: CstNode): S.Name[] {
    return this.nodes(node, "name").map((child) => this.name(child));
  }

  private literal(token: IToken): S.NumberLiteral {
    return { kind: "number", value: numberValue(token.image), span: spanOf(token) };
  }

  /** What a name stands for, where it is a parameter's. */
  private parameter(name: S.Name): S.NumberLiteral | undefined {
    const param = this.params.get(name.text);
    const value = param?.value.value ?? this.outer.get(name.text);
    if (value === undefined) return undefined;
    (param?.uses ?? this.borrowed).push(name);
    return { kind: "number", value, span: name.span };
  }

  /** A number or a parameter's name. */
  private number(node: CstNode): S.NumberLiteral {
    const [token] = this.tokens(node, "Number");
    if (token !== undefined) return this.literal(token);
    const name = this.nameIn(node);
    const value = this.parameter(name);
    if (value === undefined) {
      this.unknown.push(name);
      throw new Incomplete();
    }
    return value;
  }

  private numberIn(node: CstNode, which = 0): S.NumberLiteral {
    const found = this.nodes(node, "number")[which];
    if (found === undefined) throw new Incomplete();
    return this.number(found);
  }

  private string(token: IToken): S.StringLiteral {
    return { kind: "string", value: stringValue(token.image), span: spanOf(token) };
  }

  private stringIn(node: CstNode): S.StringLiteral {
    const [string] = [...this.tokens(node, "String"), ...this.tokens(node, "OpenString")];
    if (string === undefined) throw new Incomplete();
    return this.string(string);
  }

  private call(node: CstNode): S.Call {
    return {
      kind: "call",
      name: this.nameIn(node),
      args: this.nodes(node, "argument").map((child) => this.argument(child)),
      parens: this.tokens(node, "OpenParen").length > 0,
      span: this.span(node),
    };
  }

  private argument(node: CstNode): S.Argument {
    const [name] = this.names(node);
    const [list] = this.nodes(node, "names");
    const value = this.value(this.node(node, "value"));
    return {
      kind: "argument",
      ...(name && { name }),
      ...(list && { of: this.names(list) }),
      value,
      span: this.span(node),
    };
  }

  private value(node: CstNode): S.Value {
    const [number] = this.tokens(node, "Number");
    if (number !== undefined) return this.literal(number);
    const [string] = [...this.tokens(node, "String"), ...this.tokens(node, "OpenString")];
    if (string !== undefined) return this.string(string);
    const [list] = this.nodes(node, "list");
    if (list !== undefined) return this.list(list);
    const call = this.call(this.node(node, "call"));
    return (call.parens ? undefined : this.parameter(call.name)) ?? call;
  }

  private list(node: CstNode): S.List {
    const items = this.nodes(node, "value").map((child) => this.value(child));
    return { kind: "list", items, span: this.span(node) };
  }

  private chain(node: CstNode): S.Chain {
    const chain = this.node(node, "chain");
    return {
      kind: "chain",
      items: this.nodes(chain, "call").map((child) => this.call(child)),
      span: this.span(chain),
    };
  }

  // --- model

  private model(node: CstNode): S.ModelDeclaration {
    const members: S.ModelMember[] = [
      ...this.each(node, "target", (child): S.TargetDeclaration => this.target(child)),
      ...this.each(node, "modality", (child): S.ModalityDeclaration => this.modality(child)),
      ...this.each(node, "encoder", (child): S.EncoderDeclaration => this.encoder(child)),
      ...this.each(node, "encode", (child): S.EncodeDeclaration => this.encode(child)),
      ...this.each(node, "fusion", (child) => this.fusion(child)),
      ...this.each(node, "train", (child): S.TrainDeclaration => this.train(child)),
      ...this.each(node, "evaluate", (child): S.EvaluateDeclaration => this.evaluate(child)),
    ];
    members.sort((a, b) => a.span.start - b.span.start);
    return { kind: "model", name: this.nameIn(node), members, ...this.documented(node) };
  }

  private target(node: CstNode): S.TargetDeclaration {
    return {
      kind: "target",
      name: this.nameIn(node),
      type: this.call(this.node(node, "call")),
      ...this.documented(node),
    };
  }

  private modality(node: CstNode): S.ModalityDeclaration {
    return {
      kind: "modality",
      optional: this.tokens(node, "Word_optional").length > 0,
      name: this.nameIn(node),
      type: this.call(this.node(node, "call")),
      ...this.documented(node),
    };
  }

  private encoder(node: CstNode): S.EncoderDeclaration {
    const [name, modality] = this.names(node);
    if (name === undefined) throw new Incomplete();
    const layers = this.chain(node);
    return { kind: "encoder", name, ...(modality && { modality }), layers, ...this.documented(node) };
  }

  private encode(node: CstNode): S.EncodeDeclaration {
    return {
      kind: "encode",
      modalities: this.names(this.node(node, "names")),
      encoder: this.nameIn(node),
      shared: this.tokens(node, "Word_shared").length > 0,
      span: this.span(node),
    };
  }

  private fusion(node: CstNode): S.FusionDeclaration | S.FusionBlock {
    if (this.nodes(node, "chain").length > 0) {
      return { kind: "fusion", chain: this.chain(node), ...this.documented(node) };
    }
    this.token(node, "OpenBrace");
    return {
      kind: "fusion-block",
      interactions: this.each(node, "interaction", (child): S.InteractionDeclaration => ({
        kind: "interaction",
        component: this.component(this.node(child, "component")),
        layers: this.chain(child),
        ...this.documented(child),
      })),
      gates: this.each(node, "gate", (child): S.GateDeclaration => ({
        kind: "gate",
        layers: this.chain(child),
        ...this.documented(child),
      })),
      rules: this.each(node, "rule", (child) => this.rule(child)),
      ...this.documented(node),
    };
  }

  private component(node: CstNode): S.ComponentReference {
    const [list] = this.nodes(node, "names");
    return {
      kind: "component",
      name: this.nameIn(node),
      modalities: list ? this.names(list) : [],
      span: this.span(node),
    };
  }

  private rule(node: CstNode): S.RuleDeclaration {
    const condition =
      this.tokens(node, "Word_otherwise").length > 0 ? undefined : this.either(this.node(node, "either"));
    const use = this.component(this.node(node, "component"));
    return { kind: "rule", ...(condition && { condition }), use, ...this.documented(node) };
  }

  private either(node: CstNode): S.Condition {
    return joined(
      "or",
      this.nodes(node, "both").map((child) => this.both(child)),
    );
  }

  private both(node: CstNode): S.Condition {
    return joined(
      "and",
      this.nodes(node, "condition").map((child) => this.condition(child)),
    );
  }

  private condition(node: CstNode): S.Condition {
    const span = this.span(node);
    const [nested] = this.nodes(node, "condition");
    if (nested !== undefined) return { kind: "not", operand: this.condition(nested), span };
    const [either] = this.nodes(node, "either");
    if (either !== undefined) return { ...this.either(either), span };
    if (this.tokens(node, "Word_missing").length > 0)
      return { kind: "missing", modality: this.nameIn(node), span };
    const comparison = this.node(node, "comparison");
    const { name, modalities, span: at } = this.component(this.node(comparison, "component"));
    const share: S.ShareReference = { kind: "share", name, modalities, span: at };
    if (this.tokens(comparison, "Word_dominates").length > 0) return { kind: "dominates", share, span };
    const [operator] = ["Above", "AtLeast", "Below", "AtMost"].flatMap((type) =>
      this.tokens(comparison, type),
    );
    if (operator === undefined) throw new Incomplete();
    const value = this.numberIn(comparison);
    return { kind: "comparison", share, operator: operator.image as S.Comparison["operator"], value, span };
  }

  // --- train and evaluate

  private train(node: CstNode): S.TrainDeclaration {
    const settings: S.TrainSetting[] = [
      ...this.each(node, "stop", (child): S.StopSetting => ({
        kind: "stop",
        epochs: this.numberIn(child),
        span: this.span(child),
      })),
      ...this.each(node, "supervise", (child): S.SuperviseSetting => ({
        kind: "supervise",
        teacher: this.call(this.node(child, "call")),
        span: this.span(child),
      })),
      ...this.each(node, "augment", (child): S.AugmentSetting => ({
        kind: "augment",
        modalities: this.names(this.node(child, "names")),
        steps: this.chain(child),
        span: this.span(child),
      })),
      ...this.each(node, "setting", (child): S.TrainOption => ({
        kind: "option",
        name: this.nameIn(child),
        value: this.value(this.node(child, "value")),
        then: this.nodes(child, "call").map((call) => this.call(call)),
        span: this.span(child),
      })),
    ];
    settings.sort((a, b) => a.span.start - b.span.start);
    return { kind: "train", settings, ...this.documented(node) };
  }

  private evaluate(node: CstNode): S.EvaluateDeclaration {
    const items: S.EvaluateItem[] = [
      ...this.each(node, "pid", (child): S.PidItem => {
        const [names] = this.nodes(child, "names");
        return {
          kind: "pid",
          measure: this.call(this.node(child, "call")),
          modalities: names ? this.names(names) : [],
          perSample: this.tokens(child, "Word_sample").length > 0,
          span: this.span(child),
        };
      }),
      ...this.each(node, "metric", (child): S.MetricItem => ({
        kind: "metric",
        call: this.call(this.node(child, "call")),
        span: this.span(child),
      })),
    ];
    items.sort((a, b) => a.span.start - b.span.start);
    return { kind: "evaluate", items, ...this.documented(node) };
  }

  // --- data

  private data(node: CstNode): S.DataDeclaration {
    return {
      kind: "data",
      model: this.nameIn(node),
      sources: this.each(node, "source", (child): S.DataSource => {
        const [string] = [...this.tokens(child, "String"), ...this.tokens(child, "OpenString")];
        const value = string ? this.string(string) : this.call(this.node(child, "call"));
        const joins = this.nodes(child, "join").map((join): S.DataJoin => {
          const [path, key] = this.tokens(join, "String").map((token) => this.string(token));
          if (path === undefined || key === undefined) throw new Incomplete();
          return { kind: "join", path, key, span: this.span(join) };
        });
        return { kind: "source", value, joins, span: this.span(child) };
      }),
      bindings: this.each(node, "binding", (child): S.DataBinding => {
        const columns = this.tokens(child, "String").map((token) => this.string(token));
        if (columns.length === 0) throw new Incomplete();
        const [files] = this.tokens(child, "Word_files");
        return {
          kind: "binding",
          name: this.nameIn(child),
          ...(files && { files: { span: spanOf(files) } }),
          columns,
          transforms: this.each(child, "transform", (each) => this.transform(each)),
          span: this.span(child),
        };
      }),
      splits: this.each(node, "split", (child): S.SplitDeclaration => {
        const seeded = this.nodes(child, "number").length > 0;
        const [fold] = this.each(child, "fold", (each) => this.fold(each));
        const by = this.splitBy(child);
        return {
          kind: "split",
          parts: this.nodes(child, "part").map((part): S.SplitPart => ({
            kind: "part",
            fraction: this.numberIn(part),
            name: this.nameIn(part),
            span: this.span(part),
          })),
          ...(fold && { fold }),
          ...(by && { by }),
          stratified: this.tokens(child, "Word_stratified").length > 0,
          ...(seeded && { seed: this.numberIn(child) }),
          span: this.span(child),
        };
      }),
      lacks: this.each(node, "lack", (child): S.MissingDeclaration => {
        const share = this.numberIn(child);
        const seeded = this.nodes(child, "number").length > 1;
        return {
          kind: "lack",
          modality: this.nameIn(child),
          share,
          part: this.nameIn(child, 1),
          ...(seeded && { seed: this.numberIn(child, 1) }),
          span: this.span(child),
        };
      }),
      heldOut: this.each(node, "holdOut", (child): S.HoldOutDeclaration => {
        const numbers = this.tokens(child, "Number").map((token) => this.literal(token));
        const strings = this.tokens(child, "String").map((token) => this.string(token));
        const classes = [...numbers, ...strings].sort((a, b) => a.span.start - b.span.start);
        if (classes.length === 0) throw new Incomplete();
        return { kind: "hold-out", classes, span: this.span(child) };
      }),
      skips: this.each(node, "skip", (child): S.SkipDeclaration => {
        const bounded = this.nodes(child, "number").length > 0;
        return { kind: "skip", ...(bounded && { atMost: this.numberIn(child) }), span: this.span(child) };
      }),
      streamings: this.each(node, "streaming", (child): S.StreamingDeclaration => ({
        kind: "streaming",
        size: this.numberIn(child),
        unit: this.nameIn(child),
        span: this.span(child),
      })),
      ...this.documented(node),
    };
  }

  // --- variants

  private variants(node: CstNode): S.VariantsDeclaration {
    return {
      kind: "variants",
      model: this.nameIn(node),
      varies: this.each(node, "vary", (child): S.VaryDeclaration => {
        const choices = this.nodes(child, "choice").map((choice) => this.choice(choice));
        if (choices.length === 0) throw new Incomplete();
        const path = this.path(this.node(child, "path"));
        return { kind: "vary", path, choices, span: this.span(child) };
      }),
      wheres: this.each(node, "where", (child): S.WhereDeclaration => ({
        kind: "where",
        demand: this.anyOf(this.node(child, "anyOf")),
        span: this.span(child),
      })),
      limits: this.each(node, "limit", (child): S.LimitDeclaration => ({
        kind: "limit",
        count: this.numberIn(child),
        span: this.span(child),
      })),
      samples: this.each(node, "sampling", (child): S.SampleDeclaration => {
        const seeded = this.nodes(child, "number").length > 1;
        return {
          kind: "sample",
          count: this.numberIn(child),
          ...(seeded && { seed: this.numberIn(child, 1) }),
          span: this.span(child),
        };
      }),
      ...this.documented(node),
    };
  }

  private path(node: CstNode): S.Path {
    const steps = this.nodes(node, "pathStep").map((child): S.PathStep => {
      const [list] = this.nodes(child, "names");
      const [index] = this.tokens(child, "Number");
      return {
        kind: "step",
        name: this.nameIn(child),
        ...(list && { modalities: this.names(list) }),
        ...(index && { index: this.literal(index) }),
        span: this.span(child),
      };
    });
    if (steps.length === 0) throw new Incomplete();
    return { kind: "path", steps, span: this.span(node) };
  }

  private transform(node: CstNode): S.Transform {
    const span = this.span(node);
    const has = (word: string) => this.tokens(node, `Word_${word}`).length > 0;
    if (has("scaled")) return { kind: "scaled", by: this.numberIn(node), span };
    if (has("resized"))
      return { kind: "resized", height: this.numberIn(node), width: this.numberIn(node, 1), span };
    if (has("clipped"))
      return { kind: "clipped", from: this.numberIn(node), to: this.numberIn(node, 1), span };
    if (has("cropped")) {
      const sizes = this.nodes(node, "number").length;
      return { kind: "cropped", to: [0, 1].slice(0, sizes).map((i) => this.numberIn(node, i)), span };
    }
    if (has("tokenised")) {
      const [string] = [...this.tokens(node, "String"), ...this.tokens(node, "OpenString")];
      return {
        kind: "tokenised",
        by: string ? this.string(string) : this.call(this.node(node, "call")),
        span,
      };
    }
    return { kind: has("one_hot") ? "one_hot" : has("log") ? "log" : "standardised", span };
  }

  private fold(node: CstNode): S.SplitFold {
    return { kind: "fold", at: this.numberIn(node), of: this.numberIn(node, 1), span: this.span(node) };
  }

  /** What the samples of a split are divided by, if anything. */
  private splitBy(split: CstNode): S.SplitBy | undefined {
    const [given] = this.tokens(split, "Word_column");
    const [node = given && split] = this.nodes(split, "splitBy");
    if (node === undefined) return undefined;
    const [column] = this.tokens(node, "String");
    if (column === undefined) throw new Incomplete();
    const kind = node === split ? "column" : this.tokens(node, "Word_group").length > 0 ? "group" : "time";
    return { kind, column: this.string(column), span: given ? spanOf(given) : this.span(node) };
  }

  private choice(node: CstNode): S.Choice {
    const [first, last, step] = this.tokens(node, "Number");
    if (first !== undefined) {
      if (last === undefined) return this.literal(first);
      const [factor] = this.tokens(node, "Factor");
      const by = factor ?? step;
      return {
        kind: "range",
        from: this.literal(first),
        to: this.literal(last),
        ...(by && { step: this.literal(by) }),
        multiplies: factor !== undefined,
        span: this.span(node),
      };
    }
    const [string] = [...this.tokens(node, "String"), ...this.tokens(node, "OpenString")];
    if (string !== undefined) return this.string(string);
    const [list] = this.nodes(node, "list");
    if (list !== undefined) return this.list(list);
    const chain = this.chain(node);
    const [only] = chain.items;
    const named = chain.items.length === 1 && only && !only.parens ? this.parameter(only.name) : undefined;
    return named ?? chain;
  }

  private anyOf(node: CstNode): S.Demand {
    return joined(
      "or",
      this.nodes(node, "allOf").map((child) => this.allOf(child)),
    );
  }

  private allOf(node: CstNode): S.Demand {
    return joined(
      "and",
      this.nodes(node, "demand").map((child) => this.demand(child)),
    );
  }

  private demand(node: CstNode): S.Demand {
    const span = this.span(node);
    const [nested] = this.nodes(node, "demand");
    if (nested !== undefined) return { kind: "not", operand: this.demand(nested), span };
    const [anyOf] = this.nodes(node, "anyOf");
    if (anyOf !== undefined) return { ...this.anyOf(anyOf), span };
    const [left, right] = this.nodes(node, "operand").map((child) => this.operand(child));
    const [operator] = ["Above", "AtLeast", "Below", "AtMost", "Equals", "Unequal"].flatMap((type) =>
      this.tokens(node, type),
    );
    if (left === undefined || right === undefined || operator === undefined) throw new Incomplete();
    return {
      kind: "comparison",
      left,
      operator: operator.image as S.DemandComparison["operator"],
      right,
      span,
    };
  }

  private operand(node: CstNode): S.NumberLiteral | S.Path {
    const [token] = this.tokens(node, "Number");
    return token === undefined ? this.path(this.node(node, "path")) : this.literal(token);
  }
}

function spanOf(token: IToken): S.Span {
  return { start: token.startOffset, end: token.startOffset + token.image.length };
}

/** From the left, as it is read; of very many a balanced tree, so that its depth stays small. */
function joined<Condition extends S.Condition | S.Demand>(
  kind: "and" | "or",
  conditions: Condition[],
): Condition {
  const join = (left: Condition, right: Condition): Condition => {
    const span = { start: left.span.start, end: right.span.end };
    return { kind, left, right, span } as Condition;
  };
  if (conditions.length <= 32) return conditions.reduce(join);
  const middle = conditions.length >> 1;
  return join(joined(kind, conditions.slice(0, middle)), joined(kind, conditions.slice(middle)));
}

/** `500k` -> 500000, `1/255` -> 0.0039..., `x2` -> 2 */
export function numberValue(text: string): number {
  const [top = "", bottom] = text.replace(/^x/, "").split("/");
  const factor = /k\s*$/.test(top) ? 1e3 : /M\s*$/.test(top) ? 1e6 : 1;
  const value = Number(top.trim().replace(/[kM]$/, "")) * factor;
  return bottom === undefined ? value : value / Number(bottom);
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\" };

function stringValue(text: string): string {
  return text
    .replace(/^"|"$/g, "")
    .replace(
      /\\u\{([0-9a-fA-F]{1,6})\}|\\(.)/g,
      (all, code: string | undefined, char: string | undefined) => {
        if (code !== undefined) {
          const point = Number.parseInt(code, 16);
          return point <= 0x10ffff ? String.fromCodePoint(point) : all;
        }
        return escapes[char ?? ""] ?? char ?? all;
      },
    );
}
