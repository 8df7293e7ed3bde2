import { atoms, type Atom, type PidItem, type ReportContent, type Values } from "../content.js";
import { compositionOf, type AtomColumns } from "../headline.js";
import { calibrationBins, calibrationDiagram, confusionCells, confusionMatrix } from "./answers.js";
import { gateAgainstMeasured } from "./gate.js";
import { compositionByClass, distribution, interactionMeans } from "./interactions.js";
import { compass } from "./layouts.js";
import { learningCurve, stagesOf } from "./learning.js";
import { atomName, atomOf } from "./names.js";
import { predictedAgainstTrue, residuals } from "./numbers.js";
import { onPaper, paperDocument } from "./on-paper.js";
import { colours, figure, Plot } from "./plot.js";
import { measuredShares, rangeOf, strongest } from "./samples.js";
import { histogram, meanAndError } from "./statistics.js";

export { drawStudy } from "./study.js";

/** Points that a map on paper holds, evenly spaced among the samples: more would only make the file heavy. */
const mostPoints = 4000;

/** The report's figures as SVG files of their own, by name. */
export function drawFigures(
  content: ReportContent,
  columns: ReadonlyMap<string, Values>,
): Record<string, string> {
  const document = paperDocument();
  const drawn: Record<string, string> = {};
  const add = (name: string, element: SVGSVGElement) => (drawn[name] = onPaper(element.outerHTML));
  const options = (width: number) => ({ width, document });
  const { classes, modalities, history, components } = content;
  if (content.architecture !== undefined) drawn.architecture = onPaper(content.architecture.svg);
  const label = (columns.get("label") ?? new Int32Array(0)) as Int32Array;
  if (content.targets === undefined) {
    const prediction = columns.get("prediction") as Int32Array;
    const confidence = columns.get("confidence") as Float32Array;
    add("confusion", confusionMatrix(confusionCells(label, prediction, classes), classes, options(520)));
    add(
      "calibration",
      calibrationDiagram(
        calibrationBins(confidence, (i) => label[i] === prediction[i]),
        options(340),
      ),
    );
  } else if (content.targets.kind === "regression") {
    const { names } = content.targets;
    names.forEach((name, k) => {
      const [truth, predicted] = [columns.get(`target:${k}`), columns.get(`predicted:${k}`)];
      if (truth === undefined || predicted === undefined) return;
      const suffix = names.length === 1 ? "" : `-${k + 1}`;
      add(`predicted${suffix}`, predictedAgainstTrue(truth, predicted, name, options(420)));
      add(`residuals${suffix}`, residuals(truth, predicted, name, options(420)));
    });
  }
  for (const stage of stagesOf(history))
    add(`learning-${plainName(stage)}`, learningCurve(history, stage, options(420)));

  content.pid.forEach((item, k) => {
    if (item.columns === undefined) return;
    const values = Object.fromEntries(
      atoms.map((atom) => [atom, columns.get(`${k}:${atom}`)]),
    ) as unknown as AtomColumns;
    const suffix = content.pid.length === 1 ? "" : `-${plainName(item.measure)}-${k + 1}`;
    const { mean, share } = compositionOf(values);
    add(`interactions${suffix}`, interactionMeans(mean, { ...item, share }, options(560)));
    for (const atom of atoms)
      add(`distribution-${atom}${suffix}`, drawDistribution(atom, values, item, document));
    const byClass = classes.map((name, c) => ({ name, mean: compositionOf(values, rowsOf(label, c)).mean }));
    if (byClass.length > 0) add(`classes${suffix}`, compositionByClass(byClass, item, options(560)));
    add(`map${suffix}`, paperMap(values, item, document));
    for (const component of components) {
      const atom = atomOf(component, item);
      const gate = columns.get(`share:${component.name}`);
      if (atom === undefined || gate === undefined) continue;
      const measured = measuredShares(values, atom);
      const rows = [...gate.keys()].filter((i) => !Number.isNaN(measured[i]));
      const of = (source: ArrayLike<number>) => rows.map((i) => source[i] as number);
      const name = atomName(
        atom,
        modalities.map(({ name: modality }) => modality),
      );
      add(
        `gate-${atom}${suffix}`,
        gateAgainstMeasured(atom, { gate: of(gate), measured: of(measured), name }, options(280)),
      );
    }
  });
  return drawn;
}

function drawDistribution(atom: Atom, values: AtomColumns, item: PidItem, document: Document): SVGSVGElement {
  const list = Array.from(values[atom]).filter((value) => !Number.isNaN(value));
  const bins = histogram(list, rangeOf(list), 60);
  const name = atomName(atom, item.modalities);
  return distribution(
    atom,
    { all: bins, chosen: bins, mean: meanAndError(list), name, unit: item.unit },
    { width: 320, document },
  );
}

function paperMap(values: AtomColumns, item: PidItem, document: Document): SVGSVGElement {
  const layout = compass(item.modalities);
  const { x, y } = layout.place(values);
  const step = Math.max(1, Math.ceil(x.length / mostPoints));
  const points = [...x.keys()]
    .filter((i) => i % step === 0 && !Number.isNaN(x[i]))
    .map((i) => ({ x: x[i] as number, y: y[i] as number, atom: strongest(values, i) }));
  const frame = [...layout.corners, ...layout.corners.slice(0, 1)];
  return figure(
    {
      width: 420,
      height: 420,
      margin: 40,
      marginLeft: 70,
      marginRight: 70,
      axis: null,
      x: { domain: [-1.02, 1.02] },
      y: { domain: [-1.02, 1.02] },
      marks: [
        Plot.line(frame, { x: "x", y: "y", stroke: colours.strong }),
        Plot.ruleX([0], { y1: -1, y2: 1, stroke: colours.line }),
        Plot.ruleY([0], { x1: -1, x2: 1, stroke: colours.line }),
        Plot.dot(points, {
          x: "x",
          y: "y",
          r: 2,
          fill: ({ atom }: { atom: Atom }) => colours[atom],
          fillOpacity: 0.6,
        }),
        ...layout.corners.map((corner) =>
          Plot.text([corner], {
            x: "x",
            y: "y",
            text: "text",
            dx: 10 * corner.x,
            dy: -14 * corner.y,
            textAnchor: corner.x < 0 ? "end" : corner.x > 0 ? "start" : "middle",
            fill: colours.ink,
          }),
        ),
      ],
    },
    { width: 420, document },
    `Map of ${points.length} samples by composition. ${layout.describe}`,
  );
}

function rowsOf(labels: Int32Array, c: number): Int32Array {
  return Int32Array.from(labels.keys()).filter((i) => labels[i] === c);
}

function plainName(text: string): string {
  return text.replace(/[^a-z0-9]+/gi, "-").toLowerCase();
}
