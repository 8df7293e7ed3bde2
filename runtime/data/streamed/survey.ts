import type { DataPlan, ModalityBinding } from "../load.js";
import { own, type Names } from "../names.js";
import type { Samples, Splits } from "../samples.js";
import { Moments, type Statistics } from "../transforms/standardise.js";
import { reachOf, transform } from "../transforms/transforms.js";
import { BlockReader, DamagedBlock, type Damaged } from "./block-file.js";
import type { Cache } from "./cache.js";
import { bareSamples, type Preparation } from "./feeder.js";
import { blockCount, modalityOf, rowValues } from "./layout.js";
import type { MergedProblems } from "./merged-problems.js";
import { inOrder, type Numbered } from "./numbering.js";
import { size } from "../size.js";

/** What a model was trained with. */
export interface Kept {
  names?: Names | undefined;
  statistics?: Readonly<Record<string, Statistics>> | undefined;
}

/** What all samples together say of how each is prepared. */
export interface Surveyed extends Preparation {
  names: Names;
}

interface Place {
  cache: Cache;
  where: string;
  problems: MergedProblems;
  remake(damaged: Damaged): Promise<void>;
}

/** Finds names of categories, and means and deviations, of the training part, and reports what can't be transformed; all as if the samples were in memory. */
export async function survey(splits: Splits, plan: DataPlan, kept: Kept, place: Place): Promise<Surveyed> {
  const { modalities } = plan;
  const { where, problems, cache } = place;
  problems.blockRow = 0;
  const bindings = Object.entries(modalities);
  const has = (kind: string) =>
    bindings.some(([, { transforms = [] }]) => transforms.some((step) => step.kind === kind));
  const wanted = bindings.filter(
    ([name, { transforms = [] }]) =>
      own(kept.statistics, name) === undefined && transforms.some(({ kind }) => kind === "standardised"),
  );
  const moments = new Map(wanted.map(([name, binding]) => [name, new Moments(reachOf(binding).stride)]));
  const seen = categoriesOf(plan, cache).filter(
    ({ modality, column }) => own(own(kept.names, modality), column) === undefined,
  );
  const before = Object.fromEntries(bindings.map(([name, binding]) => [name, upToStatistics(binding)]));
  if (moments.size > 0 || seen.length > 0 || has("log")) {
    await eachPart(splits, place, (samples, learns) => {
      if (learns) for (const category of seen) category.note(samples);
      transform([samples], before, undefined, { where, problems });
      if (learns)
        for (const [name, own] of moments)
          own.add(samples, name, reachOf(modalities[name] as ModalityBinding));
    });
  }
  const found = Object.fromEntries(Array.from(moments, ([name, own]) => [name, own.statistics()]));
  const statistics = { ...kept.statistics, ...found };
  const told = transform(
    [bareSamples(emptyInputs(modalities), cache.manifest.layout, 0)],
    modalities,
    statistics,
    {
      where,
      problems,
    },
  );
  if (bindings.some(([, binding]) => logsLater(binding)))
    await eachPart(splits, place, (samples) =>
      transform([samples], modalities, statistics, { where, problems }),
    );
  const { names, codes } = nameAll(plan, cache, kept.names, seen, place);
  return { modalities, statistics: told, codes, names: { ...cache.manifest.vocabularies, ...names } };
}

function emptyInputs(modalities: DataPlan["modalities"]): Record<string, Float32Array> {
  return Object.fromEntries(Object.keys(modalities).map((name) => [name, new Float32Array(0)]));
}

/** A modality with the transforms that come before its statistics are taken, all of them where none are. */
function upToStatistics({ transforms = [], ...binding }: ModalityBinding): ModalityBinding {
  const at = transforms.findIndex(({ kind }) => kind === "standardised");
  return { ...binding, transforms: at < 0 ? transforms : transforms.slice(0, at) };
}

function logsLater({ transforms = [] }: ModalityBinding): boolean {
  const at = transforms.findIndex(({ kind }) => kind === "standardised");
  return at >= 0 && transforms.slice(at).some(({ kind }) => kind === "log");
}

