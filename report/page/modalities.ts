import { figure, colours, gridY, Plot } from "../figures/plot.js";
import type { ModalityContent } from "../content.js";
import { colour } from "./theme.js";
import { h } from "./dom.js";

/** Shows what one sample has of a modality. */
type View = (values: Float32Array, modality: ModalityContent) => Element;

/**
 * How each kind of modality is shown. A kind that isn't here is shown by its shape: pictures for [height, width, channels], a map of
 * heat for [rows, columns], bars for [n].
 */
const views: Readonly<Record<string, View>> = { image: picture, vector: bars };

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

function rangeOf(values: Float32Array): [number, number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}
