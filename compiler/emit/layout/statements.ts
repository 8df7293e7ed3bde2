import { builders } from "prettier/doc";
import { ts } from "ts-morph";
import { assignment } from "./assignment.js";
import { commentsAbove } from "./comments.js";
import { arrayDoc, bracedDoc, stacked } from "./lists.js";
import { nodeDoc } from "./node.js";

type Doc = builders.Doc;
const { group, hardline, ifBreak, indent, join, line, softline } = builders;

/** A whole file. */
export function sourceDoc(source: ts.SourceFile): Doc {
  const afterImports = (before: ts.Node, node: ts.Node) =>
    ts.isImportDeclaration(before) && !ts.isImportDeclaration(node);
  return [stacked(source.statements, source, (node) => commented(node, source), afterImports), hardline];
}

function commented(node: ts.Node, source: ts.SourceFile): Doc {
  return [...commentsAbove(node, source), nodeDoc(node, source)];
}

/** A statement, declaration or part of one; nothing when generated code has none of its kind. */
export function statementDoc(node: ts.Node, source: ts.SourceFile): Doc | undefined {
  const of = (inner: ts.Node) => nodeDoc(inner, source);
  const typed = (type: ts.TypeNode | undefined): Doc => (type === undefined ? "" : [": ", of(type)]);
  if (ts.isVariableStatement(node)) return [modifiers(node), of(node.declarationList), ";"];
  if (ts.isVariableDeclarationList(node)) return ["const ", join(", ", node.declarations.map(of))];
  if (ts.isVariableDeclaration(node)) {
    const left = [of(node.name), typed(node.type)];
    return node.initializer === undefined ? left : assignment(left, " =", node.initializer, source);
  }
  if (ts.isObjectBindingPattern(node)) return group(bracedDoc(node, source));
  if (ts.isArrayBindingPattern(node)) return arrayDoc(node, source);
  if (ts.isExpressionStatement(node)) return [of(node.expression), ";"];
  if (ts.isReturnStatement(node)) return returnDoc(node, source);
  if (ts.isBlock(node)) return body(node.statements, source);
  if (ts.isForOfStatement(node)) {
    const inner = ts.isBlock(node.statement) ? [" ", of(node.statement)] : indent([line, of(node.statement)]);
    return group(["for (", of(node.initializer), " of ", of(node.expression), ")", inner]);
  }
  if (ts.isFunctionDeclaration(node))
    return [
      modifiers(node),
      "function ",
      of(node.name as ts.Node),
      signature(node, source),
      of(node.body as ts.Node),
    ];
  if (ts.isMethodDeclaration(node))
    return [modifiers(node), of(node.name), signature(node, source), of(node.body as ts.Node)];
  if (ts.isParameter(node))
    return [of(node.name), node.questionToken === undefined ? "" : "?", typed(node.type)];
  if (ts.isPropertyDeclaration(node)) {
    const left = [modifiers(node), of(node.name), typed(node.type)];
    return [node.initializer === undefined ? left : assignment(left, " =", node.initializer, source), ";"];
  }
  if (ts.isPropertySignature(node))
    return [of(node.name), node.questionToken === undefined ? "" : "?", typed(node.type), ";"];
  if (ts.isClassDeclaration(node)) {
    const heritage = (node.heritageClauses ?? []).map(({ types }) => [
      " implements ",
      join(", ", types.map(of)),
    ]);
    return [
      modifiers(node),
      "class ",
      of(node.name as ts.Node),
      ...heritage,
      " ",
      body(node.members, source, () => true),
    ];
  }
  if (ts.isInterfaceDeclaration(node))
    return [modifiers(node), "interface ", of(node.name), " ", body(node.members, source)];
  if (ts.isTypeAliasDeclaration(node))
    return [modifiers(node), assignment(["type ", of(node.name)], " =", node.type, source), ";"];
  if (ts.isImportDeclaration(node)) return importDoc(node, source);
  return undefined;
}

/** `export async `, as they stand. */
function modifiers(node: ts.HasModifiers): string {
  return (node.modifiers ?? []).map(({ kind }) => `${ts.tokenToString(kind) ?? ""} `).join("");
}

/** Statements or members in braces. */
function body(nodes: readonly ts.Node[], source: ts.SourceFile, apart?: () => boolean): Doc {
  if (nodes.length === 0) return "{}";
  const lines = stacked(nodes, source, (node) => commented(node, source), apart);
  return ["{", indent([hardline, ...lines]), hardline, "}"];
}

/** The parameters, and the type of what is returned. */
function signature(node: ts.FunctionDeclaration | ts.MethodDeclaration, source: ts.SourceFile): Doc {
  const type: Doc = node.type === undefined ? "" : [": ", nodeDoc(node.type, source)];
  return [group([parametersDoc(node.parameters, source), type]), " "];
}

/** Parameters in their parentheses; a single one that is taken apart keeps to them. */
export function parametersDoc(parameters: readonly ts.ParameterDeclaration[], source: ts.SourceFile): Doc {
  if (parameters.length === 0) return "()";
  const [only] = parameters;
  if (parameters.length === 1 && only !== undefined && ts.isObjectBindingPattern(only.name)) {
    const type: Doc = only.type === undefined ? "" : [": ", nodeDoc(only.type, source)];
    return ["(", bracedDoc(only.name, source), type, ")"];
  }
  const docs = parameters.map((parameter) => nodeDoc(parameter, source));
  return ["(", indent([softline, join([",", line], docs)]), ifBreak(","), softline, ")"];
}

function returnDoc({ expression }: ts.ReturnStatement, source: ts.SourceFile): Doc {
  if (expression === undefined) return "return;";
  const doc = nodeDoc(expression, source);
  if (!ts.isBinaryExpression(expression)) return ["return ", doc, ";"];
  return ["return ", group([ifBreak("("), indent([softline, doc]), softline, ifBreak(")")]), ";"];
}

function importDoc({ importClause, moduleSpecifier }: ts.ImportDeclaration, source: ts.SourceFile): Doc {
  const from = nodeDoc(moduleSpecifier, source);
  if (importClause === undefined) return ["import ", from, ";"];
  const { isTypeOnly, name, namedBindings } = importClause;
  const parts: Doc[] = name === undefined ? [] : [name.text];
  if (namedBindings !== undefined && ts.isNamedImports(namedBindings)) {
    const [only, ...others] = namedBindings.elements;
    const single = only !== undefined && others.length === 0 && name === undefined;
    parts.push(single ? ["{ ", nodeDoc(only, source), " }"] : group(bracedDoc(namedBindings, source)));
  }
  return ["import ", isTypeOnly ? "type " : "", join(", ", parts), " from ", from, ";"];
}
