import type { EpochContent, ReportContent } from "../content.js";
import {
  calibrationBins,
  calibrationDiagram,
  confusionCells,
  confusionMatrix,
  type ConfusionCell,
} from "../figures/answers.js";
import { learningCurve, stagesOf } from "../figures/learning.js";
import { fixed, percent } from "../figures/names.js";
import { wilson } from "../figures/statistics.js";
import { h, responsive, section, table } from "./dom.js";
import { grouped } from "./filters.js";
import type { Store } from "./store.js";

/** What the model is: drawn, layer by layer, and as its spec. */
export function modelSection({ content }: Store): HTMLElement {
  const { architecture, source, imported = [], modalities, target, spec } = content;
  const parts: HTMLElement[] = [];
  if (architecture === undefined)
    parts.push(
      h(
        "p",
        { class: "hint" },
        "The spec in the run's folder can't be compiled by this version of mmspec, so that no picture of the model can be drawn.",
      ),
    );
  else {
    const drawn = new DOMParser().parseFromString(architecture.svg, "image/svg+xml").documentElement;
    parts.push(
      h(
        "div",
        { class: "scroll drawing", tabindex: 0, role: "region", "aria-label": "architecture" },
        document.importNode(drawn, true),
      ),
      h(
        "details",
        {},
        h("summary", {}, "Layer by layer"),
        table(
          "Layers with their shapes, parameters and FLOPs",
          ["part", "layer", "makes", "parameters", "FLOPs"],
          architecture.layers.map(({ part, layer, output, parameters, flops }) => [
            part,
            layer,
            output.join(" × "),
            grouped(parameters),
            grouped(flops),
          ]),
          2,
        ),
      ),
    );
  }
  const text = (title: string, code: string) =>
    h("details", {}, h("summary", {}, title), h("pre", { tabindex: 0 }, h("code", {}, code)));
  if (source !== undefined) parts.push(text(`The spec, ${spec}`, source));
  for (const { file, text: code } of imported) parts.push(text(`It imports ${file}`, code));
  const size =
    architecture === undefined
      ? ""
      : `; ${grouped(architecture.parameters)} parameters, ${grouped(architecture.flops)} FLOPs a sample`;
  return section(
    "model",
    "What the model is",
    `${modalities.map(({ name, kind, shape }) => `${name} (${kind} ${shape.join(" × ")})`).join(" and ")} to ${target}, ${kindText(content)}${size}.`,
    ...parts,
  );
}

/** "one of 10 classes", "12 labels", "a number" */
function kindText({ targets, classes }: ReportContent): string {
  if (targets === undefined) return `one of ${classes.length} classes`;
  const count = targets.names.length;
  if (targets.kind === "multilabel") return `${count} labels`;
  return count === 1 ? "a number" : `${count} numbers`;
}

/** How it learnt: each stage has losses of its own, so each has a picture of its own. */
export function learningSection({ content }: Store): HTMLElement {
  const { history, learning, seconds, samples } = content;
  const stages = stagesOf(history);
  const last = (stage: string) => history.filter((entry) => entry.stage === stage).at(-1) as EpochContent;
  const text = (value: number | undefined) => (value === undefined ? "–" : fixed(value, 4));
  const terms = stages.flatMap((stage) => {
    const { losses = {}, validationLosses = {} } = last(stage);
    return Object.entries(losses).map(([name, loss]) => [
      stage,
      name,
      text(loss),
      text(validationLosses[name]),
    ]);
  });
  return section(
    "learning",
    "How it learnt",
    `${learning}${samples.train === undefined ? "" : `, ${grouped(samples.train)} samples`}. Each stage minimises a loss of its own; the validation loss is what the stage is judged by.`,
    ...(stages.length === 0
      ? [h("p", { class: "hint" }, "run.json has no history.")]
      : [
          h(
            "div",
            { class: "grid three" },
            ...stages.map((stage) =>
              responsive(h("strong", {}, stage), (width) => learningCurve(history, stage, { width })),
            ),
          ),
          table(
            "Losses at the end of each stage",
            ["stage", "epochs", "loss", "validation loss", "seconds"],
            stages.map((stage) => [
              stage,
              String(last(stage).epoch),
              text(last(stage).loss),
              text(last(stage).validationLoss),
              seconds[stage] === undefined ? "–" : seconds[stage].toFixed(1),
            ]),
          ),
          ...(terms.length === 0
            ? []
            : [
                h(
                  "details",
                  {},
                  h("summary", {}, "The terms of the losses"),
                  table(
                    "Terms of each stage's loss in its last epoch, as they are weighted in it",
                    ["stage", "term", "loss", "validation loss"],
                    terms,
                    2,
                  ),
                ),
              ]),
        ]),
  );
}

