import { builders } from "prettier/doc";
import { ts } from "ts-morph";
import { nodeDoc } from "./node.js";

type Doc = builders.Doc;
const { group, indent, join, line, softline } = builders;

/** `<Inputs>`; one plain type never stands on a line of its own. */
export function typeArguments(given: readonly ts.Node[] | undefined, source: ts.SourceFile): Doc {
  if (given === undefined || given.length === 0) return "";
  const [only] = given;
  const docs = given.map((type) => nodeDoc(type, source));
  const plain =
    given.length === 1 &&
    only !== undefined &&
    (ts.isTypeReferenceNode(only) ? only.typeArguments === undefined : ts.isToken(only));
  if (plain) return ["<", ...docs, ">"];
  return group(["<", indent([softline, join([",", line], docs)]), softline, ">"]);
}

/** A type as it is written in generated code. */
export function typeDoc(node: ts.Node, source: ts.SourceFile): Doc {
  const of = (inner: ts.Node) => nodeDoc(inner, source);
  if (ts.isTypeReferenceNode(node)) return [of(node.typeName), typeArguments(node.typeArguments, source)];
  if (ts.isExpressionWithTypeArguments(node))
    return [of(node.expression), typeArguments(node.typeArguments, source)];
  if (ts.isArrayTypeNode(node)) return [of(node.elementType), "[]"];
  if (ts.isIndexedAccessTypeNode(node)) return [of(node.objectType), "[", of(node.indexType), "]"];
  if (ts.isTypeOperatorNode(node)) return [`${ts.tokenToString(node.operator)} `, of(node.type)];
  if (ts.isParenthesizedTypeNode(node)) return ["(", of(node.type), ")"];
  if (ts.isTypeQueryNode(node)) return ["typeof ", of(node.exprName)];
  if (ts.isLiteralTypeNode(node)) return of(node.literal);
  return node.getText(source);
}
