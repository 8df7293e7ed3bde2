import { printer } from "prettier/doc";
import type { ts } from "ts-morph";
import { sourceDoc } from "./statements.js";

/** The widest line of generated code. */
const printWidth = 110;

/**
 * A generated file laid out: as Prettier would, which a test holds it to, in a tenth of its time. Prettier reads and attributes a file anew before it
 * prints it; here the syntax tree is the one that ts-morph has, and only what the emitter writes is known. What isn't known is printed as it
 * stands.
 */
export function layOut(file: ts.SourceFile): string {
  return printer.printDocToString(sourceDoc(file), { printWidth, tabWidth: 2 }).formatted;
}
