import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { expectDiagnostics } from "../support/diagnostics.js";

describe("examples", () => {
  const names = readdirSync("examples").filter((name) => name.endsWith(".mmspec"));
  it.each(names)("%s has no mistake", (name) => {
    expectDiagnostics(readFileSync(`examples/${name}`, "utf8"), []);
  });
});
