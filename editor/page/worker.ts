import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import { serve } from "../../language-server/server.js";

// The same server as `mmspec lsp`, in a worker of the page; seen from inside, a worker posts and gets messages alike.
const page = self as unknown as Worker;
serve(createConnection(new BrowserMessageReader(page), new BrowserMessageWriter(page)));
