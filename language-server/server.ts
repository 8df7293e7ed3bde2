import {
  CodeActionKind,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeResult,
  type Location,
  type Position,
  type TextEdit,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { version } from "../compiler/index.js";
import { format, FormatError } from "../grammar/index.js";
import { colours, legend } from "./colours.js";
import { complete } from "./completion.js";
import { diagnosticsOf } from "./diagnostics.js";
import type { Spec } from "./document.js";
import { fixes } from "./fixes.js";
import { folding } from "./folding.js";
import { hover } from "./hover.js";
import { definition, references, renamable, rename, RenameError, type Place } from "./navigation.js";
import { outline } from "./outline.js";
import { signatureHelp } from "./signature.js";
import { Workspace, type Files } from "./workspace.js";

const initialized: InitializeResult = {
  serverInfo: { name: "mmspec", version },
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: { triggerCharacters: ["(", ",", ":", ">", "=", " ", '"', "/"] },
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

/**
 * Answers an editor over a connection, whatever carries it: standard input and output, or a worker of a web page.
 * @param files what isn't open; without it specs import what is open alone
 */
export function serve(connection: Connection, files?: Files): void {
  const documents = new TextDocuments(TextDocument);
  const workspace = new Workspace(documents, files);
  const specOf = ({ uri }: { uri: string }) => workspace.open(uri);
  const publish = (spec: Spec) =>
    void connection.sendDiagnostics({
      uri: spec.uri,
      version: spec.version,
      diagnostics: diagnosticsOf(spec),
    });
  /** Reads anew what reads a file that has changed. */
  const recheck = (changed: string) => {
    for (const { uri } of workspace.readersOf(changed)) {
      workspace.forget(uri);
      const spec = workspace.open(uri);
      if (spec !== undefined) publish(spec);
    }
  };
  const locate = ({ spec, span }: Place): Location => ({ uri: spec.uri, range: spec.range(span) });
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

  let watches = false;
  connection.onInitialize(({ capabilities, workspaceFolders, rootUri }) => {
    const roots = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    workspace.folders = roots.map((uri) => uri.replace(/\/?$/, "/"));
    watches = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false;
    return initialized;
  });
  connection.onInitialized(() => {
    if (!watches) return;
    const watchers = [{ globPattern: "**/*.mmspec" }];
    void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  });
  connection.onDidChangeWatchedFiles(({ changes }) => changes.forEach(({ uri }) => recheck(uri)));
  documents.onDidChangeContent(({ document }) => {
    const spec = specOf(document);
    if (spec === undefined) return;
    publish(spec);
    recheck(document.uri);
  });
  documents.onDidClose(({ document }) => {
    workspace.forget(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    recheck(document.uri);
  });

  connection.onCompletion(at((spec, offset) => complete(spec, offset, workspace)));
  connection.onHover(at(hover));
  connection.onSignatureHelp(at(signatureHelp));
  connection.onDefinition(
    at((spec, offset) => {
      const place = definition(spec, offset, workspace);
      return place === undefined ? null : locate(place);
    }),
  );
  connection.onReferences(
    at((spec, offset, { context }: { context: { includeDeclaration: boolean } } & PlaceParams) =>
      references(spec, offset, workspace, context.includeDeclaration).map(locate),
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
        const changes: Record<string, TextEdit[]> = {};
        for (const { uri, range } of rename(spec, offset, newName, workspace).map(locate))
          (changes[uri] ??= []).push({ range, newText: newName });
        return { changes };
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
