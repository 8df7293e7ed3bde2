import { mkdir, open, readFile, truncate, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Outcome } from "./outcome.js";
import { SweepProblem } from "./problem.js";

/** What a sweep is: two calls with the same one go on with each other. */
export interface SweepHeader {
  type: "sweep";
  mmspec: string;
  model: string;
  /** SHA-256 of the variants with their specs, in their order. */
  variants: string;
  /** SHA-256 of the data files; of none, that of nothing. */
  data: string;
  scheduler: string;
  eta: number;
  rungs: number;
  metric: string;
  seeds: readonly number[];
  /** What the order of the variants follows from. */
  seed: number;
  engine: string;
}

/** A task that was begun: all seeds of a variant up to a rung. */
export interface TaskLine {
  type: "task";
  trial: string;
  rung: number;
}

export type OutcomeLine = { type: "outcome" } & Outcome;

export type JournalLine = SweepHeader | TaskLine | OutcomeLine;

/**
 * journal.jsonl: what happened, one line of JSON each, in its order. A line is on the disk before anything follows from it, and is never changed; the
 * scheduler comes back to where it was by reading it again.
 */
export class Journal {
  private last: Promise<void> = Promise.resolve();
  private waiting: string[] = [];

  private constructor(
    private readonly file: FileHandle,
    /** What was there already. */
    readonly lines: readonly JournalLine[],
  ) {}

  /**
   * Opens the journal, and makes it when there is none. A last line that was half-written when a process died is taken away.
   * @throws SweepProblem when another line can't be read
   */
  static async open(path: string): Promise<Journal> {
    await mkdir(dirname(path), { recursive: true });
    const { lines, bytes, whole } = await readLines(path);
    if (whole < bytes) await truncate(path, whole);
    return new Journal(await open(path, "a"), lines);
  }

  /** Lines that come while others are being written go to the disk together. @returns when the line is there */
  append(line: JournalLine): Promise<void> {
    this.waiting.push(`${JSON.stringify(line)}\n`);
    // The first one of a batch has it written; the others wait for the same.
    if (this.waiting.length === 1) this.last = this.last.then(() => this.flush());
    return this.last;
  }

  private async flush(): Promise<void> {
    const text = this.waiting.join("");
    this.waiting = [];
    await this.file.appendFile(text);
    await this.file.datasync();
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** The lines of a journal. @throws SweepProblem when one of them can't be read */
export async function readLines(
  path: string,
): Promise<{ lines: JournalLine[]; bytes: number; whole: number }> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  });
  const whole = content.lastIndexOf("\n") + 1;
  const lines = content
    .toString("utf8", 0, whole)
    .split("\n")
    .slice(0, -1)
    .map((text, i) => {
      try {
        return JSON.parse(text) as JournalLine;
      } catch {
        throw new SweepProblem(
          `${path}:${i + 1}: the line is no JSON; the file is damaged. Put back a copy of it, or sweep into another folder: -o DIR.`,
        );
      }
    });
  return { lines, bytes: content.length, whole };
}
