import { SymbolKind, type DocumentSymbol } from "vscode-languageserver";
import type {
  DataDeclaration,
  ModelDeclaration,
  ModelMember,
  Name,
  NamedFusion,
  Span,
} from "../grammar/index.js";
import type { Spec } from "./document.js";

/** The parts of a file, as an editor's outline shows them. */
export function outline(spec: Spec): DocumentSymbol[] {
  const { imports, params, encoders, fusions, models, data, variants } = spec.analysis.tree;
  const symbol = (
    name: string,
    kind: SymbolKind,
    whole: Span,
    selected: Span = whole,
    children: DocumentSymbol[] = [],
    detail?: string,
  ): DocumentSymbol => ({
    name: name === "" ? "?" : name,
    kind,
    range: spec.range(whole),
    selectionRange: spec.range(selected),
    children,
    ...(detail !== undefined && { detail }),
  });
  const text = ({ start, end }: Span) => spec.source.slice(start, end).replace(/\s+/g, " ");

  /** What declares a name, with what it is beside it. */
  const named = ({ name, span }: { name: Name; span: Span }, kind: SymbolKind, detail: Span) =>
    symbol(name.text, kind, span, name.span, [], text(detail));

  const ofMember = (member: ModelMember): DocumentSymbol => {
    switch (member.kind) {
      case "target":
        return named(member, SymbolKind.Constant, member.type.span);
      case "modality":
        return named(member, SymbolKind.Variable, member.type.span);
      case "encoder":
        return named(member, SymbolKind.Function, member.layers.span);
      case "encode":
        return symbol(text(member.span), SymbolKind.Operator, member.span);
      case "fusion":
        return symbol("fusion", SymbolKind.Operator, member.span, member.span, [], text(member.chain.span));
      case "fusion-block":
        return symbol("fusion", SymbolKind.Namespace, member.span, member.span, [
          ...member.interactions.map(({ component, layers, span }) =>
            symbol(text(component.span), SymbolKind.Field, span, component.span, [], text(layers.span)),
          ),
          ...member.gates.map(({ layers, span }) =>
            symbol("gate", SymbolKind.Field, span, span, [], text(layers.span)),
          ),
          ...member.rules.map(({ span }) => symbol(text(span), SymbolKind.Event, span)),
        ]);
      case "train":
        return symbol(
          "train",
          SymbolKind.Namespace,
          member.span,
          member.span,
          member.settings.map((setting) =>
            setting.kind === "option"
              ? symbol(
                  setting.name.text,
                  SymbolKind.Property,
                  setting.span,
                  setting.name.span,
                  [],
                  text(setting.value.span),
                )
              : symbol(text(setting.span), SymbolKind.Property, setting.span),
          ),
        );
      case "evaluate":
        return symbol(
          "evaluate",
          SymbolKind.Namespace,
          member.span,
          member.span,
          member.items.map(({ span }) => symbol(text(span), SymbolKind.Property, span)),
        );
    }
  };
  const ofFusion = (fusion: NamedFusion): DocumentSymbol => {
    const { children = [], detail } = ofMember(fusion);
    return symbol(fusion.name.text, SymbolKind.Class, fusion.span, fusion.name.span, children, detail);
  };
  const ofModel = ({ name, members, span }: ModelDeclaration) =>
    symbol(name.text, SymbolKind.Class, span, name.span, members.map(ofMember));
  const ofData = ({ model, span, ...members }: DataDeclaration) => {
    const { sources, bindings, splits, lacks, heldOut, skips, streamings } = members;
    return symbol(
      `data for ${model.text}`,
      SymbolKind.Module,
      span,
      model.span,
      [...sources, ...bindings, ...splits, ...lacks, ...heldOut, ...skips, ...streamings]
        .sort((a, b) => a.span.start - b.span.start)
        .map((node) => symbol(text(node.span), SymbolKind.Property, node.span)),
    );
  };
  return [
    ...imports.map(({ span, path }) => symbol(path.value, SymbolKind.File, span, path.span)),
    ...encoders.map((encoder) => named(encoder, SymbolKind.Function, encoder.layers.span)),
    ...fusions.map(ofFusion),
    ...params.map((param) => named(param, SymbolKind.Constant, param.value.span)),
    ...models.map(ofModel),
    ...data.map(ofData),
    ...variants.map(({ model, varies, wheres, limits, samples, span }) =>
      symbol(
        `variants of ${model.text}`,
        SymbolKind.Module,
        span,
        model.span,
        [...varies, ...wheres, ...limits, ...samples]
          .sort((a, b) => a.span.start - b.span.start)
          .map((node) => symbol(text(node.span), SymbolKind.Property, node.span)),
      ),
    ),
  ].sort((a, b) => a.range.start.line - b.range.start.line);
}
