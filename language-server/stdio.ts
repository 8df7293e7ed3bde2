import { createConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { filesOnDisk } from "./files.js";
import { serve } from "./server.js";

/** Answers an editor over standard input and output until it goes. */
export function serveOverStdio(): void {
  serve(
    createConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout)),
    filesOnDisk,
  );
}
