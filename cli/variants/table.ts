import Table from "cli-table3";
import type { VariantSpace } from "../../compiler/index.js";
import { grouped } from "../output.js";
import type { Found, NoVariant } from "./look.js";

/** Names that are shown of the combinations that are invalid for one reason. */
const shown = 3;

/** The variants as a table, and what became of the other combinations. */
export function variantsTable(space: VariantSpace, found: Found): string {
  const { variants, others, more, complete, looked } = found;
  const table = new Table({
    head: ["", "variant", ...space.paths, "parameters", "FLOPs", "memory"],
    colAligns: ["right", "left", ...space.paths.map(() => "left" as const), "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { index, name, choices, parameters, flops, memory } of variants) {
    const chosen = space.paths.map((path) => choices[path] ?? "");
    const costs = [grouped(parameters), grouped(flops), `${(memory / 2 ** 20).toFixed(1)} MiB`];
    table.push([String(index), name, ...chosen, ...costs]);
  }
  const all = variants.length + more;
  const of = (kind: NoVariant["kind"]) => others.filter((other) => other.kind === kind).length;
  const counts = [
    `${grouped(all)} variant${all === 1 ? "" : "s"}`,
    `${grouped(of("excluded"))} excluded by \`where\``,
    `${grouped(of("duplicate"))} the same model as one before`,
    `${grouped(of("invalid"))} invalid`,
  ].join(", ");
  const size = `${space.model}: ${grouped(space.size)} combination${space.size === 1n ? "" : "s"}`;
  const whole = complete && BigInt(looked) === space.size;
  return [
    ...(variants.length > 0 ? [table.toString()] : []),
    ...(more > 0 ? [`... and ${grouped(more)} more`] : []),
    whole ? `${size}: ${counts}.` : `${size}; of ${grouped(looked)} that were looked at: ${counts}.`,
    ...reasons(others),
  ].join("\n");
}

/** Why combinations are invalid: each reason once, with some of those that it is true of. */
function reasons(others: readonly NoVariant[]): string[] {
  const names = new Map<string, string[]>();
  for (const other of others) {
    if (other.kind !== "invalid") continue;
    const [first] = other.invalid;
    const reason = first === undefined ? "" : `${first.code}: ${first.message}`;
    names.set(reason, [...(names.get(reason) ?? []), other.name]);
  }
  return [...names].map(([reason, found]) => {
    const left = found.length - shown;
    const more = left > 0 ? ` and ${left} more` : "";
    return `  ${reason} (${found.slice(0, shown).join(", ")}${more})`;
  });
}
