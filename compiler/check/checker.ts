import type { Name, Span } from "../../grammar/syntax.js";
import type { DiagnosticName, diagnosticTable } from "../diagnostics.js";
import type { Reporter } from "../diagnostics.js";
import type { Shape } from "../ir.js";
import type { Source } from "../source.js";

type ParametersOf<Key extends DiagnosticName> = Parameters<(typeof diagnosticTable)[Key]["text"]>[0];

/** Names that JavaScript objects have by themselves, or that would hide what generated code needs. */
const reserved = new Set(["__proto__", "constructor", "prototype", "hasOwnProperty", "toString", "valueOf"]);

/** Reports that something isn't there: it may just have been unreadable. */
const absences: ReadonlySet<DiagnosticName> = new Set<DiagnosticName>([
  "emptyFile",
  "missingMember",
  "noEncoder",
  "noInteractions",
  "noGate",
  "noOtherwise",
  "needsLinear",
  "needsMerge",
  "needsComponents",
  "noUnique",
  "modalityLeftOut",
  "missingUnspoken",
  "unusedTemplate",
  "unknownComponent",
  "unknownShare",
  "noSource",
  "noSplit",
  "splitPart",
  "splitSum",
  "unbound",
  "stopNeedsValidation",
  "missingArgument",
  "pidModalities",
  "unknownPoint",
  "noGateToMeasure",
  "unknownPath",
  "nothingVaried",
  "notVaried",
]);

/** Reports that a name is unknown: its declaration may have been unreadable. */
const unknowns: ReadonlySet<DiagnosticName> = new Set<DiagnosticName>([
  "unknownModality",
  "unknownEncoder",
  "unknownModel",
  "unknownBinding",
]);

/** What a spec may do. */
export interface CheckOptions {
  /** False forbids `custom`, which runs code of the user's. @default true */
  custom?: boolean;
}

/** What a modality is, or a layer or a fusion gets and makes where it stands; a template that several modalities use has several. */
export interface ShapeNote {
  span: Span;
  /** One shape, or one of each modality that is joined; none of a modality itself. */
  inputs: readonly Shape[];
  output: Shape;
  /** Trainable scalars. */
  weights: number;
  /** Multiplications and additions for one sample, forwards. */
  flops: number;
}

/** What every check has at hand: the source, and where to report. */
export class Checker {
  /** The shapes of all modalities and of all layers that fit, for editors. */
  readonly shapes: ShapeNote[] = [];

  /** The words of the lines that couldn't be read. */
  private readonly damagedWords: ReadonlySet<string>;
  readonly options: Required<CheckOptions>;

  /** @param damage where the syntax is broken: what is lacking because of that isn't reported once more */
  constructor(
    readonly source: Source,
    private readonly reporter: Reporter,
    private readonly damage: readonly Span[] = [],
    { custom = true }: CheckOptions = {},
  ) {
    this.options = { custom };
    const lines = damage.map(({ start }) => source.lineText(source.lineAt(start)));
    this.damagedWords = new Set(lines.flatMap((line) => line.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []));
  }

  report<Key extends DiagnosticName>(key: Key, span: Span, parameters: ParametersOf<Key>): void {
    if (this.damage.length > 0) {
      if (absences.has(key)) return;
      if (unknowns.has(key) && this.damagedWords.has((parameters as { name: string }).name)) return;
    }
    this.reporter.report(key, span, parameters);
  }

  /** The source between two offsets, its white space made single spaces. */
  text({ start, end }: Span): string {
    return this.source.text
      .slice(start, end)
      .replace(/\/\/.*$/gm, " ")
      .replace(/\s+/g, " ")
      .trim();
  }

  line({ start }: Span): number {
    return this.source.lineAt(start);
  }

  /** Reports a name that can't be one. */
  declare(name: Name): void {
    if (reserved.has(name.text) || name.text.startsWith("__")) {
      this.report("reservedName", name.span, { name: name.text });
    }
  }

  /** The first of several settings of one name, the others reported. */
  only<Node extends { span: Span }>(nodes: readonly Node[], name: string): Node | undefined {
    const [first, ...others] = nodes;
    for (const { span } of first === undefined ? [] : others)
      this.report("settingTwice", span, { name, line: this.line((first as Node).span) });
    return first;
  }

  /**
   * The first of several declarations, the others reported as duplicates.
   * @param what for example "a target"
   */
  single<Node extends { span: Span }>(
    nodes: readonly Node[],
    what: string,
    label: (node: Node) => string,
  ): Node | undefined {
    const [first, ...others] = nodes;
    if (first === undefined) return undefined;
    for (const other of others) {
      this.report("duplicate", other.span, { what, name: label(first), line: this.line(first.span) });
    }
    return first;
  }
}
