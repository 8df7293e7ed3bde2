import {
  CodeActionKind,
  ErrorCodes,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeResult,
  type Position,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { version } from "../compiler/index.js";
import { format, FormatError } from "../grammar/index.js";
import { colours, legend } from "./colours.js";
import { complete } from "./completion.js";
import { published } from "./diagnostics.js";
import { Spec } from "./document.js";
import { fixes } from "./fixes.js";
import { folding } from "./folding.js";
import { hover } from "./hover.js";
import { definition, references, renamable, rename, RenameError } from "./navigation.js";
import { outline } from "./outline.js";
import { signatureHelp } from "./signature.js";

const initialized: InitializeResult = {
  serverInfo: { name: "mmspec", version },
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: { triggerCharacters: ["(", ",", ":", ">", "=", " "] },
    hoverProvider: true,
    signatureHelpProvider: { triggerCharacters: ["(", ","], retriggerCharacters: [":"] },
    definitionProvider: true,
    referencesProvider: true,
    renameProvider: { prepareProvider: true },
    documentFormattingProvider: true,
    documentSymbolProvider: true,
    foldingRangeProvider: true,
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
    semanticTokensProvider: { legend, full: true },
  },
};

/** Answers an editor over a connection, whatever carries it: standard input and output, or a worker of a web page. */
export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const specs = new Map<string, Spec>();
  /** The open file as it is now; nothing when it isn't open. */
  const specOf = ({ uri }: { uri: string }): Spec | undefined => {
    const text = documents.get(uri);
    if (text === undefined) return undefined;
    const known = specs.get(uri);
    if (known !== undefined && known.version === text.version) return known;
    const spec = new Spec(text);
    specs.set(uri, spec);
    return spec;
  };
  /** Answers what is asked of a place in an open file. */
  const at =
    <Params extends { textDocument: { uri: string }; position: Position }, Answer>(
      answer: (spec: Spec, offset: number, params: Params) => Answer,
    ) =>
    (params: Params): Answer | null => {
      const spec = specOf(params.textDocument);
      return spec === undefined ? null : answer(spec, spec.text.offsetAt(params.position), params);
    };
  /** Answers what is asked of a whole open file. */
  const of =
    <Params extends { textDocument: { uri: string } }, Answer>(
      answer: (spec: Spec, params: Params) => Answer,
    ) =>
    (params: Params): Answer | null => {
      const spec = specOf(params.textDocument);
      return spec === undefined ? null : answer(spec, params);
    };

  connection.onInitialize(() => initialized);
  documents.onDidChangeContent(({ document }) => {
    const spec = specOf(document);
    if (spec === undefined) return;
    const diagnostics = spec.analysis.diagnostics.map((diagnostic) => published(diagnostic, spec));
    void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
  });
  documents.onDidClose(({ document }) => {
    specs.delete(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });

  connection.onCompletion(at(complete));
  connection.onHover(at(hover));
  connection.onSignatureHelp(at(signatureHelp));
  connection.onDefinition(
    at((spec, offset) => {
      const span = definition(spec, offset);
      return span === undefined ? null : { uri: spec.text.uri, range: spec.range(span) };
    }),
  );
  connection.onReferences(
    at((spec, offset, { context }: { context: { includeDeclaration: boolean } } & PlaceParams) =>
      references(spec, offset, context.includeDeclaration).map((span) => ({
        uri: spec.text.uri,
        range: spec.range(span),
      })),
    ),
  );
  connection.onPrepareRename(
    at((spec, offset) => {
      const span = renamable(spec, offset);
      return span === undefined ? null : spec.range(span);
    }),
  );
  connection.onRenameRequest(
    at((spec, offset, { newName }: { newName: string } & PlaceParams) => {
      try {
        const edits = rename(spec, offset, newName).map((span) => ({
          range: spec.range(span),
          newText: newName,
        }));
        return { changes: { [spec.text.uri]: edits } };
      } catch (error) {
        if (!(error instanceof RenameError)) throw error;
        return new ResponseError(ErrorCodes.InvalidParams, error.message);
      }
    }),
  );
  connection.onDocumentFormatting(
    of((spec) => {
      try {
        const { tree, problems } = spec.analysis;
        const formatted = format(spec.source, { file: tree, problems });
        if (formatted === spec.source) return [];
        return [{ range: spec.range({ start: 0, end: spec.source.length }), newText: formatted }];
      } catch (error) {
        // What can't be read stays as it is; its diagnostics say why.
        if (error instanceof FormatError) return [];
        throw error;
      }
    }),
  );
  connection.onDocumentSymbol(of(outline));
  connection.onFoldingRanges(of(folding));
  connection.onCodeAction(
    of((spec, { range }) =>
      fixes(spec, { start: spec.text.offsetAt(range.start), end: spec.text.offsetAt(range.end) }),
    ),
  );
  connection.languages.semanticTokens.on((params) => of(colours)(params) ?? { data: [] });

  documents.listen(connection);
  connection.listen();
}

interface PlaceParams {
  textDocument: { uri: string };
  position: Position;
}
