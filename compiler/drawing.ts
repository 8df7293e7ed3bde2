import { decompositions, sharedOf } from "./dmil.js";
import { encodedModalities } from "./encoded.js";
import type { BlockFusionIr, ComponentIr, DmilIr, EncoderIr, LayerIr, ModelIr, Shape } from "./ir.js";

/** Colours of a drawing: CSS colours, or `var(--name)` where the drawing stands in a page. */
export interface DrawingColours {
  ink: string;
  quiet: string;
  line: string;
  surface: string;
  redundant: string;
  unique1: string;
  unique2: string;
  synergistic: string;
}

/** For paper: interactions in colours that colour-blind people can tell apart (Okabe and Ito 2008). */
const onPaper: DrawingColours = {
  ink: "#1b1f24",
  quiet: "#5d6670",
  line: "#aeb6bf",
  surface: "#ffffff",
  redundant: "#0072b2",
  unique1: "#e69f00",
  unique2: "#cc79a7",
  synergistic: "#009e73",
};

interface Row {
  text: string;
  /** At the right end, quieter. */
  note?: string;
  accent?: string;
}

interface Box {
  title: string;
  subtitle?: string;
  rows: Row[];
  accent?: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Wire {
  from: Box;
  to: Box;
  /** Row of the box that it leaves, or its middle. */
  row?: number;
  colour: string;
}

const margin = 16;
const columnGap = 64;
const boxGap = 18;
const headHeight = 26;
const rowHeight = 19;
const padding = 12;
/** Mean width of a character at 12 px. */
const characterWidth = 6.7;
const mostRows = 12;

/**
 * The model as an SVG picture, from left to right: modalities, encoders with their layers and shapes, the parts of `dmil`,
 * interactions, gate and rules, target.
 */
export function drawing(ir: ModelIr, colours: DrawingColours = onPaper): string {
  const { boxes, wires, width, height } = layOut(ir, colours);
  const { ink, quiet, surface, line } = colours;
  const parts = wires.map(({ from, to, row, colour }) => {
    const x1 = from.x + from.width;
    const y1 = row === undefined ? from.y + from.height / 2 : rowMiddle(from, row);
    const [x2, y2] = [to.x, to.y + to.height / 2];
    const bend = (x2 - x1) / 2;
    return `<path d="M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
  });
  for (const box of boxes) {
    const { x, y, width: w, height: h, accent, title, subtitle, rows } = box;
    parts.push(
      `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6" fill="${surface}" stroke="${line}"/>`,
    );
    if (accent !== undefined)
      parts.push(`<rect x="${x}" y="${y}" width="4" height="${h}" rx="2" fill="${accent}"/>`);
    const top = rows.length === 0 ? y + h / 2 + 4 : y + 18;
    parts.push(text(x + padding, top, title, `fill="${ink}" font-weight="600"`));
    if (subtitle !== undefined)
      parts.push(text(x + w - padding, top, subtitle, `fill="${quiet}" text-anchor="end"`));
    rows.forEach((row, i) => {
      const baseline = rowMiddle(box, i) + 4;
      const left = x + padding + (row.accent === undefined ? 0 : 12);
      if (row.accent !== undefined)
        parts.push(`<circle cx="${x + padding + 4}" cy="${baseline - 4}" r="4" fill="${row.accent}"/>`);
      parts.push(text(left, baseline, row.text, `fill="${ink}"`));
      if (row.note !== undefined)
        parts.push(text(x + w - padding, baseline, row.note, `fill="${quiet}" text-anchor="end"`));
    });
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Inter, system-ui, sans-serif" font-size="12" role="img">
<title>${escape(`Architecture of ${ir.name}`)}</title>
<desc>${escape(inWords(ir))}</desc>
${parts.join("\n")}
</svg>
`;
}

function layOut(ir: ModelIr, colours: DrawingColours) {
  const wires: Wire[] = [];
  const modalityBoxes = new Map<string, Box>();
  const encoderBoxes = new Map<string, Box>();
  const wire = (from: Box | undefined, to: Box, row?: number, colour = colours.line) => {
    if (from !== undefined) wires.push({ from, to, colour, ...(row !== undefined && { row }) });
  };
  const modalities = encodedModalities(ir);
  for (const { name, kind, shape, optional } of modalities) {
    const row = { text: `${kind}${optional ? ", may be missing" : ""}`, note: sizes(shape) };
    modalityBoxes.set(name, box(name, [row]));
  }
  const order = (encoder: EncoderIr) => modalities.findIndex(({ name }) => encoder.modalities.includes(name));
  const encoders = ir.encoders
    .filter((encoder) => order(encoder) >= 0)
    .sort((a, b) => order(a) - order(b))
    .map((encoder) => {
      const made = encoderBox(encoder);
      for (const name of encoder.modalities) {
        encoderBoxes.set(name, made);
        wire(modalityBoxes.get(name), made);
      }
      return made;
    });
  const columns = [[...modalityBoxes.values()], encoders];
  const { fusion, training } = ir;
  const { paradigm } = training;
  const outputs = String(ir.target.outputs.length);
  const target = box(ir.target.name, [{ text: ir.target.kind, note: outputs }]);
  const uniqueColour = (name: string | undefined) => {
    const m = ir.modalities.findIndex((modality) => modality.name === name);
    return [colours.unique1, colours.unique2][m] ?? colours.quiet;
  };
  if (fusion.kind === "merge") {
    const rows = [
      { text: fusion.merge.text, note: sizes([fusion.merge.output]) },
      ...layerRows(fusion.layers),
      { text: "linear", note: outputs },
    ];
    if (paradigm.kind === "i2moe") {
      const experts = [
        box("expert of synergy", rows, colours.synergistic),
        box("expert of redundancy", rows, colours.redundant),
        ...modalities.map(({ name }) => box(`expert of uniqueness of ${name}`, rows, uniqueColour(name))),
      ];
      const gate = box("gate", [{ text: "reads all encodings" }, { text: `mlp(${paradigm.gate})` }]);
      for (const expert of experts) {
        for (const encoder of encoders) wire(encoder, expert);
        wire(expert, gate, undefined, expert.accent);
      }
      wire(gate, target);
      columns.push(experts, [gate]);
    } else {
      const merge = box("fusion", rows);
      for (const encoder of encoders) wire(encoder, merge);
      wire(merge, target);
      columns.push([merge]);
    }
  } else if (fusion.kind === "ensemble" || paradigm.kind === "ensemble" || paradigm.kind === "unimodal") {
    const alone = modalities.map(({ name }) => {
      const predictor = box(`prediction of ${name}`, [], uniqueColour(name));
      wire(encoderBoxes.get(name), predictor);
      return predictor;
    });
    const mean = box("mean of the probabilities", []);
    for (const predictor of alone) wire(predictor, paradigm.kind === "unimodal" ? target : mean);
    if (paradigm.kind === "unimodal") columns.push(alone);
    else {
      wire(mean, target);
      columns.push(alone, [mean]);
    }
  } else {
    const colourOf = ({ interaction, modalities: [name] }: ComponentIr) =>
      interaction === "unique" ? uniqueColour(name) : colours[interaction];
    const parts = new Map<string, Parts>();
    if (paradigm.kind === "dmil") {
      for (const { name } of modalities) {
        const made = partsOf(name, paradigm, fusion, { ...colours, unique: uniqueColour(name) });
        wire(encoderBoxes.get(name), made.box);
        parts.set(name, made);
      }
      columns.push([...parts.values()].map((made) => made.box));
    }
    const gate = box("gate and rules", [
      { text: "reads all encodings" },
      ...layerRows(fusion.gate.layers),
      ...fusion.rules.map(({ text }) => ({ text })),
    ]);
    const components = fusion.components.map((component) => {
      const rows: Row[] = component.merge
        ? [{ text: component.merge.text, note: sizes([component.merge.output]) }]
        : [];
      rows.push(...layerRows(component.layers), { text: "linear", note: outputs });
      const colour = colourOf(component);
      const made = box(component.text, rows, colour);
      for (const name of component.modalities) {
        const row = parts.get(name)?.rowFor(component);
        wire(row === undefined ? encoderBoxes.get(name) : parts.get(name)?.box, made, row, colour);
      }
      wire(made, gate, undefined, colour);
      return made;
    });
    wire(gate, target);
    columns.push(components, [gate]);
  }
  columns.push([target]);
  return { ...place(columns), wires };
}

/** What dmil splits an encoding into. */
interface Parts {
  box: Box;
  /** The part that an interaction reads; undefined where that is the encoding itself. */
  rowFor(component: ComponentIr): number | undefined;
}

function partsOf(
  name: string,
  paradigm: DmilIr,
  fusion: BlockFusionIr,
  { unique, redundant, synergistic, quiet }: DrawingColours & { unique: string },
): Parts {
  const { intra, consistency } = decompositions(paradigm);
  const note = String(paradigm.latent);
  const shared = consistency ? sharedOf(fusion, name) : [];
  const rows: Row[] = consistency
    ? [
        ...shared.map(({ text }) => ({
          text: shared.length === 1 ? "R: shared" : `R: of ${text}`,
          note,
          accent: redundant,
        })),
        { text: "U: its own", note, accent: unique },
      ]
    : [{ text: "M: tells alone", note, accent: quiet }];
  if (intra) rows.push({ text: "N: the rest", note, accent: synergistic });
  return {
    box: box(`parts of ${name}`, rows),
    rowFor: (component) => {
      if (component.interaction === "synergistic") return intra ? rows.length - 1 : undefined;
      if (!consistency) return 0;
      return component.interaction === "unique" ? shared.length : shared.indexOf(component);
    },
  };
}

/** Gives every box its place: columns from left to right, each in the middle of the picture's height. */
function place(columns: readonly Box[][]): { boxes: Box[]; width: number; height: number } {
  const heightOf = (column: readonly Box[]) =>
    column.reduce((sum, { height }) => sum + height, 0) + boxGap * Math.max(0, column.length - 1);
  const tallest = Math.max(...columns.map(heightOf));
  let x = margin;
  for (const column of columns) {
    const width = Math.max(...column.map((box) => box.width));
    // As tall as the tallest column, with equal gaps, so that what belongs together stands on one line.
    const spread = column.length > 1 ? Math.min(120, (tallest - heightOf(column)) / column.length) : 0;
    let y = margin + (tallest - heightOf(column) - spread * (column.length - 1)) / 2;
    for (const box of column) {
      Object.assign(box, { x, y, width });
      y += box.height + boxGap + spread;
    }
    x += width + columnGap;
  }
  return {
    boxes: columns.flat(),
    width: Math.ceil(x - columnGap + margin),
    height: Math.ceil(tallest + 2 * margin),
  };
}

function box(title: string, rows: Row[], accent?: string, subtitle?: string): Box {
  const length = (row: Row) =>
    row.text.length + (row.note === undefined ? 0 : row.note.length + 3) + (row.accent ? 2 : 0);
  const head = 1.1 * title.length + (subtitle === undefined ? 0 : subtitle.length + 3);
  const longest = Math.max(head, ...rows.map(length));
  return {
    title,
    rows,
    ...(accent !== undefined && { accent }),
    ...(subtitle !== undefined && { subtitle }),
    x: 0,
    y: 0,
    width: Math.ceil(longest * characterWidth + 2 * padding),
    height: rows.length === 0 ? 34 : headHeight + rows.length * rowHeight + 6,
  };
}

function encoderBox({ name, layers, width, modalities }: EncoderIr): Box {
  const shared = modalities.length > 1 ? "shared weights" : undefined;
  return box(
    `${name} for ${modalities.join(", ")}`,
    layers.length === 0 ? [{ text: "as it is", note: String(width) }] : layerRows(layers),
    undefined,
    shared,
  );
}

/** A row a layer; the middle of a long chain is told by its length. */
function layerRows(layers: readonly LayerIr[]): Row[] {
  const rows = layers.map(({ text, output }): Row => ({ text, note: sizes(output) }));
  if (rows.length <= mostRows) return rows;
  const left = rows.length - (mostRows - 1);
  return [
    ...rows.slice(0, mostRows / 2),
    { text: `... ${left} more layers` },
    ...rows.slice(mostRows / 2 + left),
  ];
}

function rowMiddle({ y }: Box, row: number): number {
  return y + headHeight + row * rowHeight + rowHeight / 2;
}

function sizes(shape: Shape): string {
  return shape.join(" × ");
}

/** What the picture shows, for those who can't see it. */
function inWords(ir: ModelIr): string {
  const encoded = ir.encoders.map(
    ({ name, modalities, layers }) =>
      `${modalities.join(" and ")} through ${name} (${layers.map(({ text }) => text).join(", ")})`,
  );
  const { fusion } = ir;
  const joined =
    fusion.kind === "merge"
      ? `joined by ${fusion.merge.text}`
      : fusion.kind === "ensemble"
        ? "whose predictions are averaged"
        : `into ${fusion.components.map(({ text }) => text).join(", ")}, of which a gate and ${fusion.rules.length} rules choose`;
  return `${encoded.join("; ")}; ${joined}; to ${ir.target.name}.`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
