import Table from "cli-table3";
import type { ColumnLook } from "../../runtime/data/look/columns.js";
import type { Look } from "../../runtime/data/look/index.js";
import { grouped, palette, plural } from "../output.js";

/** Rows and columns that a terminal has room for. */
const mostColumns = 40;
const mostClasses = 10;
/** Of more classes only the counts fit. */
const mostShares = 5;

/** What was found, as people read it in a terminal. */
export function lookText(look: Look, model?: string): string {
  const { source, samples, more, warnings } = look;
  const seen = more ? `the first ${grouped(samples)} samples` : `${grouped(samples)} samples`;
  return [
    `${model === undefined ? "" : `${model}: `}${source}, ${seen}`,
    partsText(look),
    columnsText(look),
    warningsText(warnings),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

const tableOf = (head: string[], left: number) =>
  new Table({
    head: head.map(palette.bold),
    colAligns: head.map((_, i) => (i < left ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });

/** The parts, and how many samples of each class are in them. */
function partsText({ target, parts, samples }: Look): string {
  const counts = target?.counts;
  if (parts.length === 0 && counts === undefined) return "";
  const shown = (counts ?? [])
    .map((count, k) => ({ count, k }))
    .sort((a, b) => b.count - a.count)
    .slice(0, mostClasses)
    .sort((a, b) => a.k - b.k);
  const table = tableOf(["part", "samples", ...shown.map(({ k }) => target?.outputs[k] ?? "")], 1);
  const row = (name: string, size: number, own: readonly number[] | undefined) =>
    table.push([
      name,
      grouped(size),
      ...shown.map(({ k }) => {
        const count = own?.[k] ?? 0;
        return shown.length > mostShares ? String(count) : `${count} (${percent(count / size)})`;
      }),
    ]);
  for (const part of parts) row(part.name, part.samples, part.counts);
  row("all", samples, counts);
  const rest = (counts?.length ?? 0) - shown.length;
  return `${table.toString()}${rest > 0 ? `\n${rest} more ${target?.kind === "class" ? "classes" : "labels"}, each rarer` : ""}`;
}

function columnsText({ columns }: Look): string {
  const table = tableOf(["column", "feeds", "kind", "missing", "least", "mean ± deviation", "greatest"], 3);
  for (const column of columns.slice(0, mostColumns)) table.push(columnRow(column));
  const rest = columns.length - mostColumns;
  return `${table.toString()}${rest > 0 ? `\n${plural(rest, "more column")}: --json has them` : ""}`;
}

function columnRow({ name, feeds, role, shape, missing, numbers, names }: ColumnLook): string[] {
  const about = [name, feeds ?? (role === "split" ? "(split)" : role === "unused" ? "–" : "")];
  if (names !== undefined) {
    const [most] = names.most;
    const seen = most === undefined ? "" : `most often "${clipped(most.name)}" (${most.count})`;
    return [...about, `${names.different} names`, String(missing), "", seen, ""];
  }
  const kind = `${numbers?.whole ? "whole numbers" : "numbers"}${shape.length === 0 ? "" : ` [${shape.join(", ")}]`}`;
  if (numbers === undefined || Number.isNaN(numbers.mean))
    return [...about, kind, String(missing), "", "", ""];
  const { least, greatest, mean, deviation } = numbers;
  return [
    ...about,
    kind,
    String(missing),
    number(least),
    `${number(mean)} ± ${number(deviation)}`,
    number(greatest),
  ];
}

function warningsText(warnings: Look["warnings"]): string {
  if (warnings.length === 0) return "Nothing that looks wrong.";
  const lines = warnings.map(
    ({ text, advice }, i) => `${palette.warning(`${i + 1}.`)} ${text}\n   ${palette.fix(`= ${advice}`)}`,
  );
  return `${plural(warnings.length, "thing")} to look at\n${lines.join("\n")}`;
}

const number = (value: number) => String(+value.toPrecision(4));
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const clipped = (text: string) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
