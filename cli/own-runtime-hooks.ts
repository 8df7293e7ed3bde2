import type { ResolveHook } from "node:module";

const runtime = new URL("../runtime/index.js", import.meta.url).href;

export const resolve: ResolveHook = async (specifier, context, next) =>
  specifier === "mmspec/runtime"
    ? { url: runtime, format: "module", shortCircuit: true }
    : next(specifier, context);
