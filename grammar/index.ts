export { format, FormatError } from "./format.js";
export { parse } from "./parse.js";
export type * from "./syntax.js";
