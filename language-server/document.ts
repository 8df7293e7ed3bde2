import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Range } from "vscode-languageserver";
import { analyse, type Analysis, type ReadFile, type Unreadable } from "../compiler/index.js";
import { wordsOf, type ImportDeclaration, type Span, type Word } from "../grammar/index.js";
import { namesOf, type Declared, type Names, type Occurrence } from "./names.js";
import { folderOf, plainUri } from "./workspace.js";

/** One version of a file, and what is known of it; each part is worked out when it is first asked for. */
export class Spec {
  private known: { analysis?: Analysis; names?: Names; words?: Word[] } = {};
  /** The files that were asked for, there or not. */
  private readonly asked = new Set<string>();

  /** @param readUri gives the text of a file that it imports */
  constructor(
    readonly text: TextDocument,
    private readonly readUri: (uri: string) => string | Unreadable | undefined = () => undefined,
    readonly version = text.version,
  ) {}

  get source(): string {
    return this.text.getText();
  }

  get uri(): string {
    return this.text.uri;
  }

  /** Its name, from which the paths of imported files begin. */
  get file(): string {
    return decodedName(this.uri);
  }

  get analysis(): Analysis {
    return (this.known.analysis ??= analyse(this.source, this.file, { read: this.read }));
  }

  get names(): Names {
    return (this.known.names ??= namesOf(this.analysis.units[0]));
  }

  get words(): readonly Word[] {
    return (this.known.words ??= wordsOf(this.source));
  }

  /** Gives the files that it imports, by their paths from its folder. */
  readonly read: ReadFile = (path) => {
    const uri = this.uriOf(path);
    this.asked.add(plainUri(uri));
    return this.readUri(uri);
  };

  /** Whether a file is one that it imports or would import, directly or not. */
  reads(plain: string): boolean {
    // Reading is what tells.
    return this.analysis.units.length > 0 && this.asked.has(plain);
  }

  /** The address of a file by its path from this one's folder; its own when there is no path. */
  uriOf(path: string | undefined): string {
    if (path === undefined) return this.uri;
    return folderOf(this.uri) + path.split("/").map(encodeURIComponent).join("/");
  }

  /** The text of an imported file; its own when there is no path. */
  textOf(path: string | undefined): string {
    return this.analysis.units.find(({ from }) => from === path)?.source.text ?? this.source;
  }

  range({ start, end }: Span): Range {
    return { start: this.text.positionAt(start), end: this.text.positionAt(end) };
  }

  /** The name at an offset that stands for something declared. */
  occurrenceAt(offset: number): Occurrence | undefined {
    return this.names.occurrences.find(({ span }) => touches(span, offset));
  }

  /** What a declaration is wherever it is asked for: its file and its place there. */
  keyOf({ file, kind, span }: Declared): string {
    return `${plainUri(this.uriOf(file))} ${kind} ${span.start}`;
  }

  /** The import whose path is at an offset. */
  importAt(offset: number): ImportDeclaration | undefined {
    return this.analysis.tree.imports.find(({ path }) => touches(path.span, offset));
  }

  /** The word at an offset, the one that begins there before the one that ends there. */
  wordAt(offset: number): Word | undefined {
    return (
      this.words.find(({ span }) => span.start <= offset && offset < span.end) ??
      this.words.find(({ span }) => span.end === offset)
    );
  }
}

/** Whether an offset is in a span or right behind it, where the cursor stands after a word. */
export function touches({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}

function decodedName(uri: string): string {
  return plainUri(uri.split("/").at(-1) ?? uri);
}
