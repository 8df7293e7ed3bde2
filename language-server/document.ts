import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Range } from "vscode-languageserver";
import { analyse, type Analysis } from "../compiler/index.js";
import { wordsOf, type Span, type Word } from "../grammar/index.js";
import { namesOf, type Names, type Occurrence } from "./names.js";

/** One version of an open file, and what is known of it; each part is worked out when it is first asked for. */
export class Spec {
  private known: { analysis?: Analysis; names?: Names; words?: Word[] } = {};

  constructor(
    readonly text: TextDocument,
    readonly version = text.version,
  ) {}

  get source(): string {
    return this.text.getText();
  }

  get analysis(): Analysis {
    return (this.known.analysis ??= analyse(this.source, fileOf(this.text.uri)));
  }

  get names(): Names {
    return (this.known.names ??= namesOf(this.analysis.tree));
  }

  get words(): readonly Word[] {
    return (this.known.words ??= wordsOf(this.source));
  }

  range({ start, end }: Span): Range {
    return { start: this.text.positionAt(start), end: this.text.positionAt(end) };
  }

  /** The name at an offset that stands for something declared. */
  occurrenceAt(offset: number): Occurrence | undefined {
    return this.names.occurrences.find(({ span }) => touches(span, offset));
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

function fileOf(uri: string): string {
  return decodeURIComponent(uri.split("/").at(-1) ?? uri);
}
