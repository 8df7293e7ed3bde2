import type { TextDocuments } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Unreadable } from "../compiler/index.js";
import { Spec } from "./document.js";

/** The files of an editor that aren't open; a web page may have none. */
export interface Files {
  /**
   * @param folder of the spec that imports it; nothing outside of that is read
   * @returns nothing when there is no such file
   */
  read(uri: string, folder: string): string | Unreadable | undefined;
  /** The specs in a folder and below it. */
  list(folder: string): readonly string[];
}

const noFiles: Files = { read: () => undefined, list: () => [] };

/** Open specs, and those on disk that belong to them. What is open is as it is there, whatever the disk says. */
export class Workspace {
  private readonly specs = new Map<string, Spec>();
  /** The folders that the editor works in. */
  folders: readonly string[] = [];

  constructor(
    private readonly documents: TextDocuments<TextDocument>,
    private readonly files: Files = noFiles,
  ) {}

  /** The open file as it is now; nothing when it isn't open. */
  open(uri: string): Spec | undefined {
    const text = this.document(uri);
    if (text === undefined) return undefined;
    const known = this.specs.get(plainUri(uri));
    if (known?.text === text && known.version === text.version) return known;
    const spec = new Spec(text, (asked) => this.read(asked, folderOf(uri)));
    this.specs.set(plainUri(uri), spec);
    return spec;
  }

  /** A file, open or not. */
  spec(uri: string): Spec | undefined {
    const open = this.open(uri);
    if (open !== undefined) return open;
    const text = this.files.read(uri, folderOf(uri));
    if (typeof text !== "string") return undefined;
    const document = TextDocument.create(uri, "mmspec", 0, text);
    return new Spec(document, (asked) => this.read(asked, folderOf(uri)));
  }

  /** The open specs that read a file, directly or by what they import. */
  readersOf(uri: string): Spec[] {
    const changed = plainUri(uri);
    return this.documents.all().flatMap((document) => {
      const spec = plainUri(document.uri) === changed ? undefined : this.open(document.uri);
      return spec !== undefined && spec.reads(changed) ? [spec] : [];
    });
  }

  /** Forgets what is known of a spec, so that it is read anew. */
  forget(uri: string): void {
    this.specs.delete(plainUri(uri));
  }

  /** All specs of the editor: the open ones, and those in its folders or, where it has none, in that of a spec. */
  all(near: string): Spec[] {
    const folders = this.folders.length > 0 ? this.folders : [folderOf(near)];
    const found = new Map<string, string>();
    for (const { uri } of this.documents.all()) found.set(plainUri(uri), uri);
    for (const uri of folders.flatMap((folder) => this.files.list(folder)))
      if (!found.has(plainUri(uri))) found.set(plainUri(uri), uri);
    return [...found.values()].flatMap((uri) => this.spec(uri) ?? []);
  }

  /** The specs below a spec's folder, by their paths from there. */
  below(uri: string): string[] {
    const folder = plainUri(folderOf(uri));
    const known = [
      ...this.documents.all().map((document) => document.uri),
      ...this.files.list(folderOf(uri)),
    ];
    const paths = known.map(plainUri).filter((path) => path.startsWith(folder) && path !== plainUri(uri));
    return [...new Set(paths.map((path) => path.slice(folder.length)))].sort();
  }

  private document(uri: string): TextDocument | undefined {
    return (
      this.documents.get(uri) ?? this.documents.all().find((other) => plainUri(other.uri) === plainUri(uri))
    );
  }

  private read(uri: string, folder: string): string | Unreadable | undefined {
    return this.document(uri)?.getText() ?? this.files.read(uri, folder);
  }
}

/** An address as it reads: editors don't escape alike. */
export function plainUri(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

export function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf("/") + 1);
}
