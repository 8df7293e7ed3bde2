import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { RequestProblem } from "./problem.js";

/**
 * The names that a service answers to. A page of a stranger can have its own name lead to this machine, after the browser has loaded it (DNS rebinding): then its requests
 * are of one origin with the service, and only the name in `Host` tells. No such page has an address as its name, nor `localhost`.
 */
export class Hosts {
  private readonly own: ReadonlySet<string>;
  private readonly allowed: ReadonlySet<string>;

  /**
   * @param host where it listens: a name or an address
   * @param allowed names of the proxies in front of it, as `nameOfHost` makes them
   */
  constructor(host: string, allowed: readonly string[]) {
    const bound = nameOfHost(host);
    const names = [...(bound === undefined ? [] : [bound])];
    // The machine's own name is the network's to tell: it counts where the network reaches the service anyway.
    const machine = nameOfHost(hostname());
    if (machine !== undefined && !isLoopback(host)) names.push(machine);
    this.own = new Set(names);
    this.allowed = new Set(allowed);
  }

  /** @throws RequestProblem where a request was sent to another name, or, of one that costs something, by a page of another origin */
  check(request: IncomingMessage): void {
    const { host: hosts = [], origin: origins = [] } = request.headersDistinct;
    if (!hosts.every((host) => this.knows(host)))
      throw new RequestProblem(
        421,
        "wrong_host",
        "The service doesn't answer to the name in Host; mmspec serve --allow-host NAME adds one.",
      );
    if (request.method !== "POST") return;
    if (!origins.every((origin) => this.isOwn(origin, hosts)))
      throw new RequestProblem(
        403,
        "wrong_origin",
        "Pages of other origins can't ask; mmspec serve --allow-host NAME allows those of a name.",
      );
  }

  private knows(host: string): boolean {
    const name = nameOfHost(host, true);
    if (name === undefined) return false;
    if (this.own.has(name) || this.allowed.has(name)) return true;
    return isAddress(name) || name === "localhost" || name.endsWith(".localhost");
  }

  /** Whether a page lies where the request went, or under a name that was allowed. */
  private isOwn(origin: string, hosts: readonly string[]): boolean {
    const page = /^https?:\/\//.test(origin) ? urlOf(origin) : undefined;
    if (page === undefined) return false;
    return (
      this.allowed.has(bare(page.hostname)) ||
      (hosts.length > 0 && hosts.every((host) => urlOf(`${page.protocol}//${host}`)?.host === page.host))
    );
  }
}

/**
 * A host's name as names are compared: in lower case and ASCII, without the dot at its end; of IPv6 with brackets.
 * @param port whether a port may follow
 * @returns nothing where it is none
 */
export function nameOfHost(text: string, port = false): string | undefined {
  const host = isIP(text) === 6 ? `[${text}]` : text;
  if (!(port ? /^(\[[^\][]+\]|[^:[\]/?#@*\\\s]+)(:\d*)?$/ : /^(\[[^\][]+\]|[^:[\]/?#@*\\\s]+)$/).test(host))
    return undefined;
  const name = urlOf(`http://${host}`)?.hostname;
  return name === undefined ? undefined : bare(name);
}

function bare(name: string): string {
  return name.replace(/\.$/, "");
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}

function isLoopback(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|\[::1\]|(.+\.)?localhost)$/.test(nameOfHost(host) ?? "");
}
