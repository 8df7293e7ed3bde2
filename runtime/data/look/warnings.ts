import type { ColumnLook } from "./columns.js";
import { widthOf } from "./columns.js";
import { textEndings } from "../media/endings.js";
import type { InputColumn, LookInput } from "./input.js";
import type { Look } from "./look.js";
import { chiSquared } from "./shift.js";

/** Something to think about before training, and what to do about it. */
export interface Warning {
  kind: string;
  text: string;
  advice: string;
}

type Found = Omit<Look, "warnings">;

export function warningsOf(input: LookInput, found: Found): Warning[] {
  return [
    ...leakWarnings(found),
    ...duplicateWarnings(found),
    ...groupWarnings(input),
    ...partWarnings(found),
    ...balanceWarnings(found),
    ...found.columns.flatMap((column, c) => columnWarnings(column, input.columns[c] as InputColumn, input)),
    ...shiftWarnings(found),
  ];
}

const percent = (share: number) => `${+(100 * share).toFixed(share > 0.995 && share < 1 ? 2 : 1)} %`;
const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const listed = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");

function leakWarnings({ leaks }: Found): Warning[] {
  return leaks.map(({ feature, of, accuracy, majority, r2 }) => ({
    kind: "leak",
    text:
      r2 !== undefined
        ? `${feature} alone tells \`${of}\`: R² ${r2.toFixed(3)} on samples that its rule wasn't made of.`
        : `${feature} alone tells \`${of}\`: right in ${percent(accuracy ?? NaN)} of the samples that its rule wasn't made of, where the most frequent answer is right in ${percent(majority ?? NaN)}.`,
    advice: "make sure that it is known before the answer is; if it follows from the answer, leave it out",
  }));
}

function duplicateWarnings({ duplicates, samples }: Found): Warning[] {
  const { copies, across, contradictory, contradiction, near } = duplicates;
  const between = (kind: string, same: string, found: typeof across): Warning[] =>
    found.map(({ parts: [a, b], samples, rows }) => ({
      kind,
      text: `${counted(samples, "sample")} of \`${b}\` ${samples === 1 ? "has" : "have"} ${same} inputs ${same === "the same" ? "as" : "to"} samples of \`${a}\` (rows ${rows[0]} and ${rows[1]}, for example).`,
      advice:
        "remove the copies, or keep them together by `split ... by group`: what is tested must not have been learned",
    }));
  return [
    ...between("duplicates across parts", "the same", across),
    ...between("near duplicates across parts", "nearly the same", near),
    ...(contradiction !== undefined
      ? [
          {
            kind: "contradictions",
            text: `${counted(contradictory, "sample")} have the same inputs as another one, but another answer (rows ${contradiction.join(" and ")}, for example).`,
            advice: "check their labels: no model can get them right",
          },
        ]
      : []),
    ...(across.length === 0 && copies > 0
      ? [
          {
            kind: "duplicates",
            text: `${counted(copies, "sample")} of ${samples} ${copies === 1 ? "has" : "have"} the same inputs as an earlier one.`,
            advice: "remove them, unless they really occurred more than once",
          },
        ]
      : []),
  ];
}

const groupNames =
  /patient|subject|speaker|user|person|people|group|session|site|family|author|customer|device|participant|animal|video|(^|_)id$|Id$/i;

/** A column that isn't read, and whose values, each of several samples, are in more than one part. */
function groupWarnings({ columns, parts, by, size }: LookInput): Warning[] {
  if (parts.length === 0 || by !== undefined) return [];
  return columns.flatMap((column) => {
    if (column.role !== "unused" || !groupNames.test(column.name) || widthOf(column) !== 1) return [];
    const of = (row: number) => column.texts?.[row] ?? column.numbers?.[row] ?? null;
    const partsOf = new Map<string | number, Set<string>>();
    for (const { name, rows } of parts)
      for (const row of rows) {
        const value = of(row);
        if (value === null || Number.isNaN(value)) continue;
        partsOf.set(value, (partsOf.get(value) ?? new Set()).add(name));
      }
    const straddling = [...partsOf.values()].filter((names) => names.size > 1).length;
    if (straddling === 0 || partsOf.size < 2 || partsOf.size > size / 2) return [];
    return [
      {
        kind: "group",
        text: `"${column.name}" looks like a group: ${counted(partsOf.size, "value")} in ${size} samples, ${straddling} of them in more than one part.`,
        advice: `if samples that share it are alike, write \`split ... by group "${column.name}"\``,
      },
    ];
  });
}

