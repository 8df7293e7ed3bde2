import { builders } from "prettier/doc";
import { ts } from "ts-morph";
import { assignment } from "./assignment.js";
import { startsBlank } from "./comments.js";
import { nodeDoc } from "./node.js";

type Doc = builders.Doc;
const { fill, group, hardline, ifBreak, indent, join, line, softline } = builders;

/** The members of an object or a pattern between braces, not grouped: `{ a, b: 1 }`. */
export function bracedDoc(
  node: ts.ObjectLiteralExpression | ts.ObjectBindingPattern | ts.NamedImports,
  source: ts.SourceFile,
): Doc {
  const members: readonly ts.Node[] = ts.isObjectLiteralExpression(node) ? node.properties : node.elements;
  if (members.length === 0) return "{}";
  const docs = members.map((member) => memberDoc(member, source));
  return ["{", indent([line, join([",", line], docs)]), ifBreak(","), line, "}"];
}

function memberDoc(member: ts.Node, source: ts.SourceFile): Doc {
  const of = (node: ts.Node) => nodeDoc(node, source);
  if (ts.isPropertyAssignment(member))
    return assignment(of(member.name), ":", member.initializer, source, member.name.getText(source).length);
  if (ts.isShorthandPropertyAssignment(member)) return of(member.name);
  if (ts.isSpreadAssignment(member)) return ["...", of(member.expression)];
  return of(member);
}

/** `{ a: 1 }`; over several lines when its first member was written on a line of its own. */
export function objectDoc(node: ts.ObjectLiteralExpression, source: ts.SourceFile): Doc {
  const [first] = node.properties;
  const shouldBreak =
    first !== undefined && source.text.slice(node.getStart(source), first.getStart(source)).includes("\n");
  return group(bracedDoc(node, source), { shouldBreak });
}

/** True of a list of numbers, which fills its lines. */
export function isNumbers(node: ts.Node): boolean {
  return (
    ts.isArrayLiteralExpression(node) &&
    node.elements.length > 1 &&
    node.elements.every(
      (element) =>
        ts.isNumericLiteral(element) ||
        (ts.isPrefixUnaryExpression(element) && ts.isNumericLiteral(element.operand)),
    )
  );
}

/** How many members a list or an object has. */
function size(node: ts.Node): number {
  if (ts.isArrayLiteralExpression(node)) return node.elements.length;
  return ts.isObjectLiteralExpression(node) ? node.properties.length : 0;
}

/** `[1, 2]`; lists of larger things of one kind have each on its own line. */
export function arrayDoc(
  node: ts.ArrayLiteralExpression | ts.ArrayBindingPattern,
  source: ts.SourceFile,
): Doc {
  const elements: readonly ts.Node[] = node.elements;
  if (elements.length === 0) return "[]";
  const docs = elements.map((element) => (ts.isOmittedExpression(element) ? "" : nodeDoc(element, source)));
  if (isNumbers(node)) {
    const items = docs.flatMap((doc, i) =>
      i < docs.length - 1 ? [[doc, ","], line] : [[doc, ifBreak(",")]],
    );
    return group(["[", indent([softline, fill(items)]), softline, "]"]);
  }
  const shouldBreak =
    elements.length > 1 &&
    elements.every((element) => element.kind === elements[0]?.kind && size(element) > 1);
  return group(["[", indent([softline, join([",", line], docs), ifBreak(",")]), softline, "]"], {
    shouldBreak,
  });
}

/** Statements or members one below the other, with the blank lines between them that they have, and one wherever `apart` says so. */
export function stacked(
  nodes: readonly ts.Node[],
  source: ts.SourceFile,
  doc: (node: ts.Node) => Doc,
  apart: (before: ts.Node, node: ts.Node) => boolean = () => false,
): Doc[] {
  return nodes.flatMap((node, i) => {
    const before = nodes[i - 1];
    if (before === undefined) return [doc(node)];
    const blank = apart(before, node) || startsBlank(source.text.slice(before.end, node.end));
    return [hardline, ...(blank ? [hardline] : []), doc(node)];
  });
}
