import fc from "fast-check";
import { describe, it } from "vitest";
import { complete } from "../../language-server/completion.js";
import { Spec } from "../../language-server/document.js";
import { namesOf } from "../../language-server/names.js";
import { Workspace } from "../../language-server/workspace.js";
import { TextDocuments } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { garbage, known, mutated } from "../support/mutated-spec.js";
import { expectSurvival } from "../support/survives.js";

const nowhere = new Workspace(new TextDocuments(TextDocument));

/** `npm run fuzz` tries 100 000 cases, others each time; a failure tells its seed, and FUZZ_SEED repeats it. */
const cases = Number(process.env.FUZZ_CASES ?? 3000);
const seed = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ_CASES === undefined ? 1 : Date.now()));
const options = (share: number) => ({ numRuns: Math.ceil(cases * share), seed });

describe("any text at all", { timeout: 4 * 3_600_000 }, () => {
  it("is read, checked and formatted, or reported: changed specs", () => {
    fc.assert(fc.property(mutated, expectSurvival), options(0.6));
  });

  it("is read, checked and formatted, or reported: garbage", () => {
    fc.assert(fc.property(garbage, expectSurvival), options(0.3));
  });

  it("is completed at any place", () => {
    fc.assert(
      fc.property(mutated, fc.double({ min: 0, max: 1, noNaN: true }), (source, at) => {
        const spec = new Spec(TextDocument.create("file:///any.mmspec", "mmspec", 1, source));
        complete(spec, Math.floor(at * source.length), nowhere);
        namesOf(spec.analysis.units[0]);
      }),
      options(0.1),
    );
  });

  it("is read up to any place of a known spec, as when it is being typed", () => {
    const typed = fc
      .tuple(fc.constantFrom(...known), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([text, share]) => text.slice(0, Math.floor(share * text.length)));
    fc.assert(fc.property(typed, expectSurvival), options(0.1));
  });
});
