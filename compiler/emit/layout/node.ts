import type { builders } from "prettier/doc";
import { ts } from "ts-morph";
import { expressionDoc } from "./expressions.js";
import { numberText, stringText } from "./literals.js";
import { statementDoc } from "./statements.js";
import { typeDoc } from "./types.js";

/** The document of a node, without the comments around it. */
export function nodeDoc(node: ts.Node, source: ts.SourceFile): builders.Doc {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isStringLiteral(node)) return stringText(node.getText(source));
  if (ts.isNumericLiteral(node)) return numberText(node.getText(source));
  if (node.kind === ts.SyntaxKind.ThisKeyword) return "this";
  if (ts.isTypeNode(node)) return typeDoc(node, source);
  return expressionDoc(node, source) ?? statementDoc(node, source) ?? node.getText(source);
}
