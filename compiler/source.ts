/** A place in a file, counted from 1, as editors show it. */
export interface Position {
  line: number;
  column: number;
}

/** A spec's text, and where its lines begin. */
export class Source {
  /** The files that it imports, and those that these do, by the paths that diagnostics name. */
  readonly imported = new Map<string, Source>();
  private readonly starts: number[] = [0];

  constructor(
    /** Path as the user gave it. */
    readonly file: string,
    readonly text: string,
  ) {
    for (let i = 0; i < text.length; i++) if (text[i] === "\n") this.starts.push(i + 1);
  }

  /** The text that a diagnostic is about: this one, or an imported file's. */
  of({ file }: { file?: string }): Source {
    return (file === undefined ? undefined : this.imported.get(file)) ?? this;
  }

  positionAt(offset: number): Position {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.starts[low] as number) + 1 };
  }

  lineAt(offset: number): number {
    return this.positionAt(offset).line;
  }

  /** The text of a line, without its end. */
  lineText(line: number): string {
    return this.text
      .slice(this.starts[line - 1], this.starts[line] ?? this.text.length)
      .replace(/\r?\n$/, "");
  }
}
