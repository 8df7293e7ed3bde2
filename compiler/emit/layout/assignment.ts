import { builders, utils } from "prettier/doc";
import { ts } from "ts-morph";
import { stringText } from "./literals.js";
import { nodeDoc } from "./node.js";

type Doc = builders.Doc;
const { group, indent, indentIfBreak, line, lineSuffixBoundary } = builders;

/** Arguments up to this length don't count when asking whether a call can be broken: a quarter of a line. */
const short = 27;
/** A key up to this length is no reason to begin a line after it. */
const shortKey = 4;

/**
 * `left = right`, `key: value`.
 * @param keyLength of a property's key, as it is written
 */
export function assignment(
  left: Doc,
  operator: string,
  right: ts.Node,
  source: ts.SourceFile,
  keyLength = Infinity,
): Doc {
  const doc = nodeDoc(right, source);
  const beside = keyLength <= shortKey;
  if (breaksAfterOperator(right, beside, source))
    return group([group(left), operator, group(indent([line, doc]))]);
  if (!utils.canBreak(left)) {
    const never = beside || ts.isNumericLiteral(right) || isBoolean(right);
    if (never) return group([group(left), operator, " ", doc]);
    if (ts.isArrowFunction(right) && keyLength === Infinity) return group([group(left), operator, " ", doc]);
  }
  const id = Symbol("assignment");
  return group([
    group(left),
    operator,
    group(indent(line), { id }),
    lineSuffixBoundary,
    indentIfBreak(doc, { groupId: id }),
  ]);
}

function isBoolean({ kind }: ts.Node): boolean {
  return kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword;
}

/** Right sides that would be torn in their middle otherwise. */
function breaksAfterOperator(right: ts.Node, beside: boolean, source: ts.SourceFile): boolean {
  if (isBroken(right)) return true;
  if (ts.isConditionalExpression(right) && isBroken(right.condition)) return true;
  if (beside) return false;
  let inner = right;
  while (ts.isAwaitExpression(inner) || ts.isPrefixUnaryExpression(inner) || ts.isNonNullExpression(inner)) {
    inner = ts.isPrefixUnaryExpression(inner) ? inner.operand : inner.expression;
  }
  return ts.isStringLiteral(inner) || isPlainChain(inner, source, false);
}

/** An operation that may be torn at its operator; not one that ends in an object or a list. */
function isBroken(node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(node)) return isBroken(node.expression);
  return ts.isBinaryExpression(node) && !endsInList(node);
}

/** `a && { ... }` and `a ?? [...]`, whose right side stays beside the operator. */
export function endsInList({ operatorToken, right }: ts.BinaryExpression): boolean {
  const { kind } = operatorToken;
  const logical =
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken;
  if (!logical) return false;
  if (ts.isObjectLiteralExpression(right)) return right.properties.length > 0;
  return ts.isArrayLiteralExpression(right) && right.elements.length > 0;
}

/** `this.parameters.scope("gate")`: members and calls in which there is no good place for a new line. */
function isPlainChain(node: ts.Node, source: ts.SourceFile, deep: boolean): boolean {
  if (ts.isCallExpression(node)) {
    const [only] = node.arguments;
    if (node.arguments.length > 1 || (only !== undefined && !isShort(only, source))) return false;
    return isPlainChain(node.expression, source, true);
  }
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
    return isPlainChain(node.expression, source, true);
  return deep && (ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword);
}

function isShort(node: ts.Node, source: ts.SourceFile): boolean {
  if (ts.isIdentifier(node)) return node.text.length <= short;
  if (ts.isStringLiteral(node)) return stringText(node.getText(source)).length <= short;
  if (ts.isPrefixUnaryExpression(node)) return isShort(node.operand, source);
  if (ts.isCallExpression(node))
    return (
      node.arguments.length === 0 &&
      ts.isIdentifier(node.expression) &&
      node.expression.text.length <= short - 2
    );
  if (ts.isObjectLiteralExpression(node)) return node.properties.length === 0;
  if (ts.isArrayLiteralExpression(node)) return node.elements.length === 0;
  return node.kind === ts.SyntaxKind.ThisKeyword || ts.isNumericLiteral(node) || isBoolean(node);
}
