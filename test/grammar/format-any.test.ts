import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format, parse, wordsOf } from "../../grammar/index.js";
import { specs } from "../support/arbitrary-spec.js";

/** A tree without its spans. */
function meaning(source: string): unknown {
  return JSON.parse(
    JSON.stringify(parse(source).file, (key, value: unknown) => (key === "span" ? undefined : value)),
  );
}

function comments(source: string): string[] {
  return wordsOf(source).flatMap(({ kind, text }) =>
    kind === "comment" || kind === "doc" ? [text.trimEnd()] : [],
  );
}

describe("any file that the grammar allows", () => {
  it("is formatted: the same when formatted again, with the same meaning, and with every comment in its order", () => {
    fc.assert(
      fc.property(specs, (source) => {
        // A word that begins a rule can't be an interaction's name: few files of the bare grammar are refused.
        fc.pre(parse(source).problems.length === 0);
        const once = format(source);
        expect(comments(once)).toEqual(comments(source));
        expect(meaning(once)).toEqual(meaning(source));
        expect(format(once)).toBe(once);
        expect(once).not.toMatch(/[ \t]\n|\n\n\n|\r/);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
