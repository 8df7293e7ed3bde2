import { createServer, type RequestListener, type Server } from "node:http";

/** How long a service waits for those who talk to it, in milliseconds, and for how many. */
export interface Patience {
  /** For a request's head. */
  head: number;
  /** For a whole request. */
  request: number;
  /** For a connection on which nothing moves: one that sends nothing, or doesn't read its answer. */
  idle: number;
  /** From one look at what is late to the next. */
  look: number;
  /** Connections at a time; more are closed at once. */
  connections: number;
}

/** That of a service that says nothing else. */
export const usualPatience: Patience = {
  head: 10_000,
  request: 30_000,
  idle: 60_000,
  look: 1000,
  connections: 1000,
};

/** What is said to those who don't speak HTTP, say too much of it, or are too slow. */
const endings: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

/** A server that neither those who are slow nor those who are many can keep from answering others. */
export function patientServer(listener: RequestListener, patience: Patience = usualPatience): Server {
  const { head, request, idle, look, connections } = patience;
  const server = createServer(
    { headersTimeout: head, requestTimeout: request, connectionsCheckingInterval: look },
    (asked, response) => {
      // While an answer is computed nothing moves; when it is ready it has to be read.
      asked.socket.setTimeout(0);
      response.once("prefinish", () => asked.socket.setTimeout(idle));
      listener(asked, response);
    },
  );
  server.maxConnections = connections;
  server.timeout = idle;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const status = (error.code !== undefined && endings[error.code]) || "400 Bad Request";
    // Who was told so isn't waited for.
    if (socket.writable)
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
        socket.destroy(),
      );
    else socket.destroy();
  });
  return server;
}
