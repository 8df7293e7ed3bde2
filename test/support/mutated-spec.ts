import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { words } from "../../grammar/tokens.js";
import { specs } from "./arbitrary-spec.js";

const read = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".mmspec"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"));

/** The specs of the repository, good and broken. */
export const known: readonly string[] = [
  "examples",
  "test/golden",
  "test/golden/imported",
  "test/broken",
].flatMap(read);

/** What a slip of the hand, another program or malice may put into a file. */
const pieces: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "->",
    "<-",
    ":",
    ",",
    "=",
    '"',
    "\\",
    "//",
    "///",
    "\n",
    "\r",
    "<=",
    "-",
    "/",
  ),
  fc.constantFrom(...Object.keys(words)),
  fc.constantFrom(
    "\0",
    "\uFEFF",
    "\uD800",
    "\uDFFF",
    "\u2028",
    "\u200B",
    "\uFFFD",
    "é",
    "🙂",
    "\u0301",
    "１",
    "ﬁ",
    "\u00A0",
    "\u202E",
  ),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "0x1F",
    "1e999",
    "-1e-999",
    "1/0",
    "0/0",
    "9007199254740993",
    "1e308k",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc
    .integer({ min: 1, max: 40 })
    .chain((times) =>
      fc.constantFrom("(", "[", "{", "not ", "a(", '"', "->", "a,").map((text) => text.repeat(times)),
    ),
);

interface Change {
  at: number;
  take: number;
  put: string;
}

const changes: fc.Arbitrary<Change> = fc.record({
  /** Where, as a share of the text. */
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  take: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 })),
  put: fc.oneof(pieces, fc.constant("")),
});

/** A spec of the repository or one that the grammar allows, changed in some places. */
export const mutated: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: specs }),
    fc.array(changes, { minLength: 1, maxLength: 6 }),
  )
  .map(([text, made]) =>
    made.reduce((now, { at, take, put }) => {
      const start = Math.floor(at * now.length);
      return now.slice(0, start) + put + now.slice(start + take);
    }, text),
  );

/** Anything at all. */
export const garbage: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join("")),
  fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(" ")),
);
