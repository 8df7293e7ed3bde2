import { distance } from "fastest-levenshtein";
import type { Unreadable } from "./unreadable.js";

/** One thing that is wrong with the data, as data. */
export interface DataProblem {
  code: string;
  message: string;
  /** File, and column where it is one column's. */
  where: string;
  fix?: string;
  /** The line of the spec that asks for it. */
  specLine?: number;
}

/** A problem as people read it. */
export function problemText({ code, where, message, fix }: DataProblem): string {
  return `${where} error ${code}: ${message}${fix === undefined ? "" : `\n  = ${fix}`}`;
}

/** The data is wrong: every problem that was found. */
export class DataError extends Error {
  constructor(readonly problems: readonly DataProblem[]) {
    super(problems.map(({ where, code, message }) => `${where} error ${code}: ${message}`).join("\n"));
    this.name = "DataError";
  }
}

interface Text {
  message: string;
  fix?: string | undefined;
}

const row = <P>(code: string, text: (parameters: P) => Text) => ({ code, text });

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

const shape = (sizes: readonly number[]) => `[${sizes.join(", ")}]`;

function nearest(word: string, candidates: readonly string[]): string | undefined {
  const near = candidates
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits)[0];
  return near && `did you mean "${near.candidate}"?`;
}

/** A share that is just large enough, with two digits. */
const nextShare = (share: number) => +(Math.ceil(share * 100) / 100).toFixed(2);

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

/** Of files that rows name: the first that is wrong, and how many there are. */
interface MediaParameters {
  name: string;
  file: string;
  row: number;
  count: number;
}