const leastOfPart = 30;

function partWarnings({ parts, target }: Found): Warning[] {
  return parts.flatMap(({ name, samples, counts }) => {
    const small: Warning[] =
      samples < leastOfPart
        ? [
            {
              kind: "small part",
              text: `\`${name}\` has ${counted(samples, "sample")}: what it tells is hardly more than chance.`,
              advice: "give it a larger share, or train folds (`split fold 1 of 5`, `mmspec train --folds`)",
            },
          ]
        : [];
    if (counts === undefined || target === undefined || name === "held out") return small;
    const held = (k: number) => parts.find(({ name }) => name === "held out")?.counts?.[k] ?? 0;
    const lacking = target.outputs.filter((_, k) => counts[k] === 0 && held(k) === 0);
    const whole = target.kind === "class" ? "class" : "label";
    if (lacking.length === 0) return small;
    return [
      ...small,
      {
        kind: "missing class",
        text: `\`${name}\` has no sample of ${listed(lacking)}.`,
        advice: `split \`stratified\`, add samples, or leave the ${whole} out`,
      },
    ];
  });
}

function balanceWarnings({ target, parts, samples }: Found): Warning[] {
  if (target?.counts === undefined) return [];
  const { kind, counts, outputs } = target;
  const warnings: Warning[] = [];
  if (kind === "class") {
    const there = counts.filter((count) => count > 0);
    const [most, least] = [Math.max(...there), Math.min(...there)];
    if (most >= 10 * least)
      warnings.push({
        kind: "imbalance",
        text: `"${outputs[counts.indexOf(most)]}" has ${most} samples, "${outputs[counts.indexOf(least)]}" ${least}: always saying the first is right in ${percent(most / samples)}.`,
        advice: "write `class_weights balanced` in `train`, and judge by `macro_f1` rather than by accuracy",
      });
  } else
    outputs.forEach((output, k) => {
      const share = (counts[k] as number) / samples;
      if (share > 0 && share < 0.02)
        warnings.push({
          kind: "imbalance",
          text: `Only ${percent(share)} of the samples have label "${output}".`,
          advice: "judge by `auroc` rather than by accuracy, or add samples of it",
        });
    });
  const [train, test] = ["train", "test"].map((name) => parts.find((part) => part.name === name)?.counts);
  if (kind === "class" && train !== undefined && test !== undefined) {
    const { distance, p } = chiSquared(outputs.map((_, k) => [train[k] as number, test[k] as number]));
    if (distance >= 0.1 && p < 1e-3)
      warnings.push({
        kind: "shift",
        text: `The classes of \`${target.name}\` have other shares in \`test\` than in \`train\` (they differ by ${percent(distance)} in all).`,
        advice: "split `stratified`, unless that is how it will be",
      });
  }
  return warnings;
}

function namesTexts({ texts = [] }: InputColumn): boolean {
  const names = texts.filter((text) => text !== null && text !== "");
  const isName = (text: string | null) => textEndings.some((ending) => text?.toLowerCase().endsWith(ending));
  return names.length > 0 && names.every(isName);
}

