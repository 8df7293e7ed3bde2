import { spawn } from "node:child_process";
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type Diagnostic,
  type ProtocolConnection,
  type Range,
  type TextEdit,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";

/** An editor's side of the protocol, over the standard input and output of `mmspec lsp`. */
export class LanguageClient {
  private readonly waiting = new Map<string, (diagnostics: Diagnostic[]) => void>();
  private opened = 0;
  private readonly server = spawn(process.execPath, ["dist/cli/main.js", "lsp", "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  readonly connection: ProtocolConnection = createProtocolConnection(
    new StreamMessageReader(this.server.stdout),
    new StreamMessageWriter(this.server.stdin),
  );

  /**
   * @param folder that the editor works in
   * @returns what the server says that it can do
   */
  async start(folder: string | null = null) {
    this.connection.listen();
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, version, diagnostics }) =>
      this.waiting.get(`${uri} ${version}`)?.(diagnostics),
    );
    const { capabilities } = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: folder,
      capabilities: {},
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    return capabilities;
  }

  /** Ends the server as an editor does. @returns its exit code */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.server.on("exit", resolve));
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    return ended;
  }

  /** Opens a text in which `<|>` marks the cursor, if there is one, and waits for its diagnostics. */
  async open(marked: string, uri = `file:///specs/${this.opened++}.mmspec`): Promise<Opened> {
    const text = marked.replace("<|>", "");
    const document = TextDocument.create(uri, "mmspec", 1, text);
    const reported = this.reported(uri, 1);
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: "mmspec", version: 1, text },
    });
    return new Opened(this, document, Math.max(0, marked.indexOf("<|>")), await reported);
  }

  reported(uri: string, version: number): Promise<Diagnostic[]> {
    return new Promise((resolve) => this.waiting.set(`${uri} ${version}`, resolve));
  }
}

/** An open text, and its cursor. */
export class Opened {
  constructor(
    private readonly client: LanguageClient,
    public document: TextDocument,
    private readonly cursor: number,
    public diagnostics: Diagnostic[],
  ) {}

  get text(): string {
    return this.document.getText();
  }

  /** What most requests ask with. */
  get here() {
    return { ...this.whole, position: this.document.positionAt(this.cursor) };
  }

  get whole() {
    return { textDocument: { uri: this.document.uri } };
  }

  /** The text at a range. */
  at(range: Range): string {
    return this.document.getText(range);
  }

  /** "3:8 left": where a range is, from 1, and what stands there. */
  place(range: Range): string {
    return `${range.start.line + 1}:${range.start.character + 1} ${this.at(range)}`;
  }

  after(edits: TextEdit[]): string {
    return TextDocument.applyEdits(this.document, edits);
  }

  /** Types a text in the place of a range, as an editor tells it; waits for the diagnostics of what comes of it. */
  async type(text: string, from: number, to = from): Promise<Diagnostic[]> {
    const { uri, version } = this.document;
    const range = { start: this.document.positionAt(from), end: this.document.positionAt(to) };
    const reported = this.client.reported(uri, version + 1);
    await this.client.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version: version + 1 },
      contentChanges: [{ range, text }],
    });
    this.document = TextDocument.update(this.document, [{ range, text }], version + 1);
    this.diagnostics = await reported;
    return this.diagnostics;
  }
}
