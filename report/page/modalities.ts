import { figure, colours, gridX, gridY, Plot } from "../figures/plot.js";
import type { ModalityContent } from "../content.js";
import { colour } from "./theme.js";
import { h, table } from "./dom.js";
import { sound } from "./sound.js";

/** Shows what one sample has of a modality. */
type View = (values: Float32Array, modality: ModalityContent) => Element;

/**
 * How each kind of modality is shown. A kind that isn't here is shown by its shape: pictures for [height, width, channels], a map of
 * heat for [rows, columns], bars for [n].
 */
const views: Readonly<Record<string, View>> = {
  image: picture,
  vector: bars,
  audio: sound,
  tokens: text,
  table: row,
  sequence: (values, modality) => ((modality.shape[1] ?? 0) <= mostLines ? lines : heat)(values, modality),
};

export const modalityView: View = (values, modality) => {
  const byShape = modality.shape.length === 3 ? picture : modality.shape.length === 2 ? heat : bars;
  return (views[modality.kind] ?? byShape)(values, modality);
};

/** [height, width, 1 or 3]; brightness from the least to the greatest value when it isn't within [0, 1]. */
function picture(values: Float32Array, { shape, name }: ModalityContent): Element {
  const [height = 1, width = 1, channels = 1] = shape;
  const [least, greatest] = rangeOf(values);
  const inside = least >= 0 && greatest <= 1;
  const [from, span] = inside ? [0, 1] : [least, greatest - least || 1];
  const canvas = h("canvas", {
    width,
    height,
    class: "picture",
    role: "img",
    "aria-label": `${name}: a picture of ${width} x ${height}`,
  });
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  const data = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) {
      const value = values[pixel * channels + (channels >= 3 ? c : 0)] as number;
      data.data[4 * pixel + c] = (255 * (value - from)) / span;
    }
    data.data[4 * pixel + 3] = 255;
  }
  context.putImageData(data, 0, 0);
  return canvas;
}

/** [n]: a bar a value. */
function bars(values: Float32Array, { name }: ModalityContent): Element {
  const rows = Array.from(values, (value, i) => ({ value, i }));
  return figure(
    {
      height: 110,
      marginLeft: 34,
      marginRight: 4,
      marginTop: 8,
      marginBottom: 20,
      x: {
        label: null,
        domain: [-0.5, values.length - 0.5],
        ticks: Math.min(6, values.length),
        tickFormat: "d",
      },
      y: { label: null, ticks: 3 },
      marks: [
        gridY({ ticks: 3 }),
        Plot.rectY(rows, {
          x1: ({ i }: { i: number }) => i - 0.4,
          x2: ({ i }: { i: number }) => i + 0.4,
          y: "value",
          fill: colours.accent,
          title: ({ i, value }: { i: number; value: number }) => `${name}[${i}] = ${value.toPrecision(4)}`,
        }),
        Plot.ruleY([0], { stroke: colours.strong }),
      ],
    },
    { width: 300 },
    `${name}: ${values.length} values from ${rangeOf(values)
      .map((value) => value.toPrecision(3))
      .join(" to ")}`,
  );
}

/** [rows, columns]: a cell a value. */
function heat(values: Float32Array, { shape, name }: ModalityContent): Element {
  const [height = 1, width = 1] = shape;
  const [least, greatest] = rangeOf(values);
  const canvas = h("canvas", {
    width,
    height,
    class: "picture heat",
    role: "img",
    "aria-label": `${name}: ${height} x ${width} values`,
  });
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.fillStyle = colour("accent");
  values.forEach((value, i) => {
    context.globalAlpha = (value - least) / (greatest - least || 1);
    context.fillRect(i % width, Math.floor(i / width), 1, 1);
  });
  return canvas;
}

/** Features of a sequence that are drawn as lines; more are a map of heat. */
const mostLines = 8;

/** [time, features]: a line a feature, one below the other. */
function lines(values: Float32Array, { shape, name }: ModalityContent): Element {
  const [time = 0, features = 0] = shape;
  const points = Array.from(values, (value, i) => ({
    value,
    t: Math.floor(i / features),
    feature: i % features,
  }));
  const [least, greatest] = rangeOf(values);
  return figure(
    {
      height: 26 + 30 * features,
      marginLeft: 34,
      marginRight: 22,
      marginTop: 6,
      marginBottom: 20,
      x: { label: null, domain: [0, Math.max(1, time - 1)], ticks: Math.min(6, time), tickFormat: "d" },
      y: { axis: null, domain: [least, greatest] },
      fy: { axis: "left", label: null, tickFormat: "d" },
      marks: [
        gridX({ ticks: Math.min(6, time) }),
        Plot.lineY(points, { x: "t", y: "value", fy: "feature", stroke: colours.accent, strokeWidth: 1.25 }),
      ],
    },
    { width: 300 },
    `${name}: ${features} feature${features === 1 ? "" : "s"} over ${time} moments, from ${least.toPrecision(3)} to ${greatest.toPrecision(3)}`,
  );
}

/** [length]: words where they are known, otherwise numbers; empty words at the end are left out. */
function text(values: Float32Array, { words }: ModalityContent): Element {
  const shown = Array.from(values, (token) =>
    words === undefined ? String(token) : (words[token] ?? `#${token}`),
  );
  const end = shown.findLastIndex((word) => word !== "");
  return h(
    "p",
    { class: "tokens" },
    shown
      .slice(0, end + 1)
      .map((word) => (word === "" ? "·" : word))
      .join(" "),
  );
}

/** [columns]: a table's row, its categories by name. */
function row(values: Float32Array, { name, columns = [] }: ModalityContent): Element {
  const cells = Array.from(values, (value, i) => {
    const { name: column = String(i), names } = columns[i] ?? {};
    return [
      column,
      names === undefined ? String(+value.toPrecision(7)) : (names[value] ?? "not seen in training"),
    ];
  });
  return table(`${name}: a row of the table`, ["column", "value"], cells);
}

function rangeOf(values: Float32Array): [number, number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}
