import { atoms, kindOf, type Atom, type PidItem, type ReportContent, type Values } from "../content.js";
import { atomName } from "../figures/names.js";
import { strongest } from "../figures/samples.js";
import type { AtomColumns } from "../headline.js";

/** Something by which samples can be chosen. */
export interface Facet {
  id: string;
  label: string;
  options: readonly { text: string; kind?: string }[];
  /** Position of the option that a sample has; -1 for none. */
  of: Int32Array;
  /** Options that are chosen; none means all. */
  chosen: Set<number>;
}

/** The measured interactions that the page is about, when there are several. */
export interface Measured {
  k: number;
  item: PidItem;
  values: AtomColumns;
  errors: Partial<Record<Atom, ArrayLike<number>>>;
}

type Event = "filter" | "select" | "measure";

/** The samples, which of them are chosen, and which one is looked at. */
export class Store {
  readonly size: number;
  readonly measures: readonly Measured[];
  measured: Measured | undefined;
  facets: Facet[] = [];
  /** Rows that pass every facet, in order. */
  rows: Int32Array = new Int32Array(0);
  /** 1 for each of them. */
  passes: Uint8Array;
  /** The sample that is looked at, or -1. */
  selected = -1;
  private countsOf = new Map<Facet, Int32Array>();
  private readonly listeners = new Map<Event, (() => void)[]>();

  constructor(
    readonly content: ReportContent,
    readonly columns: ReadonlyMap<string, Values>,
  ) {
    this.size = this.column("index").length;
    this.passes = new Uint8Array(this.size);
    this.measures = content.pid.flatMap((item, k) => {
      if (item.columns === undefined) return [];
      const of = (end: string) =>
        Object.fromEntries(atoms.map((atom) => [atom, columns.get(`${k}:${atom}${end}`)]));
      return [
        { k, item, values: of("") as unknown as AtomColumns, errors: of("_error") as Measured["errors"] },
      ];
    });
    // What the modalities tell, before what the gate makes of them.
    this.measured = this.measures.find(({ item }) => item.unit !== "share") ?? this.measures[0];
    this.makeFacets();
    this.filter();
  }

  column(name: string): Values {
    return this.columns.get(name) ?? new Float32Array(0);
  }

  on(event: Event, listener: () => void): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  private tell(event: Event): void {
    for (const listener of this.listeners.get(event) ?? []) listener();
  }

  isRight(i: number): boolean {
    return this.column("label")[i] === this.column("prediction")[i];
  }

  select(row: number): void {
    this.selected = row;
    this.tell("select");
  }

  measure(k: number): void {
    this.measured = this.measures.find((measured) => measured.k === k);
    this.makeFacets();
    this.filter();
    this.tell("measure");
    this.tell("filter");
    this.tell("select");
  }

  /** Takes an option in or out. */
  toggle(id: string, option: number): void {
    const facet = this.facets.find((one) => one.id === id);
    if (facet === undefined) return;
    if (!facet.chosen.delete(option)) facet.chosen.add(option);
    this.filter();
    this.tell("filter");
  }

  /** Chooses exactly these options. */
  choose(choices: Readonly<Record<string, readonly number[]>>): void {
    for (const facet of this.facets) facet.chosen = new Set(choices[facet.id] ?? []);
    this.filter();
    this.tell("filter");
  }

  /** Samples of each option that pass all other facets. */
  counts(facet: Facet): Int32Array {
    return this.countsOf.get(facet) ?? new Int32Array(facet.options.length);
  }

  /** One pass over the samples: a sample that fails one facet alone counts among that facet's options. */
  private filter(): void {
    const { facets, size, passes } = this;
    const masks = facets.map(({ options, chosen }) =>
      Uint8Array.from(options, (_, option) => (chosen.size === 0 || chosen.has(option) ? 1 : 0)),
    );
    const counts = facets.map(({ options }) => new Int32Array(options.length));
    const rows = new Int32Array(size);
    let found = 0;
    for (let i = 0; i < size; i++) {
      let failed = 0;
      let failing = -1;
      for (let f = 0; f < facets.length; f++) {
        const option = facets[f]?.of[i] as number;
        // Without an option a sample passes only while the facet chooses nothing.
        if (option < 0 ? facets[f]?.chosen.size === 0 : masks[f]?.[option] === 1) continue;
        failed++;
        failing = f;
      }
      passes[i] = failed === 0 ? 1 : 0;
      if (failed === 0) rows[found++] = i;
      if (failed > 1) continue;
      for (let f = 0; f < facets.length; f++) {
        const option = facets[f]?.of[i] as number;
        const count = counts[f] as Int32Array;
        if (option >= 0 && (failed === 0 || failing === f)) count[option] = (count[option] as number) + 1;
      }
    }
    this.rows = rows.slice(0, found);
    this.countsOf = new Map(facets.map((facet, f) => [facet, counts[f] as Int32Array]));
  }

  private makeFacets(): void {
    const { classes, rules, types } = this.content;
    const { size, measured } = this;
    const kept = new Map(this.facets.map((facet) => [facet.id, facet.chosen]));
    const facets: Facet[] = [];
    const add = (id: string, label: string, options: Facet["options"], of: Int32Array) => {
      if (options.length > 1) facets.push({ id, label, options, of, chosen: kept.get(id) ?? new Set() });
    };
    const named = (names: readonly string[]) => names.map((text) => ({ text }));
    const rightness = Int32Array.from({ length: size }, (_, i) => (this.isRight(i) ? 0 : 1));
    if (this.content.targets === undefined) add("answer", "answer", named(["right", "wrong"]), rightness);
    if (measured !== undefined) {
      const { item, values, errors } = measured;
      const kinds = atoms.map((atom) => ({ text: atomName(atom, item.modalities), kind: kindOf[atom] }));
      const largest = Int32Array.from({ length: size }, (_, i) =>
        Number.isNaN(values.r[i]) ? -1 : atoms.indexOf(strongest(values, i)),
      );
      add("strongest", "strongest", kinds, largest);
      if (errors.r !== undefined) {
        const misleads = Int32Array.from({ length: size }, (_, i) => {
          const below = atoms.some(
            (atom) => (values[atom][i] as number) < -2 * ((errors[atom]?.[i] as number) || Infinity),
          );
          return Number.isNaN(values.r[i]) ? -1 : below ? 1 : 0;
        });
        add("misleads", "something misleads", named(["no", "yes"]), misleads);
      }
    }
    add("class", "class", named(classes), this.column("label") as Int32Array);
    add("answered", "answered", named(classes), this.column("prediction") as Int32Array);
    add("rule", "rule", named(rules), this.column("rule") as Int32Array);
    add("type", "true type", named(types), this.column("type") as Int32Array);
    this.facets = facets;
  }
}
