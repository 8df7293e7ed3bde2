import { window, workspace, type ExtensionContext } from "vscode";
import {
  LanguageClient,
  TransportKind,
  type LanguageClientOptions,
  type ServerOptions,
} from "vscode-languageclient/node";

let client: LanguageClient | undefined;

/** The server that comes with the extension, or the one that the settings name. */
function serverOptions(context: ExtensionContext): ServerOptions {
  const command = workspace.getConfiguration("mmspec").get<string>("server", "").trim();
  if (command === "")
    return { module: context.asAbsolutePath("out/server.cjs"), transport: TransportKind.stdio };
  const [program = "", ...args] = command.split(/\s+/);
  return { command: program, args: [...args, "lsp"], transport: TransportKind.stdio };
}

export async function activate(context: ExtensionContext): Promise<void> {
  const options: LanguageClientOptions = { documentSelector: [{ language: "mmspec" }] };
  client = new LanguageClient("mmspec", "mmspec", serverOptions(context), options);
  try {
    await client.start();
  } catch (error) {
    void window.showErrorMessage(`mmspec's language server didn't start: ${String(error)}`);
  }
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}
