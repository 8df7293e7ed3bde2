import { read, type Reading } from "../grammar/index.js";
import type { ImportDeclaration, Span, SpecFile, SyntaxProblem } from "../grammar/syntax.js";
import { leavesFolder, normalised } from "./check/paths.js";
import type { Reporter } from "./diagnostics.js";
import { Source } from "./source.js";

/** A file that is there but can't be read, and why: "it is a folder". */
export interface Unreadable {
  reason: string;
}

/**
 * Gives the text of a file that a spec imports.
 * @param path the folder of the spec as the caller named it, and from there the file
 * @returns nothing when there is no such file
 */
export type ReadFile = (path: string) => string | Unreadable | undefined;

/** A spec, or a file that it imports. */
export interface Unit {
  /** As messages name it. */
  path: string;
  /** From the folder of the spec that is checked: `parts/encoders.mmspec`. */
  from: string;
  source: Source;
  tree: SpecFile;
  problems: readonly SyntaxProblem[];
  imports: readonly Import[];
}

/** An import, and the file that it names; none when that can't be read or would import itself. */
export interface Import {
  declaration: ImportDeclaration;
  unit?: Unit;
}

/** A file whose imports are being read. */
interface Open {
  path: string;
  from: string;
  source: Source;
  reading: Reading;
  imports: Import[];
  /** By what they name, with their lines. */
  named: Map<string, number>;
  next: number;
}

/** Characters of a path: folders that link to one another lead to no end of files. */
const longestPath = 4096;

const unreadable: ReadFile = () => ({ reason: "nothing here reads files" });

/**
 * Reads a spec and all files that it imports, each once, and reports what can't be imported.
 * It goes down without calling itself, so that a chain of imports may be as long as it likes.
 * @returns the spec first, the others as they are reached
 */
export function readUnits(
  text: string,
  file: string,
  reporter: Reporter,
  readFile: ReadFile = unreadable,
): [Unit, ...Unit[]] {
  const folder = file.slice(0, file.length - fileName(file).length);
  const order: string[] = [];
  const done = new Map<string, Unit>();
  const open: Open[] = [];
  const depths = new Map<string, number>();
  const enter = (path: string, from: string, content: string) => {
    order.push(from);
    depths.set(from, open.length);
    const source = new Source(path, content);
    open.push({ path, from, source, reading: read(content), imports: [], named: new Map(), next: 0 });
  };
  enter(file, fileName(file), text);
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    const declaration = at.reading.imports[at.next++];
    if (declaration === undefined) {
      const unit = finish(at);
      done.set(at.from, unit);
      open.pop();
      const importer = open.at(-1);
      const reached = importer?.reading.imports[importer.next - 1];
      if (importer !== undefined && reached !== undefined)
        importer.imports.push({ declaration: reached, unit });
      continue;
    }
    const unit = resolve(declaration, at);
    if (unit !== undefined) at.imports.push(unit === "none" ? { declaration } : { declaration, unit });
  }
  const units = order.map((from) => done.get(from) as Unit);
  const [spec, ...others] = units as [Unit, ...Unit[]];
  for (const { path, source } of others) spec.source.imported.set(path, source);
  return [spec, ...others];

  /** The file that an import names, when it was read before; "none" when it can't be; nothing when it has to be read first, or is named twice. */
  function resolve({ path: { value: path, span } }: ImportDeclaration, at: Open): Unit | "none" | undefined {
    const where = at.from === order[0] ? undefined : at.path;
    if (leavesFolder(path)) reporter.report("importOutside", span, { path }, where);
    else if (!path.endsWith(".mmspec")) reporter.report("importNotSpec", span, { path }, where);
    else {
      const from = normalised(folderOf(at.from) + path);
      const line = at.named.get(from);
      if (line !== undefined) {
        reporter.report("duplicate", span, { what: "an import of", name: path, line }, where);
        return undefined;
      }
      at.named.set(from, at.source.lineAt(span.start));
      const known = done.get(from);
      if (known !== undefined) return known;
      const round = depths.get(from);
      if (round !== undefined) {
        reporter.report(
          "importCycle",
          span,
          { round: placesFrom(round), back: open[round]?.path ?? "" },
          where,
        );
        return "none";
      }
      const content =
        from.length > longestPath ? { reason: "its path is too long" } : readFile(folder + from);
      if (typeof content === "string") {
        enter(folder + from, from, content);
        return undefined;
      }
      if (content === undefined) reporter.report("importMissing", span, { path: folder + from }, where);
      else reporter.report("importUnread", span, { path: folder + from, reason: content.reason }, where);
    }
    return "none";
  }

  /** `a.mmspec:1`, `b.mmspec:2`: the imports that lead from an open file to the last one's. */
  function placesFrom(first: number): string[] {
    return open.slice(first).map(({ path, source, reading, next }) => {
      const span = reading.imports[next - 1]?.span as Span;
      return `${path}:${source.lineAt(span.start)}`;
    });
  }
}

function finish({ path, from, source, reading, imports }: Open): Unit {
  const outer = new Map<string, number>();
  for (const { unit } of imports) {
    for (const { name, value } of unit?.tree.params ?? [])
      if (!outer.has(name.text)) outer.set(name.text, value.value);
  }
  const { file: tree, problems } = reading.finish(outer);
  return { path, from, source, tree, problems, imports };
}

/** `parts/eyes.mmspec` -> `parts/` */
export function folderOf(from: string): string {
  return from.slice(0, from.length - fileName(from).length);
}

/** A path's last part, whichever way its slashes lean. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
