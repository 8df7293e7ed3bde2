export { expectedAt, type Expectation, type Place } from "./expected.js";
export { format, FormatError, inline } from "./format.js";
export { parse, read, type Reading } from "./parse.js";
export type * from "./syntax.js";
export { wordsOf, type Word } from "./words.js";