/** Goes through all blocks, and calls back with what each part has of it, as it is before any transform. */
async function eachPart(
  splits: Splits,
  { cache, remake }: Pick<Place, "cache" | "remake">,
  use: (samples: Samples, learns: boolean) => void,
): Promise<void> {
  const { layout } = cache.manifest;
  const parts = [splits.train, splits.validation, splits.test, splits.outside].flatMap((part) =>
    part === undefined ? [] : [{ part, at: 0 }],
  );
  const into = new Float32Array(layout.blockRows * rowValues(layout));
  const reader = await BlockReader.open(cache.files);
  try {
    for (let block = 0; block < blockCount(layout); block++) {
      const { values, rows } = await reader.read(block, into).catch(async (error: unknown) => {
        if (!(error instanceof DamagedBlock)) throw error;
        await remake(error.damaged);
        return reader.read(block, into);
      });
      const inputs = modalityOf(values, layout, rows);
      const begin = block * layout.blockRows;
      for (const cursor of parts) {
        const { part, at: from } = cursor;
        while (cursor.at < part.size && (part.index[cursor.at] as number) < begin + rows) cursor.at++;
        if (cursor.at > from) use(someOf(part, from, cursor.at, inputs, begin), part === splits.train);
      }
    }
  } finally {
    await reader.close();
  }
}

/** Samples of a part that lie in a block. */
function someOf(
  part: Samples,
  from: number,
  to: number,
  block: Record<string, Float32Array>,
  firstRow: number,
): Samples {
  const index = part.index.subarray(from, to);
  const present: Record<string, Uint8Array> = {};
  const inputs = Object.fromEntries(
    Object.entries(block).map(([name, values]) => {
      const width = size(part.shapes[name] ?? []);
      const own = new Float32Array(index.length * width);
      index.forEach((row, i) =>
        own.set(values.subarray((row - firstRow) * width, (row - firstRow + 1) * width), i * width),
      );
      present[name] = (part.present[name] as Uint8Array).subarray(from, to);
      return [name, own];
    }),
  );
  const { shapes, classes } = part;
  return {
    size: index.length,
    inputs,
    present,
    shapes,
    classes,
    index,
    labels: part.labels.subarray(from, to),
  };
}

/** A category's column, and which of its names training sees. */
class Category {
  readonly seen: Uint8Array;

  constructor(
    readonly modality: string,
    readonly column: string,
    /** Position among the modality's columns, of `width`. */
    readonly at: number,
    private readonly width: number,
    readonly numbered: Numbered,
    readonly most: number,
    readonly line: number | undefined,
  ) {
    this.seen = new Uint8Array(numbered.names.length);
  }

  note({ size, inputs, present }: Samples): void {
    const values = inputs[this.modality] as Float32Array;
    for (let i = 0; i < size; i++)
      if (present[this.modality]?.[i] === 1) this.seen[values[i * this.width + this.at] as number] = 1;
  }
}

function categoriesOf({ modalities }: DataPlan, { manifest }: Cache): Category[] {
  return Object.entries(modalities).flatMap(([modality, { columns, categories = {}, line }]) =>
    columns.flatMap((column, at) => {
      const numbered = own(own(manifest.names, modality), column);
      const most = own(categories, column);
      if (numbered === undefined || most === undefined) return [];
      return new Category(modality, column, at, columns.length, numbered, most, line);
    }),
  );
}

/** The names that training sees, in order, and for each name as it was numbered when it came its code: of those that training doesn't see, `most`. */
function nameAll(
  plan: DataPlan,
  cache: Cache,
  kept: Names | undefined,
  surveyed: readonly Category[],
  { where, problems }: Place,
): { names: Names; codes: Preparation["codes"] } {
  const names: Record<string, Record<string, readonly string[]>> = {};
  const codes: Record<string, { at: number; codes: Float32Array }[]> = {};
  for (const { modality, column, at, numbered, most, line } of categoriesOf(plan, cache)) {
    const order = inOrder(numbered);
    const seen = surveyed.find((one) => one.modality === modality && one.column === column)?.seen;
    const learned = new Set(Array.from(order.positions).filter((_, code) => seen?.[code] === 1));
    const own = kept?.[modality]?.[column] ?? order.names.filter((_, position) => learned.has(position));
    if (own.length > most) {
      problems.add("tooManyCategories", where, { column, found: own.length, most }, line);
      continue;
    }
    const positions = new Map(own.map((name, i) => [name, i]));
    const table = Float32Array.from(
      order.positions,
      (position) => positions.get(order.names[position] ?? "") ?? most,
    );
    names[modality] = { ...names[modality], [column]: own };
    (codes[modality] ??= []).push({ at, codes: table });
  }
  return { names, codes };
}
