import type { TargetContent } from "../content.js";
import { fixed, percent } from "../figures/names.js";
import { predictedAgainstTrue, residuals } from "../figures/numbers.js";
import { h, responsive, section, table } from "./dom.js";
import { grouped } from "./filters.js";
import type { Store } from "./store.js";

/** What it gets right, of a target that isn't one class. */
export function targetsSection(store: Store, targets: TargetContent): HTMLElement {
  const best = bestRows(store, targets);
  return section(
    "answers",
    "What it gets right",
    "",
    ...(targets.kind === "regression" ? numberParts(store, targets) : [labelTable(store, targets)]),
    ...(best.length === 0
      ? []
      : [
          h("h3", {}, "Beside the best possible model"),
          table(
            "Metrics beside those of the best possible model",
            ["metric", "this model", "best possible"],
            best,
          ),
        ]),
  );
}

function bestRows({ content }: Store, { best }: TargetContent): string[][] {
  return content.metrics.flatMap(({ name, value, unit }) => {
    const show = (x: number) => (unit === "share" ? percent(x, 2) : fixed(x, 4));
    const optimum = best[name];
    return optimum === undefined ? [] : [[name, show(value), show(optimum)]];
  });
}

/** Of each number: predicted against true, and the errors. */
function numberParts(store: Store, { names }: TargetContent): HTMLElement[] {
  return names.map((name, k) => {
    const truth = store.column(`target:${k}`);
    const predicted = store.column(`predicted:${k}`);
    return h(
      "div",
      { class: "grid two" },
      responsive(
        `Predicted against true: ${name}`,
        (width) => predictedAgainstTrue(truth, predicted, name, { width: Math.min(width, 460) }),
        "On the dashed line they are the same.",
      ),
      responsive(`Errors: ${name}`, (width) =>
        residuals(truth, predicted, name, { width: Math.min(width, 460) }),
      ),
    );
  });
}

function labelTable({ content }: Store, { byLabel }: TargetContent): HTMLElement {
  return table(
    "Each label",
    [content.target, "samples that have it", "right", "F1", "AUROC"],
    byLabel.map(({ label, samples, accuracy, f1, auroc }) => [
      label,
      grouped(samples),
      percent(accuracy),
      fixed(f1 ?? NaN),
      fixed(auroc ?? NaN),
    ]),
  );
}
