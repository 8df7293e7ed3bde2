// What the grammar uses of chevrotain. The build makes one file of it and all that it imports (build.mjs): loaded as it comes, in hundreds of
// files, it is most of what `mmspec check` waits for.
export {
  createToken,
  CstParser,
  EOF,
  Lexer,
  type CstElement,
  type CstNode,
  type CustomPatternMatcherFunc,
  type ILexerConfig,
  type ILexingResult,
  type IParserConfig,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  type ParserMethod,
  type TokenType,
} from "chevrotain";
