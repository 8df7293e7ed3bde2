import type { Name, Span } from "../../grammar/syntax.js";
import type { DiagnosticName, diagnosticTable } from "../diagnostics.js";
import type { Reporter } from "../diagnostics.js";
import type { Shape } from "../ir.js";
import type { ReadFile } from "../imports.js";
import type { Source } from "../source.js";

type ParametersOf<Key extends DiagnosticName> = Parameters<(typeof diagnosticTable)[Key]["text"]>[0];

/** Names that JavaScript objects have by themselves, or that would hide what generated code needs. */
/** What every object of JavaScript has, and `prototype`; what begins with two underscores is refused besides. */
const reserved = new Set([...Object.getOwnPropertyNames(Object.prototype), "prototype"]);

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
  "unusedFusion",
  "unusedImport",
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
  /** Gives the files that a spec imports. Without it none can be. */
  read?: ReadFile;
  /** False forbids `custom`, which runs code of the user's. @default true */
  custom?: boolean;
}

/** What a modality is, or a layer or a fusion gets and makes where it stands; a template that several modalities use has several. */
export interface ShapeNote {
  span: Span;
  /** The imported file that the span is in, from the folder of the spec. */
  file?: string;
  /** One shape, or one of each modality that is joined; none of a modality itself. */
  inputs: readonly Shape[];
  output: Shape;
  /** Trainable scalars. */
  weights: number;
  /** Multiplications and additions for one sample, forwards. */
  flops: number;
}

/** Reports that only a model can decide: what is shared is judged without one first. */
const ofModels: ReadonlySet<DiagnosticName> = new Set<DiagnosticName>([
  "unknownModality",
  "modalityLeftOut",
  "missingUnspoken",
  "neverMissing",
]);

/** Where an imported file lies. */
export interface Home {
  /** As diagnostics name it. */
  path: string;
  /** From the folder of the spec. */
  from: string;
}

/** What every check has at hand: the source, and where to report. */
export class Checker {
  /** The shapes of all modalities and of all layers that fit, for editors. */
  readonly shapes: ShapeNote[];

  /** The words of the lines that couldn't be read. */
  private readonly damagedWords: ReadonlySet<string>;
  readonly options: { custom: boolean };
  /** The parameters that the file knows, its own and imported ones. */
  params: ReadonlyMap<string, unknown> = new Map();
  /** True when an import failed: an unknown name may be one that it would have brought. */
  doubtful = false;

  /**
   * @param damage where the syntax is broken: what is lacking because of that isn't reported once more
   * @param home absent for the spec itself
   */
  constructor(
    readonly source: Source,
    private readonly reporter: Reporter,
    private readonly damage: readonly Span[] = [],
    { custom = true }: CheckOptions = {},
    readonly home?: Home,
    shapes: ShapeNote[] = [],
  ) {
    this.options = { custom };
    this.shapes = shapes;
    const lines = damage.map(({ start }) => source.lineText(source.lineAt(start)));
    this.damagedWords = new Set(lines.flatMap((line) => line.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []));
  }

  /** While a part is checked that stands elsewhere than what uses it: what does, if anything. */
  private use: { in?: string } | undefined;

  report<Key extends DiagnosticName>(key: Key, span: Span, parameters: ParametersOf<Key>): void {
    if (this.damage.length > 0) {
      if (absences.has(key)) return;
      if (unknowns.has(key) && this.damagedWords.has((parameters as { name: string }).name)) return;
    }
    if (
      this.doubtful &&
      (key === "unknownEncoder" || (key === "wrongValue" && "params" in (parameters ?? {})))
    )
      return;
    if (this.use !== undefined && this.use.in === undefined && ofModels.has(key)) return;
    this.reporter.report(key, span, parameters, this.home?.path, this.use?.in);
  }

  /**
   * Checks a part that stands elsewhere than what uses it.
   * @param place where that is, `digits.mmspec:12`; nothing while no model does
   */
  usedBy<Result>(place: string | undefined, check: () => Result): Result {
    const before = this.use;
    this.use = place === undefined ? {} : { in: place };
    try {
      return check();
    } finally {
      this.use = before;
    }
  }

  /** `digits.mmspec:12` */
  place(span: Span): string {
    return `${this.source.file}:${this.line(span)}`;
  }

  /** A span's line and, when it isn't in the spec itself, the file. */
  placed(span: Span): { line: number; file?: string } {
    return { line: this.line(span), ...(this.home && { file: this.home.from }) };
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
