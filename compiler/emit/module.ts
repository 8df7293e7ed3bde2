import {
  Project,
  StructureKind,
  type ImportDeclarationStructure,
  type JSDocStructure,
  type OptionalKind,
} from "ts-morph";
import { Declarations } from "./declarations.js";
import { layOut } from "./layout/print.js";
import { commentText } from "./text.js";

/** What a specifier of an import gives. */
interface Imported {
  values: Set<string>;
  types: Set<string>;
  /** What its default export is called. */
  whole?: string;
}

/** Where ts-morph makes files; each takes the place of the last. */
const project = new Project({ useInMemoryFileSystem: true });

/** One generated file on its way: statements by ts-morph, imports by what the statements use. */
export class Module {
  readonly file = new Declarations();
  private readonly imports = new Map<string, Imported>();

  constructor(
    readonly name: string,
    private readonly header: string,
  ) {}

  /** Imports a value and gives its name back, to be written where it is used. */
  use(name: string, from = "mmspec/runtime"): string {
    this.of(from).values.add(name);
    return name;
  }

  /** Imports a file's default export by a name. */
  useDefault(name: string, from: string): string {
    this.of(from).whole = name;
    return name;
  }

  /** Imports a type. */
  useType(name: string, from = "mmspec/runtime"): string {
    this.of(from).types.add(name);
    return name;
  }

  private of(from: string): Imported {
    const known: Imported = this.imports.get(from) ?? { values: new Set(), types: new Set() };
    this.imports.set(from, known);
    return known;
  }

  /** The file's text, its imports first. */
  print(): string {
    const statements = [...this.importDeclarations(), ...this.file.statements];
    const file = project.createSourceFile(this.name, { statements }, { overwrite: true });
    return `${this.header}\n${layOut(file.compilerNode)}`;
  }

  private importDeclarations(): ImportDeclarationStructure[] {
    const specifiers = [...this.imports.keys()].sort(
      (a, b) => Number(a.startsWith(".")) - Number(b.startsWith(".")) || compare(a, b),
    );
    return specifiers.map((from) => {
      const { values, types, whole } = this.of(from);
      const typed = [...types].filter((name) => !values.has(name));
      const names = [...values, ...typed].sort(compare);
      return {
        kind: StructureKind.ImportDeclaration,
        moduleSpecifier: from,
        isTypeOnly: values.size === 0 && whole === undefined,
        ...(whole !== undefined && { defaultImport: whole }),
        namedImports: names.map((name) => ({ name, isTypeOnly: values.size > 0 && !values.has(name) })),
      };
    });
  }
}

/** Order that doesn't depend on the machine's language. */
function compare(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : a < b ? -1 : Number(a > b);
}

/** A doc comment of paragraphs; those that are missing are left out. */
export function docs(...paragraphs: (string | undefined)[]): OptionalKind<JSDocStructure>[] {
  const text = paragraphs.filter((paragraph) => paragraph !== undefined && paragraph !== "").join("\n\n");
  return text === "" ? [] : [{ description: commentText(text) }];
}
