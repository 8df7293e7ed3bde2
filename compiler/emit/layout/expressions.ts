import { builders } from "prettier/doc";
import { ts } from "ts-morph";
import { argumentsDoc } from "./arguments.js";
import { endsInList } from "./assignment.js";
import { arrayDoc, objectDoc } from "./lists.js";
import { nodeDoc } from "./node.js";
import { parametersDoc } from "./statements.js";
import { typeArguments } from "./types.js";

type Doc = builders.Doc;
const { align, group, ifBreak, indent, line, softline } = builders;

/** An expression; nothing when generated code has none of its kind. */
export function expressionDoc(node: ts.Node, source: ts.SourceFile): Doc | undefined {
  const of = (inner: ts.Node) => nodeDoc(inner, source);
  if (ts.isCallExpression(node)) {
    const callee = ts.isPropertyAccessExpression(node.expression)
      ? flatMember(node.expression, source)
      : of(node.expression);
    const call = [callee, typeArguments(node.typeArguments, source), argumentsDoc(node, source)];
    return ts.isCallExpression(node.expression) || ts.isPropertyAccessExpression(node.expression)
      ? group(call)
      : call;
  }
  if (ts.isPropertyAccessExpression(node)) return memberDoc(node, source);
  if (ts.isElementAccessExpression(node)) {
    const index = of(node.argumentExpression);
    const plain = ts.isNumericLiteral(node.argumentExpression);
    return [
      of(node.expression),
      plain ? ["[", index, "]"] : group(["[", indent([softline, index]), softline, "]"]),
    ];
  }
  if (ts.isObjectLiteralExpression(node)) return objectDoc(node, source);
  if (ts.isArrayLiteralExpression(node)) return arrayDoc(node, source);
  if (ts.isArrowFunction(node)) return arrowDoc(node, source, false);
  if (ts.isNewExpression(node))
    return [
      "new ",
      of(node.expression),
      typeArguments(node.typeArguments, source),
      argumentsDoc(node, source),
    ];
  if (ts.isAwaitExpression(node)) return ["await ", of(node.expression)];
  if (ts.isParenthesizedExpression(node)) return ["(", of(node.expression), ")"];
  if (ts.isAsExpression(node)) return [of(node.expression), " as ", of(node.type)];
  if (ts.isBinaryExpression(node)) return binaryDoc(node, source);
  if (ts.isConditionalExpression(node)) {
    const branches = [line, "? ", align(2, of(node.whenTrue)), line, ": ", align(2, of(node.whenFalse))];
    return group([of(node.condition), indent(branches)]);
  }
  return undefined;
}

/** The members before a call, on one line. */
function flatMember(node: ts.Expression, source: ts.SourceFile): Doc {
  return ts.isPropertyAccessExpression(node)
    ? [flatMember(node.expression, source), ".", node.name.text]
    : nodeDoc(node, source);
}

/** `decision.logits`; after anything but a name the member may stand on a line of its own. */
function memberDoc(node: ts.PropertyAccessExpression, source: ts.SourceFile): Doc {
  const { expression, name, parent } = node;
  const plain = ts.isIdentifier(expression) && !ts.isPropertyAccessExpression(parent);
  const member = [".", name.text];
  return [nodeDoc(expression, source), plain ? member : group(indent([softline, member]))];
}

function binaryDoc(node: ts.BinaryExpression, source: ts.SourceFile): Doc {
  const right = nodeDoc(node.right, source);
  const operator = node.operatorToken.getText(source);
  const rest = [" ", operator, endsInList(node) ? [" ", right] : [line, right]];
  const { parent } = node;
  // What is assigned is indented as a whole already.
  const whole =
    endsInList(node) ||
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isBinaryExpression(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isArrowFunction(parent);
  return group([nodeDoc(node.left, source), whole ? rest : indent(rest)]);
}

/**
 * `(batch, context) => ...`
 * @param opened when it is the last argument of a call, which it keeps to
 */
export function arrowDoc(node: ts.ArrowFunction, source: ts.SourceFile, opened: boolean): Doc {
  const isAsync = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false;
  const head = [isAsync ? "async " : "", group(parametersDoc(node.parameters, source))];
  const bare = ts.isParenthesizedExpression(node.body) ? node.body.expression : node.body;
  const body = nodeDoc(node.body, source);
  const beside = ts.isBlock(bare) || ts.isObjectLiteralExpression(bare) || ts.isArrayLiteralExpression(bare);
  if (beside) return group([head, " =>", group([" ", body])]);
  const end = opened ? [ifBreak(","), softline] : "";
  if (ts.isConditionalExpression(bare)) {
    return group([
      head,
      " =>",
      group([" ", group([ifBreak("", "("), indent([softline, body]), ifBreak("", ")"), end])]),
    ]);
  }
  return group([head, " =>", group([indent([line, body]), end])]);
}
