/** A word of `split`. */
export interface SplitWord {
  word: string;
  doc: string;
  example: string;
}

/** How samples are divided into parts. */
export const splitWords: ReadonlyMap<string, SplitWord> = new Map(
  [
    {
      word: "stratified",
      doc: "Each part has as large a share of each class; by group, as near to that as the groups allow.",
      example: "split 0.7 train, 0.1 validation, 0.2 test stratified seed 7",
    },
    {
      word: "group",
      doc: "Samples that have the same value in this column are in the same part, each part's size as near to its share as can be.",
      example: 'split 0.7 train, 0.3 test by group "patient" stratified seed 7',
    },
    {
      word: "time",
      doc: "The earliest samples by this column, numbers or dates, are learned from, the latest are for the test; those of one time are in one part.",
      example: 'split 0.7 train, 0.1 validation, 0.2 test by time "date"',
    },
    {
      word: "column",
      doc: "This column says in which part each sample is: `train`, `validation` (or `val`, `valid`, `dev`) or `test`.",
      example: 'split from column "part"',
    },
    {
      word: "fold",
      doc: "One of so many folds is for the test, the others are learned from; `validation` may take a share. `mmspec train --folds` trains all.",
      example: 'split fold 2 of 5, 0.1 validation by group "patient" stratified seed 7',
    },
  ].map((row) => [row.word, row]),
);