/**
 * Makes the matrix' cells buttons. One of them at a time can be reached with Tab, so that ten thousand cells don't stand in the way; the arrow keys
 * go on from there.
 */
function reachable(
  matrix: SVGSVGElement,
  cells: readonly ConfusionCell[],
  classes: readonly string[],
  choose: (cell: { truth: number; answer: number }) => void,
): void {
  matrix.setAttribute("role", "group");
  const width = classes.length;
  const rects = [...matrix.querySelectorAll<SVGElement>('[aria-label="cell"] > *')];
  const moves: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  let current = 0;
  const go = (to: number) => {
    rects[current]?.setAttribute("tabindex", "-1");
    rects[to]?.setAttribute("tabindex", "0");
    current = to;
  };
  rects.forEach((rect, at) => {
    const [truth, answer] = [Math.floor(at / width), at % width];
    const { count = 0 } = cells[at] ?? {};
    rect.classList.add("cell");
    rect.setAttribute("role", "button");
    rect.setAttribute("tabindex", at === 0 ? "0" : "-1");
    rect.setAttribute("aria-label", `${classes[truth]} answered ${classes[answer]}: ${count}`);
    rect.addEventListener("click", () => {
      go(at);
      choose({ truth, answer });
    });
    rect.addEventListener("keydown", (event) => {
      const move = moves[event.key];
      if (event.key === "Enter" || event.key === " ") choose({ truth, answer });
      else if (move !== undefined) {
        const within = (index: number) => Math.max(0, Math.min(width - 1, index));
        go(within(truth + move[0]) * width + within(answer + move[1]));
        rects[current]?.focus();
      } else return;
      event.preventDefault();
    });
  });
}

/** What it gets right. A cell of the confusion matrix chooses its samples. */
export function answersSection(store: Store): HTMLElement {
  const { content, size } = store;
  const { classes, bayesAccuracy } = content;
  const label = store.column("label");
  const prediction = store.column("prediction");
  const confidence = store.column("confidence");
  const cells = confusionCells(label, prediction, classes);
  const matrix = responsive(
    "Confusion: how often each class was taken for each",
    (width) => {
      const drawn = confusionMatrix(cells, classes, { width });
      reachable(drawn, cells, classes, ({ truth, answer }) => {
        store.choose({ class: [truth], answered: [answer] });
        document.getElementById("samples")?.scrollIntoView();
      });
      return drawn;
    },
    "Click a cell to see its samples, or go to it with Tab and the arrow keys and press Enter.",
  );
  const bins = calibrationBins(confidence, (i) => store.isRight(i));
  const calibration = responsive(
    "Calibration: is it as often right as it is confident?",
    (width) => calibrationDiagram(bins, { width: Math.min(width, 420) }),
    "Points with 95 % intervals; grey: how many samples have that confidence, on a root scale.",
  );
  const perClass = classes.map((name, c) => {
    const hit = cells[c * classes.length + c]?.count ?? 0;
    const total = cells.filter(({ truth }) => truth === name).reduce((sum, { count }) => sum + count, 0);
    const answered = cells.filter(({ answer }) => answer === name).reduce((sum, { count }) => sum + count, 0);
    const { low, high } = wilson(hit, total);
    const [worst] = cells
      .filter(({ truth, answer, count }) => truth === name && answer !== name && count > 0)
      .sort((a, b) => b.count - a.count);
    return [
      name,
      grouped(total),
      percent(hit / total),
      total > 0 ? `${percent(low)} to ${percent(high)}` : "–",
      percent(hit / answered),
      fixed((2 * hit) / (total + answered), 3),
      worst === undefined ? "–" : `${worst.answer} (${worst.count})`,
    ];
  });
  const wrong = Array.from({ length: size }, (_, i) => i).filter((i) => !store.isRight(i)).length;
  const best =
    bayesAccuracy === undefined ? "" : ` The best possible model would get ${percent(bayesAccuracy)} right.`;
  return section(
    "answers",
    "What it gets right",
    `${grouped(size - wrong)} of ${grouped(size)} held-out samples.${best}`,
    h("div", { class: "grid two" }, matrix, calibration),
    table(
      "Each class",
      [content.target, "samples", "right (recall)", "95 % interval", "precision", "F1", "most taken for"],
      perClass,
    ),
  );
}
