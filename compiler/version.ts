import { createRequire } from "node:module";

/** mmspec's own version. Its package.json stands above both the sources and the built files. */
export const version: string = (() => {
  const require = createRequire(import.meta.url);
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const content = require(path) as { name?: string; version?: string };
      if (content.name === "mmspec" && content.version !== undefined) return content.version;
    } catch {
      continue;
    }
  }
  return "0.0.0";
})();
