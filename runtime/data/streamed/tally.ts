import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asWriting } from "../../runs/write-error.js";

/** A word, and how often it was met. */
export type Counted = readonly [word: string, count: number];

/** Bytes that a word takes beside its characters, about. */
const bytesBeside = 120;
/** Files that are read together, at most. */
const mostRuns = 32;
/** Of characters that are gathered before they are written. */
const linesAtOnce = 2 ** 16;

/** Counts different words, however many there are: what doesn't fit into memory is sorted on disk. */
export class Tally {
  private counts = new Map<string, number>();
  private bytes = 0;
  private runs: string[] = [];
  private written = 0;
  private place: Promise<string> | undefined;

  /**
   * @param folder where some of it may be written for a while
   * @param most bytes in memory, about
   */
  constructor(
    private readonly folder: string,
    private readonly most: number,
  ) {}

  add(words: Iterable<string>): void {
    for (const word of words) {
      const before = this.counts.get(word);
      if (before === undefined) {
        // A part of a text would hold all of it.
        const own = Buffer.from(word, "utf16le").toString("utf16le");
        this.counts.set(own, 1);
        this.bytes += bytesBeside + 2 * word.length;
      } else this.counts.set(word, before + 1);
    }
  }

  /** Writes what is more than fits into memory. */
  async settle(): Promise<void> {
    if (this.bytes > this.most) await this.spill();
  }

  /** All words once, in the order of their characters' codes. */
  async *all(): AsyncGenerator<Counted> {
    yield* merged([...this.runs.map(readRun), inMemory(this.sorted())]);
  }

  /** Removes what was written. */
  async end(): Promise<void> {
    if (this.place !== undefined) await rm(await this.place, { recursive: true, force: true });
  }

  private sorted(): Counted[] {
    return [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private async spill(): Promise<void> {
    const own = await this.write(inMemory(this.sorted()));
    this.counts = new Map();
    this.bytes = 0;
    this.runs.push(own);
    if (this.runs.length < mostRuns) return;
    const one = await this.write(merged(this.runs.map(readRun)));
    for (const run of this.runs) await rm(run, { force: true });
    this.runs = [one];
  }

  private async write(words: AsyncGenerator<Counted>): Promise<string> {
    this.place ??= asWriting(this.folder, mkdtemp(join(this.folder, "words-")));
    const path = join(await this.place, `${this.written++}.jsonl`);
    await asWriting(path, writeFile(path, linesOf(words)));
    return path;
  }
}

async function* inMemory(words: readonly Counted[]): AsyncGenerator<Counted> {
  for (const word of words) yield word;
}

async function* linesOf(words: AsyncIterable<Counted>): AsyncGenerator<string> {
  let lines = "";
  for await (const word of words) {
    // Whoever reads lines takes these for ends of lines.
    lines += `${JSON.stringify(word).replace(/[\u2028\u2029]/g, (end) => (end === "\u2028" ? "\\u2028" : "\\u2029"))}\n`;
    if (lines.length < linesAtOnce) continue;
    yield lines;
    lines = "";
  }
  yield lines;
}

async function* readRun(path: string): AsyncGenerator<Counted> {
  const file = await open(path);
  try {
    for await (const line of file.readLines()) yield JSON.parse(line) as Counted;
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** Words of several runs, each of which is sorted, as one. */
async function* merged(runs: readonly AsyncGenerator<Counted>[]): AsyncGenerator<Counted> {
  const heads: { run: AsyncGenerator<Counted>; head: Counted }[] = [];
  const next = async (run: AsyncGenerator<Counted>) => {
    const step = await run.next();
    if (!step.done) heads.push({ run, head: step.value });
  };
  for (const run of runs) await next(run);
  while (heads.length > 0) {
    const word = heads.reduce(
      (least, { head: [own] }) => (own < least ? own : least),
      heads[0]?.head[0] ?? "",
    );
    let count = 0;
    for (let i = heads.length - 1; i >= 0; i--) {
      const { run, head } = heads[i] as (typeof heads)[number];
      if (head[0] !== word) continue;
      count += head[1];
      heads.splice(i, 1);
      await next(run);
    }
    yield [word, count];
  }
}