/** All that can be wrong with data, each with a code that stays. */
export const dataProblems = {
  noFile: row("MM4001", (p: { path: string; near: readonly string[] }) => ({
    message: `There is no file "${p.path}".`,
    fix: nearest(p.path, p.near) ?? "paths begin in the folder of the spec; `--data FOLDER` begins elsewhere",
  })),
  unreadable: row("MM4002", (p: { reason: string }) => ({ message: `The file can't be read: ${p.reason}.` })),
  unknownFormat: row("MM4003", (p: { known: readonly string[] }) => ({
    message: "mmspec can't read this kind of file.",
    fix: `it reads ${p.known.filter((ending) => ending !== "/").join(", ")}, and folders, whose path ends with /`,
  })),
  outside: row("MM4004", (p: { path: string }) => ({
    message: `"${p.path}" leaves the folder of the data.`,
    fix: "put the file into that folder",
  })),
  noColumn: row("MM4005", (p: { column: string; columns: readonly string[] }) => ({
    message: `There is no column "${p.column}".`,
    fix: nearest(p.column, p.columns) ?? `there are ${p.columns.map((name) => `"${name}"`).join(", ")}`,
  })),
  wrongShape: row("MM4006", (p: { name: string; wanted: readonly number[]; found: readonly number[] }) => ({
    message: `\`${p.name}\` wants ${shape(p.wanted)} of each sample, but the data has ${shape(p.found)}.`,
    fix: `change the shape of \`${p.name}\` in the spec, or bind another column`,
  })),
  rowsDiffer: row("MM4007", (p: { column: string; rows: number; other: string; otherRows: number }) => ({
    message: `Column "${p.column}" has ${p.rows} rows, but "${p.other}" has ${p.otherRows}.`,
  })),
  notFinite: row("MM4008", (p: { name: string; count: number; samples: number; row: number }) => ({
    message: `\`${p.name}\` has ${p.count} value${p.count === 1 ? "" : "s"} that ${p.count === 1 ? "is" : "are"} missing, NaN or infinite, in ${p.samples} sample${p.samples === 1 ? "" : "s"}; the first in row ${p.row}.`,
    fix: `mend or remove these rows; where whole samples lack it, write \`optional modality ${p.name}\``,
  })),
  partlyMissing: row("MM4009", (p: { name: string; samples: number; row: number }) => ({
    message: `\`${p.name}\` is there only in part in ${p.samples} sample${p.samples === 1 ? "" : "s"}, the first in row ${p.row}: an optional modality is there as a whole or not at all.`,
    fix: "fill the gaps, or leave out the whole sample's values",
  })),
  textColumn: row("MM4010", (p: { column: string; row: number; value: string }) => ({
    message: `Column "${p.column}" has text where numbers are wanted: "${p.value}" in row ${p.row}.`,
  })),
  wrongLabel: row(
    "MM4011",
    (p: { name: string; row: number; value: string; classes: string; count: number }) => ({
      message: `"${p.value}" in row ${p.row} is no class of \`${p.name}\`, which has ${p.classes} (${p.count} such row${p.count === 1 ? "" : "s"}).`,
      fix: `mend the rows, or the classes of \`${p.name}\` in the spec`,
    }),
  ),
  unseenClass: row("MM4012", (p: { name: string; classes: readonly string[] }) => ({
    message: `The training split never sees ${p.classes.map((name) => `"${name}"`).join(", ")} of \`${p.name}\`.`,
    fix: "add samples of it, split `stratified`, or leave the class out",
  })),
  emptySplit: row("MM4013", (p: { part: string; samples: number }) => ({
    message: `The ${p.part} split is empty: there are ${p.samples} samples in all.`,
    fix: "give it a larger share, or more samples",
  })),
  noRows: row("MM4014", () => ({ message: "The file has no samples." })),
  labelShape: row("MM4015", (p: { column: string; found: readonly number[] }) => ({
    message: `Column "${p.column}" has ${shape(p.found)} of each sample; a label is one value.`,
  })),
  unmeasurable: row("MM4016", (p: { measure: string; reason: string; fix?: string }) => ({
    message: `\`pid ${p.measure}\` can't measure the held-out samples: ${p.reason}`,
    fix: p.fix ?? "hold out more samples, or take fewer folds or bins",
  })),
  nothingHeldOut: row("MM4017", (p: { name: string; classes: readonly string[] }) => ({
    message: `No sample is of ${p.classes.map((name) => `"${name}"`).join(" or ")} of \`${p.name}\`, which \`hold out\` sets aside.`,
    fix: "hold out classes that the data has",
  })),
  noPart: row("MM4070", (p: { column: string; row: number; value: string; count: number }) => ({
    message: `"${p.value}" in row ${p.row} of column "${p.column}" is no part of the split (${counted(p.count, "such row")}).`,
    fix: "write `train`, `validation` (or `val`, `valid`, `dev`) or `test`",
  })),
  tooFewKeys: row(
    "MM4071",
    (p: { what: "group" | "time"; column: string; found: number; parts: number }) => ({
      message: `Column "${p.column}" has ${counted(p.found, `different ${p.what}`)} for ${p.parts} parts: none of them may be in two.`,
      fix:
        p.what === "time"
          ? "write finer times, or fewer parts"
          : "add groups, or ask for fewer parts or folds",
    }),
  ),
  splitMissing: row("MM4072", (p: { column: string; row: number; count: number }) => ({
    message: `Column "${p.column}", which the samples are split by, is empty in row ${p.row} (${counted(p.count, "such row")}).`,
    fix: "fill it, or remove these rows",
  })),
  noTime: row("MM4073", (p: { column: string; row: number; value: string; count: number }) => ({
    message: `"${p.value}" in row ${p.row} of column "${p.column}" is no time (${counted(p.count, "such row")}).`,
    fix: "write numbers, or dates as ISO 8601 has them: 2026-11-28, 2026-11-28T21:54:00Z",
  })),
  splitShape: row("MM4074", (p: { column: string; found: readonly number[] }) => ({
    message: `Column "${p.column}" has ${shape(p.found)} of each sample; samples are split by one value.`,
  })),
  splitRows: row("MM4075", (p: { column: string; rows: number; samples: number }) => ({
    message: `Column "${p.column}", which the samples are split by, has ${p.rows} rows, but there are ${p.samples} samples.`,
  })),
  emptyPart: row("MM4076", (p: { part: string; column: string }) => ({
    message: `Column "${p.column}" puts no sample into the ${p.part} split.`,
    fix: p.part === "validation" ? "name some `validation`, or don't `stop` early" : "name some for it",
  })),
  targetWidth: row("MM4031", (p: { name: string; wanted: number; found: number; each: string }) => ({
    message: `\`${p.name}\` wants ${p.wanted} value${p.wanted === 1 ? "" : "s"} of each sample, one for each ${p.each}, but its columns have ${p.found}.`,
    fix: `bind one column for each ${p.each}, or one column with all of them`,
  })),
  targetNotFinite: row("MM4032", (p: { name: string; count: number; row: number }) => ({
    message: `\`${p.name}\`, which is to be predicted, has ${p.count} value${p.count === 1 ? "" : "s"} that ${p.count === 1 ? "is" : "are"} missing, NaN or infinite; the first in row ${p.row}.`,
    fix: "mend or remove these rows",
  })),
  notALabel: row(
    "MM4033",
    (p: { name: string; label: string; row: number; value: string; count: number }) => ({
      message: `"${p.value}" in row ${p.row} says neither 1 nor 0 of label "${p.label}" of \`${p.name}\` (${p.count} such value${p.count === 1 ? "" : "s"}).`,
      fix: "a label is 1 where a sample has it, 0 where it hasn't",
    }),
  ),
  targetNeverChanges: row("MM4034", (p: { name: string; value: number }) => ({
    message: `\`${p.name}\` is ${p.value} in all of the training split: there is nothing to learn.`,
    fix: "bind another column",
  })),
  labelNeverChanges: row("MM4035", (p: { name: string; label: string; always: boolean }) => ({
    message: `${p.always ? "All samples" : "No sample"} of the training split ${p.always ? "have" : "has"} label "${p.label}" of \`${p.name}\`: there is nothing to learn of it.`,
    fix: "add samples, give the training split a larger share, or leave the label out",
  })),
  notAToken: row(
    "MM4020",
    (p: { name: string; value: number; row: number; count: number; vocabulary: number }) => ({
      message: `\`${p.name}\` has ${p.value} in row ${p.row}: tokens are whole numbers from 0 to ${p.vocabulary - 1} (${p.count} such value${p.count === 1 ? "" : "s"}).`,
      fix: `mend the rows, or the vocabulary of \`${p.name}\` in the spec`,
    }),
  ),
  tooManyCategories: row("MM4021", (p: { column: string; found: number; most: number }) => ({
    message: `The training split has ${p.found} different values in column "${p.column}"; the spec expects ${p.most} at most.`,
    fix: `write \`category(${p.found})\``,
  })),
  frozenShape: row(
    "MM4022",
    (p: { what: "reads" | "makes"; found: readonly (number | null)[]; wanted: readonly number[] }) => ({
      message: `The saved model ${p.what} [${p.found.map((size) => size ?? "?").join(", ")}] of each sample; the spec ${p.what === "reads" ? "gives it" : "says"} ${shape(p.wanted)}.`,
      fix:
        p.what === "reads"
          ? "put `reshape` before `frozen`, or change the modality"
          : `write \`frozen(..., ${p.found.map((size) => size ?? "?").join(", ")})\``,
    }),
  ),
  frozenPorts: row("MM4023", (p: { inputs: number; outputs: number }) => ({
    message: `The saved model has ${counted(p.inputs, "input")} and ${counted(p.outputs, "output")}; \`frozen\` passes one tensor through it.`,
    fix: "save a model with one of each",
  })),
  noLabels: row("MM4041", (p: { name: string; column: string }) => ({
    message: `The file has no column "${p.column}": without \`${p.name}\` interactions can't be measured.`,
    fix: "add the column, or leave out `--pid`",
  })),
  otherVocabulary: row(
    "MM4040",
    (p: { name: string; column: string; token: number; found?: string; wanted?: string }) => ({
      message: `Token ${p.token} of \`${p.name}\` is ${p.found === undefined ? "nothing" : `"${p.found}"`} in "${p.column}.vocabulary", and ${p.wanted === undefined ? "nothing" : `"${p.wanted}"`} in what the model learned from.`,
      fix: "number the words as the training data does; the run's names.json has them in order",
    }),
  ),
  noMedia: row("MM4050", (p: MediaParameters) => ({
    message: `There is no file "${p.file}", which row ${p.row} names for \`${p.name}\` (${counted(p.count, "such row")}).`,
    fix: `paths begin beside what names them; where samples lack it, write \`optional modality ${p.name}\``,
  })),
  mediaUnreadable: row("MM4051", (p: MediaParameters & { reason: string }) => ({
    message: `"${p.file}", which row ${p.row} names for \`${p.name}\`, can't be read: ${p.reason} (${counted(p.count, "such row")}).`,
    fix: "mend the file, or remove the row",
  })),
  mediaOutside: row("MM4052", (p: MediaParameters) => ({
    message: `"${p.file}", which row ${p.row} names for \`${p.name}\`, leaves the folder of the data (${counted(p.count, "such row")}).`,
    fix: "put the file into that folder, and name it from what names it",
  })),
  pictureSize: row(
    "MM4053",
    (p: MediaParameters & { wanted: readonly number[]; found: readonly number[] }) => ({
      message: `\`${p.name}\` wants pictures of ${p.wanted.join(" x ")} (height x width), but "${p.file}" in row ${p.row} has ${p.found.join(" x ")} (${counted(p.count, "such row")}).`,
      fix: `write \`resized to ${p.wanted.join(", ")}\` behind its column`,
    }),
  ),
  soundRate: row("MM4054", (p: MediaParameters & { rate: number; wanted: number }) => ({
    message: `\`${p.name}\` wants ${p.wanted} samples a second, but "${p.file}" in row ${p.row} has ${p.rate} (${counted(p.count, "such row")}).`,
    fix: `write \`rate: ${p.rate}\` if all have that, or convert the files`,
  })),
  soundTooLong: row("MM4055", (p: MediaParameters & { seconds: number; wanted: number }) => ({
    message: `\`${p.name}\` lasts ${+p.wanted.toFixed(4)} seconds, but "${p.file}" in row ${p.row} has ${+p.seconds.toFixed(4)} (${counted(p.count, "such row")}).`,
    fix: "write the longest one's `seconds:`, or cut the files: shorter ones are filled with silence",
  })),
  nothingMatches: row("MM4100", (p: { path: string; beside: readonly string[] }) => ({
    message: `No file is named by "${p.path}".`,
    fix:
      p.beside.length === 0
        ? "paths begin in the folder of the spec; `--data FOLDER` begins elsewhere"
        : `there are ${p.beside.map((name) => `"${name}"`).join(", ")}`,
  })),
  partColumns: row("MM4101", (p: { first: string; lacking: readonly string[]; more: readonly string[] }) => ({
    message: `Its columns aren't those of ${p.first}: ${[
      ...p.lacking.map((name) => `"${name}" isn't there`),
      ...p.more.map((name) => `"${name}" is only here`),
    ].join(", ")}.`,
    fix: "give all files the same columns, or name fewer files",
  })),
  partDiffers: row("MM4102", (p: { column: string; found: string; first: string; wanted: string }) => ({
    message: `Column "${p.column}" has ${p.found} here, and ${p.wanted} in ${p.first}.`,
    fix: "give all files the same columns, or name fewer files",
  })),
  keyTwice: row("MM4103", (p: { column: string; count: number; few: readonly string[] }) => ({
    message: `${counted(p.count, "key")} of "${p.column}" stand${p.count === 1 ? "s" : ""} more than once in a file that is joined: ${p.few.join("; ")}.`,
    fix: "leave one row of each key, or begin with this file: `from` may name a key several times",
  })),
  joinedColumn: row("MM4104", (p: { column: string; other: string }) => ({
    message: `Column "${p.column}" is also in ${p.other}: nobody can say which is meant.`,
    fix: "rename it in one of the files",
  })),
  nothingJoined: row(
    "MM4105",
    (p: { by: string; first: string; example: string | undefined; other: string | undefined }) => ({
      message: `No row of ${p.first} has a key "${p.by}" that is here: there the first is ${p.example === undefined ? "missing" : `"${p.example}"`}, here ${p.other === undefined ? "missing" : `"${p.other}"`}.`,
      fix: "name the column that has the same values in both files",
    }),
  ),
  keyShape: row("MM4106", (p: { column: string; found: readonly number[] }) => ({
    message: `Column "${p.column}" has ${shape(p.found)} of each sample; a key is one number or text.`,
  })),
  keyTooLarge: row("MM4107", (p: { column: string; row: number; value: number }) => ({
    message: `Column "${p.column}" has ${p.value} in row ${p.row}: beyond 2^53 numbers can't be told apart, and two keys might be taken for one.`,
    fix: "write such keys as texts, with a letter before the digits",
  })),
  tooManyUnreadable: row(
    "MM4108",
    (p: { count: number; of: number; atMost: number; few: readonly string[] }) => ({
      message: `${p.count} of ${counted(p.of, "sample")} can't be read, more than ${+(100 * p.atMost).toFixed(4)} %:\n  ${p.few.join("\n  ")}`,
      fix: `mend them; \`skip unreadable at most ${nextShare(p.count / p.of)}\` would leave them out`,
    }),
  ),
  allUnreadable: row("MM4110", (p: { of: number; few: readonly string[] }) => ({
    message: `None of ${counted(p.of, "sample")} can be read:\n  ${p.few.join("\n  ")}`,
  })),
  onlyPart: row("MM4111", (p: { column: string; joined: readonly string[]; wanted: readonly string[] }) => ({
    message: `There is no column "${p.column}": the model learned from files that were joined (${p.joined.map((name) => `"${name}"`).join(", ")}), and a file to predict has all columns in it.`,
    fix: `write one file with ${p.wanted.map((name) => `"${name}"`).join(", ")}`,
  })),
  wrongList: row("MM4109", (p: { column: string; row: number; reason: string; count: number }) => ({
    message: `Row ${p.row} of column "${p.column}" can't be read: ${p.reason} (${counted(p.count, "such row")}).`,
    fix: "give all rows lists of one length, or leave the cell empty where it is missing",
  })),
  noLog: row("MM4056", (p: { name: string; row: number; value: number; count: number }) => ({
    message: `\`${p.name}\` has ${p.value} in row ${p.row}: \`log\`, which is ln(1 + x), wants values above -1 (${counted(p.count, "such value")}).`,
    fix: "mend the rows, or write `clipped to 0..` with an upper end before `log`",
  })),
  pictureSmall: row(
    "MM4060",
    (p: MediaParameters & { wanted: readonly number[]; found: readonly number[] }) => ({
      message: `\`${p.name}\` is cropped to ${p.wanted.join(" x ")} (height x width), but "${p.file}" in row ${p.row} has ${p.found.join(" x ")} only (${counted(p.count, "such row")}).`,
      fix: "write `resized to` with a larger size before `cropped to`, or leave these pictures out",
    }),
  ),
  tooManyNames: row("MM4061", (p: { name: string; column: string; found: number; most: number }) => ({
    message: `The training split has ${p.found} different values in column "${p.column}"; \`${p.name}\`, a \`vector(${p.most})\`, has room for ${p.most}.`,
    fix: `write \`vector(${p.found})\``,
  })),
  cellShape: row(
    "MM4062",
    (p: { name: string; column: string; found: readonly number[]; wanted: string }) => ({
      message: `Column "${p.column}" has ${shape(p.found)} of each sample; \`${p.name}\` wants ${p.wanted} of each.`,
      fix: "bind another column",
    }),
  ),
  noTokenizer: row("MM4063", (p: { name: string; reason: string }) => ({
    message: `\`${p.name}\` can't be tokenised by it: ${p.reason}.`,
    fix: "it is a file in the format of Hugging Face's tokenizers, below the folder of the data, usually called tokenizer.json",
  })),
  tokenizerVocabulary: row("MM4064", (p: { name: string; found: number; vocabulary: number }) => ({
    message: `It has ${p.found} tokens; \`${p.name}\` has a vocabulary of ${p.vocabulary}.`,
    fix: `write ${p.found} as its vocabulary`,
  })),
  tokenizerPadding: row("MM4065", (p: { name: string; found: number; padding: number }) => ({
    message: `It fills with token ${p.found}; \`${p.name}\` has \`padding: ${p.padding}\`.`,
    fix: `write \`padding: ${p.found}\``,
  })),
  boundTooSmall: row("MM4095", (p: { within: number; needs: number; rows: number }) => ({
    message: `The data may take ${megabytes(p.within)}, but that isn't enough for what ${counted(p.rows, "sample")} need at least.`,
    fix: `write \`streamed within ${Math.ceil(p.needs / 2 ** 20)} MB\``,
  })),
  notStreamed: row("MM4096", (p: { bytes: number; within: number }) => ({
    message: `This kind of file is read as a whole: its ${megabytes(p.bytes)} don't fit into the ${megabytes(p.within)} that the data may take.`,
    fix: "save it as .parquet, .npz, .safetensors, .csv or .jsonl, which are read part by part",
  })),
  changedMeanwhile: row("MM4097", () => ({
    message: "The data changed while it was read, or since its blocks were kept.",
    fix: "run it again when nothing writes to it",
  })),
  numbersAndNames: row("MM4098", (p: { column: string; row: number; value: string }) => ({
    message: `Column "${p.column}" has "${p.value}" in row ${p.row}, and numbers in all other rows: whether it is a name or missing can't be told.`,
    fix: "leave the cell empty, or give the category another name",
  })),
  joinedTooLarge: row("MM4099", (p: { bytes: number; most: number }) => ({
    message: `Files that are joined are looked up in memory: they take ${megabytes(p.bytes)}, more than the ${megabytes(p.most)} that a quarter of the bound has for them.`,
    fix: `write \`streamed within ${Math.ceil((4 * p.bytes) / 2 ** 20)} MB\`, or begin with this file and join the smaller one`,
  })),
  keyWritten: row("MM4112", (p: { column: string; value: string }) => ({
    message: `All keys "${p.column}" are numbers here and texts in a file that is joined, and "${p.value}" isn't how a number is written: which of them are the same can't be told while the data is streamed.`,
    fix: "write the keys alike in both files",
  })),
  otherStatistics: row("MM4057", (p: { name: string; wanted: number; found: number }) => ({
    message: `The run has statistics of ${counted(p.found, "feature")} of \`${p.name}\`; the spec has ${p.wanted}.`,
    fix: "train anew: the spec isn't the one that the model was trained with",
  })),
  changed: row("MM4085", (p: { before: number; now: number }) => ({
    message: `The file was changed while it was read: it had ${p.before} bytes, and now has ${p.now}.`,
    fix: "wait until it is written, and call again; whoever writes it can write aside and rename",
  })),
} as const;

