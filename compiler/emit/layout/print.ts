import { printer } from "prettier/doc";
import type { ts } from "ts-morph";
import { sourceDoc } from "./statements.js";

/** The widest line of generated code. */
const printWidth = 110;

/**
 * A generated file laid out: as Prettier would, which a test holds it to, in a tenth of its time. Prettier reads and attributes a file anew before it
 * prints it; here the syntax tree is the one that ts-morph has, and only what the emitter writes is known. A file with anything else in it
 * stays as it is.
 */
export function layOut(file: ts.SourceFile): string {
  const { formatted } = printer.printDocToString(sourceDoc(file), { printWidth, tabWidth: 2 });
  return written(formatted) === written(file.text) ? formatted : file.text;
}

/** All of a text but what a layout may change: white space, commas, semicolons, quotes with their escapes, parentheses, the sign of an exponent. */
function written(text: string): string {
  return text.replace(/[\s,;'"\\()+]+/g, "");
}
