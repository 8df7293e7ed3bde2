import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { expectDiagnostics } from "../support/diagnostics.js";

describe("examples", () => {
  const names = readdirSync("examples").filter((name) => name.endsWith(".mmspec"));
  it.each(names)("%s has no mistake", (name) => {
    expectDiagnostics(readFileSync(`examples/${name}`, "utf8"), []);
  });

  it("would only warn of a rule for a missing image that is never missing", () => {
    const text = readFileSync("examples/spoken.mmspec", "utf8");
    const always = text.replace("optional modality", "modality").replace(/^ *missing image in.*\n/gm, "");
    expectDiagnostics(always, ["19:10 MM5012"]);
  });
});
