import { builders, utils } from "prettier/doc";
import { ts } from "ts-morph";
import { commentBehind } from "./comments.js";
import { arrowDoc } from "./expressions.js";
import { isNumbers } from "./lists.js";
import { nodeDoc } from "./node.js";

type Doc = builders.Doc;
const { breakParent, conditionalGroup, group, ifBreak, indent, line, softline } = builders;

/** A call's arguments in their parentheses. The last keeps to the parentheses where it can be opened by itself: an object, a list, a function. */
export function argumentsDoc(call: ts.CallExpression | ts.NewExpression, source: ts.SourceFile): Doc {
  const given: readonly ts.Expression[] = call.arguments ?? [];
  if (given.length === 0) return "()";
  const last = given.length - 1;
  const comments = given.map((argument) => commentBehind(argument, source));
  const docs = given.map((argument, i) => {
    const doc = [nodeDoc(argument, source), comments[i] ?? ""];
    return i < last ? [doc, ",", line] : doc;
  });
  const each = () => group(["(", indent([line, ...docs]), ifBreak(","), line, ")"], { shouldBreak: true });
  if (ofFunctions(given)) return each();
  if (comments[last] === undefined && opensLast(given)) {
    const before = docs.slice(0, -1);
    if (before.some(utils.willBreak)) return each();
    const end = given[last] as ts.Expression;
    const opened = ts.isArrowFunction(end) ? arrowDoc(end, source, true) : (docs[last] as Doc);
    const open = ["(", ...before, group(opened, { shouldBreak: true }), ")"];
    if (utils.willBreak(opened)) return [breakParent, conditionalGroup([open, each()])];
    return conditionalGroup([["(", ...before, opened, ")"], open, each()]);
  }
  const contents = ["(", indent([softline, ...docs]), ifBreak(","), softline, ")"];
  return isCurried(call) ? contents : group(contents, { shouldBreak: docs.some(utils.willBreak) });
}

/** More than one function among the arguments, or one inside an argument beside others. */
function ofFunctions(given: readonly ts.Expression[]): boolean {
  if (given.length <= 1) return false;
  if (given.filter(ts.isArrowFunction).length > 1) return true;
  return given.some(
    (argument) => ts.isCallExpression(argument) && argument.arguments.some(ts.isArrowFunction),
  );
}

function opensLast(given: readonly ts.Expression[]): boolean {
  const last = given.at(-1);
  const before = given.at(-2);
  if (last === undefined || !opens(last) || before?.kind === last.kind) return false;
  if (
    given.length === 2 &&
    before !== undefined &&
    ts.isArrowFunction(before) &&
    ts.isArrayLiteralExpression(last)
  )
    return false;
  return given.length === 1 || !isNumbers(last);
}

/** What can be opened by itself. */
function opens(node: ts.Node): boolean {
  if (ts.isObjectLiteralExpression(node)) return node.properties.length > 0;
  if (ts.isArrayLiteralExpression(node)) return node.elements.length > 0;
  if (ts.isAsExpression(node)) return opens(node.expression);
  if (!ts.isArrowFunction(node)) return false;
  let { body }: { body: ts.Node } = node;
  if (ts.isParenthesizedExpression(body)) body = body.expression;
  return (
    ts.isBlock(body) ||
    ts.isObjectLiteralExpression(body) ||
    ts.isArrayLiteralExpression(body) ||
    ts.isCallExpression(body) ||
    ts.isConditionalExpression(body)
  );
}

/** `chain(a, b)(c)`: the first call's arguments open with what is around them. */
function isCurried(call: ts.CallExpression | ts.NewExpression): boolean {
  const { parent } = call;
  return (
    ts.isCallExpression(call) &&
    ts.isCallExpression(parent) &&
    parent.expression === call &&
    parent.arguments.length > 0 &&
    call.arguments.length > parent.arguments.length
  );
}
