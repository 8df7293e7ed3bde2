import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { isMainThread, Worker } from "node:worker_threads";

/** What a thread begins with. It hasn't got what its process was started with: the loader of TypeScript, and which runtime a script imports. */
const start = `
  const { register } = require("node:module");
  const { workerData: { module, tsx, runtime } } = require("node:worker_threads");
  const resolve = "export const resolve = (specifier, context, next) => specifier === 'mmspec/runtime' ? { url: " +
    JSON.stringify(runtime) + ", shortCircuit: true } : next(specifier, context);";
  const begin = () => {
    register("data:text/javascript," + encodeURIComponent(resolve));
    return import(module);
  };
  if (tsx === undefined) begin();
  else import(tsx).then((loader) => { loader.register(); return begin(); });
`;

const extension = extname(import.meta.url);

/** The address of a file of the runtime, given without its extension and from the runtime's folder. */
export function runtimeFile(path: string): string {
  return new URL(`../${path}${extension}`, import.meta.url).href;
}

/** Runs a module in a thread of its own, which imports this runtime. */
export function startThread(module: string, data: Record<string, unknown>): Worker {
  const typed = [module, import.meta.url].some((url) => url.endsWith(".ts"));
  return new Worker(start, {
    eval: true,
    argv: process.argv.slice(2),
    workerData: {
      ...data,
      module,
      runtime: runtimeFile("index"),
      ...(typed && { tsx: import.meta.resolve("tsx/esm/api") }),
    },
  });
}

let wanted: number | undefined;

/** Says how many threads there are to be; the machine's cores, or MMSPEC_WORKERS, unless it is said. */
export function useThreads(count: number): void {
  wanted = count;
}

/** Threads that something may be shared out to; a thread that helps has no helpers itself. */
export function threads(): number {
  if (!isMainThread) return 1;
  return wanted ?? (Number(process.env.MMSPEC_WORKERS) || availableParallelism());
}
