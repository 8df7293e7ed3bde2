import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Names } from "../../data/names.js";
import type { RunStatistics } from "../../session/statistics.js";
import { UsageError } from "../../session/options.js";
import { versions } from "../../session/versions.js";
import type { ServeTask } from "../options.js";
import type { AnswerPlan } from "../plan.js";
import { aboutModality } from "./about.js";
import { answersOf, type SampleAnswer } from "./answer.js";
import { letFinish, readBody } from "./body.js";
import { heldOutExamples } from "./examples.js";
import { Figures } from "./figures.js";
import { Hosts } from "./hosts.js";
import { cellCoders, type CellCoder } from "../../data/transforms/coder.js";
import type { Tokenizers } from "../../data/transforms/tokenizer.js";
import { openApi } from "./openapi.js";
import { tryPage } from "./page.js";
import { patientServer } from "./patience.js";
import { RequestProblem } from "./problem.js";
import { requestedSamples, samplesOf } from "./request.js";

interface ServeOptions {
  task: ServeTask;
  names: Names | undefined;
  statistics: RunStatistics | undefined;
  tokenizers: Tokenizers | undefined;
  engine: string;
  model: string;
  /** Of the run. */
  folder: string;
  say(line: string): void;
}

/** Samples that are on the engine at a time: a request of few bytes may ask for many that lack a large modality. */
const chunk = 64;
/** Milliseconds that requests under way get to finish when the service is told to stop. */
const patience = 10_000;

interface Reply {
  status: number;
  type: string;
  body: string;
  headers?: Record<string, string>;
}

const asJson = (status: number, value: unknown, headers?: Record<string, string>): Reply => ({
  status,
  type: "application/json",
  body: JSON.stringify(value),
  ...(headers && { headers }),
});

/**
 * Answers over HTTP until SIGTERM or SIGINT; then takes no more requests, and ends when those under way are answered.
 * @throws UsageError when it can't listen there
 */
export async function serve(plan: AnswerPlan, options: ServeOptions): Promise<void> {
  const { task, model, say } = options;
  const service = await Service.open(plan, options);
  const server = patientServer((request, response) => void service.handle(request, response));
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE" ? "it is taken; --port names another" : error.message;
      failed(new UsageError(`${task.host}:${task.port}: ${taken}.`));
    });
    server.listen(task.port, task.host, listening);
  });
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  process.stdout.write(`${model} at http://${host}:${port}\n`);
  await new Promise<void>((ended) => {
    let stopping = false;
    const stop = () => {
      if (stopping) return;
      stopping = true;
      say("stopping: requests under way are answered");
      service.stopping = true;
      const impatient = setTimeout(() => server.closeAllConnections(), patience);
      server.close(() => {
        clearTimeout(impatient);
        for (const signal of signals) process.off(signal, stop);
        ended();
      });
      server.closeIdleConnections();
    };
    // "disconnect": the command that started this process was killed.
    const signals = ["SIGTERM", "SIGINT", "disconnect"] as const;
    for (const signal of signals) process.on(signal, stop);
  });
}

class Service {
  stopping = false;
  /** Requests for predictions that are answered or wait to be. */
  private active = 0;
  /** Resolves when the engine is free. */
  private turn: Promise<unknown> = Promise.resolve();
  private readonly figures: Figures;
  private readonly hosts: Hosts;

  private constructor(
    private readonly plan: AnswerPlan,
    private readonly options: ServeOptions,
    private readonly description: unknown,
    private readonly page: { html: string; policy: string } | undefined,
    private readonly coders: ReadonlyMap<string, CellCoder>,
  ) {
    this.figures = new Figures(options.model);
    this.hosts = new Hosts(options.task.host, options.task.allowedHosts);
  }

