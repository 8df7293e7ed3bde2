import { format } from "../../grammar/format.js";
import { wordsOf } from "../../grammar/words.js";
import type { Span, SpecFile } from "../../grammar/syntax.js";
import { analyse, type Analysis } from "../analyse.js";
import type { CheckOptions } from "../check/checker.js";
import type { Diagnostic } from "../diagnostics.js";
import { explain } from "../explain.js";
import { digitsOf, indexOf, sizeOf, type Axis, type Choice } from "./axes.js";
import { meets, type Cost } from "./demands.js";
import { drawnFrom } from "./draw.js";
import { Labels } from "./labels.js";
import type { VariantsPlan } from "./plan.js";
import { identityOf, Seen } from "./same.js";
import { written } from "./write.js";

/** One variant of a model: a whole spec of its own. */
export interface Variant {
  /** Its place in the space, counted from 0, before `where` and duplicates are taken out. */
  index: bigint;
  /** Stable and telling, fit for a folder: "dmil-dense32-tensor4". */
  name: string;
  /** What was chosen, by path as the spec has it: { "train.paradigm": "joint", "Eye.dense.units": "32" }. */
  choices: Record<string, string>;
  /** The complete, formatted spec, without its `variants` blocks. */
  spec: string;
  parameters: number;
  /** Multiplications and additions of one sample, as `explain` counts them. */
  flops: number;
  /** Bytes to learn from one batch, as `explain` counts them. */
  memory: number;
}

/** A combination that is no variant of its own. */
interface NoVariant {
  index: bigint;
  name: string;
  choices: Record<string, string>;
}

/** What a combination turned out to be. */
export type Outcome =
  | { kind: "variant"; variant: Variant }
  /** What it doesn't meet, as the spec has it, with its own numbers. */
  | (NoVariant & { kind: "excluded"; excluded: string })
  /** Its spec and what is wrong with it. */
  | (NoVariant & { kind: "invalid"; invalid: Diagnostic[]; spec: string })
  /** The same model as one before. */
  | (NoVariant & { kind: "duplicate"; of: bigint });

/** All variants of a model; nothing of it is made before it is asked for. */
export interface VariantSpace {
  model: string;
  paths: readonly string[];
  /** All combinations, before `where`, duplicates and invalid ones. */
  size: bigint;
  limit: number | undefined;
  sample: { count: number; seed: number } | undefined;
  /** The k-th combination: a variant, or why it is none. @throws RangeError when there is none at k */
  at(k: bigint): { variant: Variant } | { excluded: string } | { invalid: Diagnostic[] };
  /** Which combination has these choices, by path and as the spec spells them; nothing when none has. */
  indexOf(choices: Readonly<Record<string, string>>): bigint | undefined;
  /** All combinations in an order that follows from the seed alone. */
  random(seed: number): Iterable<bigint>;
  /** Looks at combinations one by one, in order unless others are named, until `limit` or `sample` is reached: all that it finds, variants and others. */
  walk(indices?: Iterable<bigint>): Iterable<Outcome>;
  /** Lazy, in order; no two that are the same model; obeys `where`, `limit` and `sample`. */
  [Symbol.iterator](): Iterator<Variant>;
}

/**
 * The variants that a spec asks for.
 * @param file its path, for messages
 * @param options which model's, where the file has several blocks
 * @returns no space when the spec has errors or no such block
 */
export function variantSpace(
  text: string,
  file = "spec.mmspec",
  options: CheckOptions & { model?: string | undefined } = {},
): { space: VariantSpace | undefined; analysis: Analysis } {
  const analysis = analyse(text, file, options);
  const plan = analysis.variants.find(({ model }) => options.model === undefined || options.model === model);
  return { space: plan && new Space(text, file, plan, analysis, options), analysis };
}

/** A combination before it is told from those before it. */
type Looked =
  | { kind: "variant"; variant: Variant; identity: string }
  | Exclude<Outcome, { kind: "variant" | "duplicate" }>;

class Space implements VariantSpace {
  readonly model: string;
  readonly paths: readonly string[];
  readonly size: bigint;
  readonly limit: number | undefined;
  readonly sample: { count: number; seed: number } | undefined;
  private readonly axes: readonly Axis[];
  private readonly labels: Labels;
  private readonly blocks: readonly Span[];

  constructor(
    private readonly text: string,
    private readonly file: string,
    private readonly plan: VariantsPlan,
    { tree }: Analysis,
    private readonly options: CheckOptions,
  ) {
    this.model = plan.model;
    this.axes = plan.axes;
    this.paths = plan.axes.map(({ path }) => path);
    this.size = sizeOf(plan.axes);
    this.limit = plan.limit;
    this.sample = plan.sample;
    this.labels = new Labels(plan.axes);
    this.blocks = blocksOf(tree, text);
  }

