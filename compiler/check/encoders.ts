import type { EncodeDeclaration, EncoderDeclaration, Name, Span } from "../../grammar/syntax.js";
import type { EncoderIr } from "../ir.js";
import { columnSizes, type LayerSource } from "../tables/layers.js";
import type { Checker } from "./checker.js";
import { checkLayers } from "./layers.js";
import type { CheckedModality } from "./modalities.js";
import { keysOf } from "./names.js";
import type { Scope, Shared } from "./shared.js";

/** The encoders of a model, one for each modality or one for several whose weights are tied. */
export function checkEncoders(
  declarations: readonly EncoderDeclaration[],
  encodes: readonly EncodeDeclaration[],
  modalities: ReadonlyMap<string, CheckedModality>,
  scope: Scope,
  checker: Checker,
): EncoderIr[] {
  const names = new Map<string, EncoderDeclaration>();
  for (const declaration of declarations) {
    checker.declare(declaration.name);
    const other = names.get(declaration.name.text);
    if (other !== undefined) {
      checker.report("duplicate", declaration.name.span, {
        what: "an encoder",
        name: declaration.name.text,
        line: checker.line(other.name.span),
      });
    } else names.set(declaration.name.text, declaration);
    const shared = scope.encoders.get(declaration.name.text);
    if (shared !== undefined) {
      checker.report("importClash", declaration.name.span, {
        what: "encoders",
        name: declaration.name.text,
        first: shared.checker.place(shared.node.name.span),
        second: checker.place(declaration.name.span),
      });
    }
  }

  const encoders: EncoderIr[] = [];
  const encoded = new Map<string, number>();
  const claim = (name: Name): CheckedModality | undefined => {
    const modality = modalities.get(name.text);
    if (modality === undefined) {
      checker.report("unknownModality", name.span, { name: name.text, modalities: keysOf(modalities) });
      return undefined;
    }
    const line = encoded.get(name.text);
    if (line !== undefined) {
      checker.report("secondEncoder", name.span, { modality: name.text, line });
      return undefined;
    }
    encoded.set(name.text, checker.line(name.span));
    return modality;
  };
  const add = (
    declaration: EncoderDeclaration,
    names: string[],
    first: CheckedModality | undefined,
    span: Span,
    shared?: Shared<EncoderDeclaration>,
  ) => {
    const line = checker.line(span);
    const encoder =
      shared === undefined
        ? checkEncoder(declaration, names, first, line, checker)
        : shared.checker.usedBy(checker.place(span), () =>
            checkEncoder(declaration, names, first, line, shared.checker),
          );
    if (encoder !== undefined) encoders.push(encoder);
  };

  for (const declaration of declarations) {
    if (declaration.modality === undefined) continue;
    const modality = claim(declaration.modality);
    add(declaration, [declaration.modality.text], modality, declaration.name.span);
  }
  const used = new Set<string>();
  for (const { encoder: name, modalities: encodedNames, shared, span } of encodes) {
    const own = names.get(name.text);
    const outside = own === undefined ? scope.encoders.get(name.text) : undefined;
    const template = own ?? outside?.node;
    used.add(name.text);
    if (template === undefined) {
      const templates = declarations.filter(({ modality }) => modality === undefined);
      checker.report("unknownEncoder", name.span, {
        name: name.text,
        encoders: [...templates.map((declaration) => declaration.name.text), ...scope.encoders.keys()],
      });
    } else if (template.modality !== undefined) {
      checker.report("isTemplate", name.span, { name: name.text, modality: template.modality.text });
    }
    const claimed = encodedNames.flatMap((modality) => claim(modality) ?? []);
    if (template === undefined || template.modality !== undefined) continue;
    if (shared) {
      const [first] = claimed;
      const other = claimed.find((modality) => first !== undefined && unlike(modality, first));
      if (other?.shape !== undefined && first?.shape !== undefined) {
        checker.report("wrongShape", span, {
          layer: `encode ... with ${name.text} shared`,
          wants: `${other.kind === first.kind ? "the shape" : "the kind and shape"} of \`${first.name}\`, ${sharedText(first)}, from \`${other.name}\` too`,
          input: other.shape,
          fix: "leave out `shared`, so that each modality has weights of its own",
        });
      } else
        add(
          template,
          claimed.map((m) => m.name),
          first,
          span,
          outside,
        );
    } else {
      for (const modality of claimed) add(template, [modality.name], modality, span, outside);
    }
  }
  const known = [...used].every((name) => names.has(name) || scope.encoders.has(name));
  for (const declaration of declarations) {
    const first = names.get(declaration.name.text) === declaration;
    if (declaration.modality === undefined && !used.has(declaration.name.text) && known && first) {
      checker.report("unusedTemplate", declaration.name.span, { name: declaration.name.text });
      checkLayers(declaration.layers.items, undefined, checker);
    }
  }
  return encoders;
}

/** True when the same weights can't read both. */
function unlike(a: CheckedModality, b: CheckedModality): boolean {
  const about = ({ shape, rate, vocabulary, padding, columns }: CheckedModality) =>
    JSON.stringify([shape, rate, vocabulary, padding, columns && columnSizes({ columns })]);
  return about(a) !== about(b);
}

/** `[28, 28, 1]`, `tokens [32] of 5000` */
function sharedText({ kind, shape = [], rate, vocabulary }: CheckedModality): string {
  const text = `[${shape.join(", ")}]`;
  if (vocabulary !== undefined) return `${kind} ${text} of ${vocabulary}`;
  return rate === undefined ? text : `${kind} ${text} at a rate of ${rate}`;
}

function checkEncoder(
  declaration: EncoderDeclaration,
  modalities: string[],
  modality: CheckedModality | undefined,
  line: number,
  checker: Checker,
): EncoderIr | undefined {
  const { name, layers: chain, doc } = declaration;
  const source: LayerSource | undefined = modality;
  const { layers, output } = checkLayers(chain.items, modality?.shape, checker, source);
  if (output === undefined) return undefined;
  const [width] = output;
  if (output.length !== 1 || width === undefined) {
    const last = chain.items.at(-1);
    checker.report("notAVector", last?.span ?? name.span, { encoder: name.text, output });
    return undefined;
  }
  const { home } = checker;
  return {
    name: name.text,
    ...(doc !== undefined && { doc }),
    modalities,
    layers,
    width,
    line,
    ...(home && { template: { file: home.from, line: checker.line(name.span) } }),
  };
}