  static async open(plan: AnswerPlan, options: ServeOptions): Promise<Service> {
    const { model, names, statistics, tokenizers, folder, task } = options;
    const { columns } = plan;
    const { mmspec } = await versions();
    const modalities = Object.entries(columns.modalities).map(([name, binding]) => ({
      name,
      shape: binding.shape,
      optional: binding.optional === true,
      about: aboutModality(binding),
    }));
    const coders = await cellCoders(columns.modalities, { names, tokenizers });
    const examples = await heldOutExamples(folder, columns, { names, statistics, coders });
    // Without the built page everything but the page is there.
    const page = await tryPage({ model, target: columns.target.name, modalities, examples }).catch(
      () => undefined,
    );
    const description = openApi(model, mmspec, plan, names, task.limits);
    return new Service(plan, options, description, page, coders);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begin = performance.now();
    const path = (request.url ?? "/").split("?", 1)[0] as string;
    const route = Object.hasOwn(this.routes, path) ? this.routes[path] : undefined;
    let reply: Reply;
    try {
      reply = await this.reply(request, path, route);
    } catch (error) {
      // Who has hung up needs no answer.
      if (request.destroyed && !request.complete) return;
      reply = this.refusal(error);
      await letFinish(request);
    }
    const { status, type, body, headers = {} } = reply;
    // A body that wasn't read to its end can't be followed by another request.
    const close = this.stopping || !request.complete;
    response.on("error", () => undefined);
    response.writeHead(status, {
      "Content-Type": type,
      "Content-Length": Buffer.byteLength(body),
      "X-Content-Type-Options": "nosniff",
      ...(close && { Connection: "close" }),
      ...headers,
    });
    response.end(request.method === "HEAD" ? undefined : body);
    this.figures.answered(route ? path : "other", status, (performance.now() - begin) / 1000);
  }

  /** What there is: the method, and what answers. */
  private readonly routes: Readonly<
    Record<string, { method: "GET" | "POST"; answer(request: IncomingMessage): Promise<Reply> | Reply }>
  > = {
    "/": { method: "GET", answer: () => this.tryIt() },
    "/predict": { method: "POST", answer: (request) => this.predict(request) },
    "/openapi.json": { method: "GET", answer: () => asJson(200, this.description) },
    "/health": {
      method: "GET",
      answer: () =>
        asJson(this.stopping ? 503 : 200, {
          status: this.stopping ? "stopping" : "ok",
          model: this.options.model,
          engine: this.options.engine,
        }),
    },
    "/metrics": {
      method: "GET",
      answer: async () => ({ status: 200, type: this.figures.type, body: await this.figures.text() }),
    },
  };

  private reply(
    request: IncomingMessage,
    path: string,
    route: (typeof this.routes)[string] | undefined,
  ): Promise<Reply> | Reply {
    this.hosts.check(request);
    if (route === undefined)
      throw new RequestProblem(404, "no_such_path", `There are ${Object.keys(this.routes).join(", ")}.`);
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (method !== route.method)
      throw new RequestProblem(405, "wrong_method", `${path} is asked by ${route.method}.`, route.method);
    return route.answer(request);
  }

  private tryIt(): Reply {
    if (this.page === undefined)
      throw new RequestProblem(404, "no_page", "The page isn't built; /openapi.json says what can be asked.");
    const { html, policy } = this.page;
    return {
      status: 200,
      type: "text/html; charset=utf-8",
      body: html,
      headers: { "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer" },
    };
  }

  private async predict(request: IncomingMessage): Promise<Reply> {
    const { limits } = this.options.task;
    if (this.stopping) throw new RequestProblem(503, "stopping", "The service is stopping.");
    if (this.active >= limits.requests)
      throw new RequestProblem(
        429,
        "too_many_requests",
        `${limits.requests} requests are being answered, the most at a time: try again in a second.`,
      );
    this.figures.waiting(++this.active);
    try {
      const given = samplesOf(await readBody(request, limits.bytes), limits);
      const answers: SampleAnswer[] = [];
      for (let at = 0; at < given.length; at += chunk) {
        const { plan } = this;
        const samples = requestedSamples(given.slice(at, at + chunk), at, plan.columns, {
          ...this.options,
          coders: this.coders,
        });
        answers.push(...answersOf(await this.inTurn(() => plan.predict(samples)), plan));
      }
      this.figures.predicted(answers.length);
      return asJson(200, { model: this.options.model, answers });
    } finally {
      this.figures.waiting(--this.active);
    }
  }

  /** The engine does one thing at a time. */
  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.turn.then(step);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private refusal(error: unknown): Reply {
    if (error instanceof RequestProblem) {
      const { status, code, message, at } = error;
      const headers = {
        ...(status === 429 && { "Retry-After": "1" }),
        ...(status === 405 && at !== undefined && { Allow: at }),
      };
      return asJson(
        status,
        { error: { code, message, ...(at !== undefined && status !== 405 && { at }) } },
        headers,
      );
    }
    // Whoever asks learns nothing of the inside.
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return asJson(500, {
      error: { code: "failed", message: "The prediction failed; the service's log says why." },
    });
  }
}