  at(k: bigint): { variant: Variant } | { excluded: string } | { invalid: Diagnostic[] } {
    const looked = this.look(k);
    if (looked.kind === "variant") return { variant: looked.variant };
    return looked.kind === "excluded" ? { excluded: looked.excluded } : { invalid: looked.invalid };
  }

  indexOf(choices: Readonly<Record<string, string>>): bigint | undefined {
    const digits = this.axes.map((axis) => axis.find(choices[axis.path] ?? ""));
    return digits.includes(undefined) ? undefined : indexOf(digits as number[], this.axes);
  }

  random(seed: number): Iterable<bigint> {
    return drawnFrom(this.size, seed);
  }

  *walk(indices: Iterable<bigint> = this.order()): Iterable<Outcome> {
    const seen = new Seen((index) => {
      const looked = this.look(index);
      return looked.kind === "variant" ? looked.identity : undefined;
    });
    const most = Math.min(this.limit ?? Infinity, this.sample?.count ?? Infinity);
    let found = 0;
    for (const index of indices) {
      if (found >= most) return;
      const looked = this.look(index);
      if (looked.kind !== "variant") {
        yield looked;
        continue;
      }
      const { variant, identity } = looked;
      const { name, choices } = variant;
      const of = seen.before(identity, index);
      if (of !== undefined) yield { kind: "duplicate", index, name, choices, of };
      else {
        found++;
        yield { kind: "variant", variant };
      }
    }
  }

  *[Symbol.iterator](): Iterator<Variant> {
    for (const outcome of this.walk()) if (outcome.kind === "variant") yield outcome.variant;
  }

  private *order(): Iterable<bigint> {
    if (this.sample !== undefined) yield* this.random(this.sample.seed);
    else for (let k = 0n; k < this.size; k++) yield k;
  }

  private look(index: bigint): Looked {
    if (index < 0n || index >= this.size)
      throw new RangeError(`There is no variant ${index}: the space has ${this.size}, counted from 0.`);
    const choices = this.choicesOf(index);
    const about = {
      index,
      name: this.labels.name(choices, index),
      choices: Object.fromEntries(this.axes.map(({ path }, i) => [path, choices[i]?.text ?? ""])),
    };
    const choice = (axis: number) => choices[axis] as Choice;
    const early = this.plan.wheres.find(({ requirement }) => meets(requirement, { choice }) === false);
    if (early !== undefined) return { kind: "excluded", ...about, excluded: `not ${early.text}` };

    const spec = format(written(this.text, this.blocks, this.axes, choices));
    const { failed, diagnostics, models } = analyse(spec, this.file, this.options);
    const ir = models.find(({ name }) => name === this.model);
    if (failed || ir === undefined) {
      const invalid = diagnostics.filter(({ severity }) => severity === "error");
      return { kind: "invalid", ...about, invalid, spec };
    }
    const { parameters, flops, memoryPerBatch: memory } = explain(ir);
    const costs = { parameters, flops, memory };
    const late = this.plan.wheres.find(({ requirement }) => meets(requirement, { choice, costs }) === false);
    if (late !== undefined)
      return { kind: "excluded", ...about, excluded: `not ${late.text}: ${spoken(late.text, costs)}` };
    return { kind: "variant", variant: { ...about, spec, ...costs }, identity: identityOf(ir) };
  }

  /** A choice of each axis; one that is a parameter's name has the number that this combination gives it. */
  private choicesOf(index: bigint): Choice[] {
    const digits = digitsOf(index, this.axes);
    const choices = this.axes.map((axis, i) => axis.at(digits[i] ?? 0));
    return choices.map((choice) => {
      const param = choice.param === undefined ? -1 : this.paths.indexOf(choice.param);
      const number = choices[param]?.number;
      return number === undefined ? choice : { ...choice, number };
    });
  }
}

/** "parameters = 612345": the costs that a condition asks for. */
function spoken(condition: string, costs: Readonly<Record<Cost, number>>): string {
  const asked = Object.entries(costs).filter(([name]) => new RegExp(`\\b${name}\\b`).test(condition));
  return asked.map(([name, cost]) => `${name} = ${cost}`).join(", ");
}

/** The `variants` blocks of a file, each with the doc comment before it. */
function blocksOf({ variants }: SpecFile, text: string): Span[] {
  const docs = wordsOf(text).filter(({ kind }) => kind === "doc");
  return variants.map(({ doc, span }) => {
    const before = docs.filter((comment) => comment.span.end <= span.start);
    const first = doc === undefined ? undefined : before.at(-doc.split("\n").length);
    return { start: first?.span.start ?? span.start, end: span.end };
  });
}