export type DataProblemName = keyof typeof dataProblems;

type ParametersOf<Name extends DataProblemName> = Parameters<(typeof dataProblems)[Name]["text"]>[0];

/** Where the rows of a table stand in its file, or files. */
export interface RowPlaces {
  /** Of a part of a file. */
  firstRow?: number;
  rows?: Int32Array;
  parts?: readonly { source: string; rows: number }[];
}

interface Placed<P> {
  where: string;
  parameters: P;
}

/** What is told of a row, as its file counts it. */
function placeOf<P>({ firstRow = 0, rows, parts }: RowPlaces, parameters: P, where: string): Placed<P> {
  const { row: position } = (parameters ?? {}) as { row?: number };
  if (position === undefined) return { where, parameters };
  let row = (rows?.[position] ?? position) + firstRow;
  for (const part of parts ?? []) {
    if (row < part.rows) return { where: part.source, parameters: { ...parameters, row } };
    row -= part.rows;
  }
  return { where, parameters: { ...parameters, row } };
}

function textsOf<Name extends DataProblemName>(name: Name) {
  return dataProblems[name] as unknown as { code: string; text(p: ParametersOf<Name>): Text };
}

/** Gathers problems, so that all are told at once. */
export class ProblemList {
  readonly problems: DataProblem[] = [];

