import * as monaco from "monaco-editor";
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  CodeActionRequest,
  CompletionRequest,
  createProtocolConnection,
  DefinitionRequest,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentFormattingRequest,
  FoldingRangeRequest,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ReferencesRequest,
  RenameRequest,
  SemanticTokensRequest,
  type CodeAction,
  type CompletionItem,
  type Location,
  type MarkupContent,
  type Position,
  type Range,
  type TextEdit,
} from "vscode-languageserver-protocol/browser";

const { languages } = monaco;
const uri = (model: monaco.editor.ITextModel) => model.uri.toString();
const toPosition = ({ lineNumber, column }: monaco.IPosition): Position => ({
  line: lineNumber - 1,
  character: column - 1,
});
const toRange = (range: monaco.IRange): Range => ({
  start: { line: range.startLineNumber - 1, character: range.startColumn - 1 },
  end: { line: range.endLineNumber - 1, character: range.endColumn - 1 },
});
const ofRange = ({ start, end }: Range): monaco.IRange => ({
  startLineNumber: start.line + 1,
  startColumn: start.character + 1,
  endLineNumber: end.line + 1,
  endColumn: end.character + 1,
});
const ofLocation = (location: Location): monaco.languages.Location => ({
  uri: monaco.Uri.parse(location.uri),
  range: ofRange(location.range),
});
const markdown = (text: string | MarkupContent | undefined) => ({
  value: typeof text === "object" ? text.value : (text ?? ""),
});
const at = (model: monaco.editor.ITextModel, position: monaco.IPosition) => ({
  textDocument: { uri: uri(model) },
  position: toPosition(position),
});
const edits = (model: monaco.editor.ITextModel, changes: TextEdit[]): monaco.languages.WorkspaceEdit => ({
  edits: changes.map(({ range, newText }) => ({
    resource: model.uri,
    versionId: model.getVersionId(),
    textEdit: { range: ofRange(range), text: newText },
  })),
});

