import { describeType, type Callable, type Parameter } from "./tables/parameters.js";

/** `conv(filters, kernel: 3, ...)`: all arguments, with their defaults. */
export function signature(row: Callable): string {
  const parts = row.parameters.map(argumentText);
  return parts.length === 0 ? row.name : `${row.name}(${parts.join(", ")})`;
}

/** `kernel: 3`: an argument as a signature has it. */
export function argumentText(parameter: Parameter): string {
  const text = parameter.variadic ? `${parameter.name}, ...` : parameter.name;
  return parameter.default === undefined ? text : `${text}: ${String(parameter.default)}`;
}

/** What an argument means, may be, and is when it is left out, as a line of Markdown. */
export function parameterText(parameter: Parameter): string {
  const { name, doc, type, of, variadic } = parameter;
  const notes = [
    (variadic ? "one or several: " : "") + describeType(type),
    ...(parameter.default !== undefined ? [`\`${String(parameter.default)}\` when left out`] : []),
    ...(parameter.optional ? ["may be left out"] : []),
    ...(of === "one modality" ? [`also for one modality, \`${name}(m): ...\``] : []),
    ...(of === "several modalities" ? [`also for some modalities, \`${name}(m, n): ...\``] : []),
  ];
  return `\`${name}\`: ${doc} (${notes.join("; ")})`;
}

/** A row of a table as Markdown: how it is called, what it is, its arguments, an example. */
export function rowText(row: Callable & { paper?: string }): string {
  const { name, doc, example, parameters, paper } = row;
  return [
    `\`\`\`mmspec\n${signature(row)}\n\`\`\``,
    paper === undefined ? doc : `${doc} ${paper}.`,
    parameters.map((parameter) => `- ${parameterText(parameter)}`).join("\n"),
    example === name ? "" : `Example: \`${example}\``,
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}