  /**
   * @param places of the rows that are looked at; they are told as their file counts them
   * @param unreadable where samples that can't be read are gathered, if they are to be left out
   */
  constructor(
    private readonly places: RowPlaces = {},
    readonly unreadable?: Unreadable,
  ) {}

  add<Name extends DataProblemName>(
    name: Name,
    where: string,
    parameters: ParametersOf<Name>,
    specLine?: number,
  ): void {
    this.addAt(name, placeOf(this.places, parameters, where), specLine);
  }

  /** The same, of a row that is told as all files of the source count on. */
  addOfSource<Name extends DataProblemName>(
    name: Name,
    where: string,
    parameters: ParametersOf<Name>,
    specLine?: number,
  ): void {
    const { parts } = this.places;
    this.addAt(name, placeOf(parts === undefined ? {} : { parts }, parameters, where), specLine);
  }

  /**
   * Adds what is wrong with some rows: as one problem, that of the first row, or as samples that can't be read.
   * @param each of these rows by itself
   * @param total what is told of all of them where they are one problem
   */
  addRows<Name extends DataProblemName>(
    name: Name,
    where: string,
    each: readonly (ParametersOf<Name> & { row: number })[],
    total: Partial<ParametersOf<Name>>,
    specLine?: number,
  ): void {
    const [first] = each;
    if (first === undefined) return;
    if (this.unreadable === undefined) {
      this.add(name, where, { ...first, ...total }, specLine);
      return;
    }
    for (const parameters of each) {
      const placed = placeOf(this.places, parameters, where);
      const { code, text } = textsOf(name);
      const reason = text(placed.parameters).message;
      this.unreadable.add(parameters.row, { row: placed.parameters.row, where: placed.where, code, reason });
    }
  }

  private addAt<Name extends DataProblemName>(
    name: Name,
    { where, parameters }: Placed<ParametersOf<Name>>,
    specLine: number | undefined,
  ): void {
    const { code, text } = textsOf(name);
    const { message, fix } = text(parameters);
    this.problems.push({
      code,
      message,
      where,
      ...(fix !== undefined && { fix }),
      ...(specLine !== undefined && { specLine }),
    });
  }

  /** @throws DataError when there are any */
  check(): void {
    if (this.problems.length > 0) throw new DataError(this.problems);
  }
}