/** Lets a language server in a worker answer for a text of Monaco's. */
export async function drive(model: monaco.editor.ITextModel, worker: Worker): Promise<void> {
  const connection = createProtocolConnection(
    new BrowserMessageReader(worker),
    new BrowserMessageWriter(worker),
  );
  connection.onNotification(PublishDiagnosticsNotification.type, ({ diagnostics }) =>
    monaco.editor.setModelMarkers(
      model,
      "mmspec",
      diagnostics.map(({ range, severity, message, code }) => ({
        ...ofRange(range),
        severity: severity === 1 ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
        message: typeof message === "string" ? message : message.value,
        code: String(code),
        source: "mmspec",
      })),
    ),
  );
  connection.listen();
  const { capabilities } = await connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    capabilities: {},
  });
  await connection.sendNotification(InitializedNotification.type, {});
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: {
      uri: uri(model),
      languageId: "mmspec",
      version: model.getVersionId(),
      text: model.getValue(),
    },
  });
  model.onDidChangeContent(({ changes, versionId }) =>
    connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: uri(model), version: versionId },
      contentChanges: changes.map(({ range, text }) => ({ range: toRange(range), text })),
    }),
  );

  languages.registerCompletionItemProvider("mmspec", {
    triggerCharacters: capabilities.completionProvider?.triggerCharacters ?? [],
    async provideCompletionItems(model, position) {
      const items = ((await connection.sendRequest(CompletionRequest.type, at(model, position))) ??
        []) as CompletionItem[];
      const word = model.getWordUntilPosition(position);
      const range = {
        startLineNumber: position.lineNumber,
        endLineNumber: position.lineNumber,
        startColumn: word.startColumn,
        endColumn: word.endColumn,
      };
      const { CompletionItemInsertTextRule: rules } = languages;
      return {
        suggestions: items.map(
          ({
            kind = 1,
            insertText,
            insertTextFormat,
            documentation,
            detail,
            sortText,
            filterText,
            label,
          }) => ({
            label,
            kind: kinds[kind] ?? languages.CompletionItemKind.Text,
            insertText: insertText ?? label,
            documentation: markdown(documentation),
            range,
            ...(insertTextFormat === 2 && { insertTextRules: rules.InsertAsSnippet }),
            ...(detail !== undefined && { detail }),
            ...(sortText !== undefined && { sortText }),
            ...(filterText !== undefined && { filterText }),
          }),
        ),
      };
    },
  });
  languages.registerHoverProvider("mmspec", {
    async provideHover(model, position) {
      const hover = await connection.sendRequest(HoverRequest.type, at(model, position));
      if (hover === null) return null;
      return {
        contents: [markdown(hover.contents as MarkupContent)],
        ...(hover.range && { range: ofRange(hover.range) }),
      };
    },
  });
  languages.registerDefinitionProvider("mmspec", {
    async provideDefinition(model, position) {
      const found = (await connection.sendRequest(
        DefinitionRequest.type,
        at(model, position),
      )) as Location | null;
      return found && ofLocation(found);
    },
  });
  languages.registerReferenceProvider("mmspec", {
    async provideReferences(model, position, context) {
      const found = await connection.sendRequest(ReferencesRequest.type, { ...at(model, position), context });
      return (found ?? []).map(ofLocation);
    },
  });
  languages.registerRenameProvider("mmspec", {
    async provideRenameEdits(model, position, newName) {
      try {
        const edit = await connection.sendRequest(RenameRequest.type, { ...at(model, position), newName });
        return edits(model, edit?.changes?.[uri(model)] ?? []);
      } catch (error) {
        return { edits: [], rejectReason: (error as Error).message };
      }
    },
  });
  languages.registerDocumentFormattingEditProvider("mmspec", {
    async provideDocumentFormattingEdits(model) {
      const found = await connection.sendRequest(DocumentFormattingRequest.type, {
        textDocument: { uri: uri(model) },
        options: { tabSize: 2, insertSpaces: true },
      });
      return (found ?? []).map(({ range, newText }) => ({ range: ofRange(range), text: newText }));
    },
  });
  languages.registerFoldingRangeProvider("mmspec", {
    async provideFoldingRanges(model) {
      const found = await connection.sendRequest(FoldingRangeRequest.type, {
        textDocument: { uri: uri(model) },
      });
      return (found ?? []).map(({ startLine, endLine }) => ({ start: startLine + 1, end: endLine + 1 }));
    },
  });
  languages.registerCodeActionProvider("mmspec", {
    async provideCodeActions(model, range) {
      const found = ((await connection.sendRequest(CodeActionRequest.type, {
        textDocument: { uri: uri(model) },
        range: toRange(range),
        context: { diagnostics: [] },
      })) ?? []) as CodeAction[];
      const actions = found.map(({ title, kind, isPreferred, edit }) => ({
        title,
        ...(kind !== undefined && { kind }),
        ...(isPreferred !== undefined && { isPreferred }),
        edit: edits(model, edit?.changes?.[uri(model)] ?? []),
        diagnostics: monaco.editor.getModelMarkers({ resource: model.uri }),
      }));
      return { actions, dispose() {} };
    },
  });
  const legend = capabilities.semanticTokensProvider?.legend ?? { tokenTypes: [], tokenModifiers: [] };
  languages.registerDocumentSemanticTokensProvider("mmspec", {
    getLegend: () => legend,
    async provideDocumentSemanticTokens(model) {
      const tokens = await connection.sendRequest(SemanticTokensRequest.type, {
        textDocument: { uri: uri(model) },
      });
      return { data: new Uint32Array(tokens?.data ?? []) };
    },
    releaseDocumentSemanticTokens() {},
  });
}

/** The protocol's kinds of completion as Monaco numbers them. */
const kinds: Partial<Record<number, monaco.languages.CompletionItemKind>> = {
  3: languages.CompletionItemKind.Function,
  6: languages.CompletionItemKind.Variable,
  10: languages.CompletionItemKind.Property,
  14: languages.CompletionItemKind.Keyword,
  20: languages.CompletionItemKind.EnumMember,
};