function columnWarnings(look: ColumnLook, column: InputColumn, input: LookInput): Warning[] {
  if (look.role !== "input") return [];
  const { name, numbers, names, missing } = look;
  const { size } = input;
  const warnings: Warning[] = [];
  const add = (kind: string, text: string, advice: string) => warnings.push({ kind, text, advice });
  const width = widthOf(column);
  const constant = numbers?.constant ?? (names?.different === 1 && missing === 0 ? 1 : 0);
  if (constant === width)
    add("constant", `"${name}" is the same in all samples.`, "leave it out: it tells nothing");
  else if (constant > 0 && column.shape.length === 1 && column.tokens !== true)
    add(
      "constant",
      `${counted(constant, "feature")} of ${width} in "${name}" ${constant === 1 ? "is" : "are"} the same in all samples.`,
      "leave them out: they tell nothing",
    );
  if (missing > size / 2)
    add(
      "missing",
      `"${name}" is missing in ${percent(missing / size)} of the samples.`,
      "ask whether it is worth the samples that lack it, or read it as an optional modality",
    );
  warnings.push(...missingByClass(look, column, input));
  if (numbers !== undefined && numbers.infinite > 0)
    add("infinite", `"${name}" has ${counted(numbers.infinite, "infinite value")}.`, "mend these rows");
  if (numbers !== undefined && numbers.outliers > 0 && column.tokens !== true)
    add(
      "outliers",
      `${counted(numbers.outliers, "value")} of "${name}" ${numbers.outliers === 1 ? "lies" : "lie"} far outside of the others: ${shown(numbers.least)} to ${shown(numbers.greatest)}, mean ${shown(numbers.mean)}.`,
      "check these rows; `clipped to` or `log` keeps them from outweighing the rest",
    );
  if (namesTexts(column))
    add(
      "files",
      `"${name}" names files of texts, and its names are read as if they were the texts.`,
      `write \`<- files "${name}" tokenised by words\`, if what stands in them is meant`,
    );
  const looksLikeId =
    column.shape.length === 0 &&
    size >= 30 &&
    (names !== undefined
      ? names.different >= 0.98 * (size - missing) && missing < size
      : numbers?.whole === true &&
        (numbers.different ?? 0) >= 0.98 * size &&
        numbers.greatest - numbers.least < 1.5 * size);
  if (looksLikeId && !namesTexts(column))
    add(
      "id",
      `"${name}" looks like a number of the row: each sample has its own.`,
      "leave it out: it can only be learned by heart",
    );
  return warnings;
}

function missingByClass(
  { name, missing }: ColumnLook,
  column: InputColumn,
  { target, size }: LookInput,
): Warning[] {
  const { labels, outputs } = target ?? {};
  if (labels === undefined || outputs === undefined || missing < 0.01 * size || missing === size) return [];
  const width = widthOf(column);
  const lacks = (row: number) =>
    column.texts !== undefined ? column.texts[row] === null : Number.isNaN(column.numbers?.[row * width]);
  const counts = outputs.map(() => [0, 0] as [number, number]);
  labels.forEach((label, row) => {
    const own = counts[label];
    if (own === undefined) return;
    own[0]++;
    if (lacks(row)) own[1]++;
  });
  const shares = counts.map(([all, lacking]) => (all < 10 ? NaN : lacking / all));
  const there = shares.filter((share) => !Number.isNaN(share));
  const [most, least] = [Math.max(...there), Math.min(...there)];
  if (!(most - least >= 0.3)) return [];
  return [
    {
      kind: "missing tells",
      text: `"${name}" is missing in ${percent(most)} of "${outputs[shares.indexOf(most)]}", but in ${percent(least)} of "${outputs[shares.indexOf(least)]}".`,
      advice: "that it is missing tells the class: make sure that this is known before the answer is",
    },
  ];
}

function shiftWarnings({ shifts }: Found): Warning[] {
  return shifts.map(({ column, features, feature, distance }) => ({
    kind: "shift",
    text:
      features === 1
        ? `${feature} is distributed otherwise in \`test\` than in \`train\` (by ${percent(distance)}).`
        : `${features} features of "${column}" are distributed otherwise in \`test\` than in \`train\`, most of all ${feature} (by ${percent(distance)}).`,
    advice: "unless it was meant (a split by time, or by group), check how the file was made",
  }));
}

function shown(value: number): string {
  return String(+value.toPrecision(4));
}
