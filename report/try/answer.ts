import { h } from "../page/dom.js";

/** What the service says of one sample. */
export interface Answer {
  prediction?: string | string[];
  confidence?: number;
  probabilities?: Record<string, number>;
  numbers?: Record<string, number>;
  shares?: Record<string, number>;
  rule?: string;
  missing?: string[];
}

/** Probabilities that are shown, at most. */
const most = 12;

export function showAnswer(target: string, answer: Answer): Node[] {
  const {
    prediction,
    confidence,
    probabilities = {},
    numbers = {},
    shares = {},
    rule,
    missing = [],
  } = answer;
  const said = Array.isArray(prediction) ? prediction.join(", ") || "none of the labels" : prediction;
  const likely = Object.entries(probabilities).sort((a, b) => b[1] - a[1]);
  const parts: (Node | null)[] = [
    said === undefined
      ? null
      : h(
          "p",
          { class: "prediction" },
          `${target}: `,
          h("strong", {}, said),
          confidence === undefined ? null : `, ${percent(confidence)}`,
        ),
    ...Object.entries(numbers).map(([name, value]) =>
      h("p", { class: "prediction" }, `${name}: `, h("strong", {}, String(Number(value.toPrecision(6))))),
    ),
    bars("Probability", likely.slice(0, most)),
    likely.length > most ? h("p", { class: "quiet" }, `and ${likely.length - most} less likely ones`) : null,
    bars("Share of the gate", Object.entries(shares)),
    rule === undefined ? null : h("p", {}, "Rule taken: ", h("code", {}, rule)),
    missing.length === 0 ? null : h("p", { class: "quiet" }, `Not given: ${missing.join(", ")}`),
  ];
  return parts.filter((part) => part !== null);
}

function bars(title: string, values: readonly (readonly [string, number])[]): Node | null {
  if (values.length === 0) return null;
  return h(
    "table",
    { class: "bars" },
    h("caption", {}, title),
    h(
      "tbody",
      {},
      ...values.map(([name, value]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, name),
          h("td", {}, h("meter", { min: 0, max: 1, value, "aria-label": `${name}: ${percent(value)}` })),
          h("td", { class: "number" }, percent(value)),
        ),
      ),
    ),
  );
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
