import { format } from "prettier";
import type { StudyContent } from "./content.js";
import { digits, shown } from "./shown.js";
import type { Estimate } from "./statistics.js";

/** table.md */
export async function markdownOf(content: StudyContent): Promise<string> {
  const { study, question, measures, closes, confusion } = content;
  const columns = columnsOf(content);
  const sections = [
    `# Study ${study}`,
    question,
    setting(content),
    ...measures.flatMap(({ title, rows }) => {
      const best = rows.some((row) => row.best !== undefined);
      const head = ["task", ...(best ? ["best possible"] : []), ...columns];
      const lines = rows.map((row) => [
        row.title,
        ...(best ? [shown(row.best)] : []),
        ...columns.map((column) => shown(row.columns[column])),
      ]);
      return [`## ${capital(title)}`, table(head, lines)];
    }),
    ...(closes ? closing(content, closes) : []),
    ...(confusion ? confusions(confusion) : []),
    ...failures(content),
  ];
  return format(sections.join("\n\n"), { parser: "markdown", printWidth: 110 });
}

function columnsOf({ results }: StudyContent): string[] {
  return [...new Set(results.map(({ column }) => column))];
}

function setting(content: StudyContent): string {
  const { study, cut, seeds, cells, engines, mmspec, cost, tasks } = content;
  const flags = [
    ...(cut.seeds === undefined ? [] : [`--seeds ${cut.seeds}`]),
    ...(cut.samples === undefined ? [] : [`--samples ${cut.samples}`]),
    ...(cut.epochs === undefined ? [] : [`--epochs ${cut.epochs}`]),
    ...(cut.only === undefined ? [] : [`--only ${cut.only.join()}`]),
    ...(cut.rows === undefined ? [] : [`--rows ${cut.rows.join()}`]),
  ];
  const command = ["mmspec study", study, ...flags].join(" ");
  const how = tasks.map(({ rows, samples, epochs, settings }) => {
    const which = tasks.length === 1 ? "" : `${rows.map((row) => `\`${row}\``).join(", ")}: `;
    const drawn = samples === undefined ? "" : `${grouped(samples)} samples, `;
    return `${which}${drawn}${epochs} epochs, ${settings.map((one) => `\`${one}\``).join(", ")}`;
  });
  const counted =
    seeds === 1
      ? "one seed: nothing is known of how far others are from it"
      : `mean over ${seeds} seeds ± half the width of its 95 % interval by Student's t`;
  return [
    `Made by \`${command}\`: ${counted}. ${cells.done} of ${cells.all} runs; mmspec ${mmspec}, engine ${engines.join(", ") || "none"}; ${grouped(Math.round(cost.processorSeconds))} seconds of processor time, ${cost.minutesOnTwoCores.toFixed(1)} minutes on two cores. ${how.join("; ")}.`,
    ...(flags.length > 0
      ? ["**Not the study as it stands**: the command above changes it or leaves some of it out."]
      : []),
  ].join("\n\n");
}

function closing({ results }: StudyContent, { rows }: NonNullable<StudyContent["closes"]>): string[] {
  const columns = [...new Set(results.map(({ column }) => column))].filter((column) =>
    rows.some((row) => row.columns[column] !== undefined),
  );
  if (columns.length === 0) return [];
  const lines = rows.map((row) => [
    row.title,
    row.base,
    ...columns.map((column) => percent(row.columns[column])),
  ]);
  return [
    "## Distance to the best possible that is closed",
    "The share of the distance between the better of `joint` and `ensemble` and the best possible model that a column closes, on the same samples; negative where it is worse than that better one, a dash where the distance is less than a point.",
    table(["task", "the better one", ...columns], lines),
  ];
}

function confusions(confusion: NonNullable<StudyContent["confusion"]>): string[] {
  return [
    "## What each true type is taken for",
    "Of the samples of each true type, the share in which each component has the largest share; under `best possible`, in which each type is the most probable one given all that the sample shows.",
    ...confusion.flatMap(({ rowTitle, column, heads, types }) => [
      `${rowTitle}: **${column}**`,
      table(
        ["true type", ...heads],
        types.map(({ type, shares }) => [type, ...shares.map((share) => digits(share))]),
      ),
    ]),
  ];
}

function failures({ results }: StudyContent): string[] {
  const failed = results.filter(({ status }) => status === "failed");
  if (failed.length === 0) return [];
  return [
    "## Failed",
    "The means above are over the seeds that are left.",
    ...failed.map(
      ({ name, error }) => `\`${name}\`:\n\n\`\`\`\n${(error ?? "").replaceAll("```", "'''")}\n\`\`\``,
    ),
  ];
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n");
}

function percent(value: Estimate | undefined): string {
  if (value === undefined) return "–";
  const whole = (share: number) => `${Math.round(100 * share)}`;
  return Number.isNaN(value.half)
    ? `${whole(value.mean)} %`
    : `${whole(value.mean)} ± ${whole(value.half)} %`;
}

/** 12345 -> "12 345" */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, " ");
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
