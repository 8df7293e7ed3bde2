import { select } from "d3-selection";
import { zoom, zoomIdentity, type D3ZoomEvent } from "d3-zoom";
import { atoms, kindOf } from "../content.js";
import { fixed } from "../figures/names.js";
import { compass, plane, ternary, type Layout } from "../figures/layouts.js";
import { strongest } from "../figures/samples.js";
import { h } from "./dom.js";
import type { Store } from "./store.js";
import { colour } from "./theme.js";

/** Distance in pixels within which a sample is meant. */
const reach = 18;

/**
 * Samples by composition, on a canvas. The pointer shows a sample, a click or the arrow keys choose one; it is drawn in layers: the
 * frame and all samples, and above them the one that is looked at.
 */
export class SampleMap {
  readonly element: HTMLElement;
  private readonly base = h("canvas", { class: "layer" });
  private readonly top = h("canvas", {
    class: "layer top",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "map of samples",
    "aria-label":
      "Map of samples by composition. Arrow keys go to the next sample in that direction, n and p to the next and the one before, + and - zoom, 0 shows all, Escape lets go.",
  });
  private readonly tip = h("div", { class: "tip", hidden: true });
  private readonly caption = h("p", { class: "note" });
  private readonly layouts: Layout[] = [];
  private layout: Layout;
  private x: Float32Array = new Float32Array(0);
  private y: Float32Array = new Float32Array(0);
  private strongestOf: Uint8Array = new Uint8Array(0);
  private misleads: Uint8Array = new Uint8Array(0);
  private width = 0;
  private height = 0;
  private transform = zoomIdentity;
  private hovered = -1;
  private frame = 0;
  private readonly behaviour = zoom<HTMLCanvasElement, unknown>().scaleExtent([1, 40]);

  constructor(private readonly store: Store) {
    this.layout = ternary();
    const stage = h("div", { class: "stage" }, this.base, this.top, this.tip);
    const layoutButtons = h("div", { class: "segments", role: "group", "aria-label": "layout of the map" });
    const zoomButtons = h(
      "div",
      { class: "segments", role: "group", "aria-label": "zoom" },
      h("button", { type: "button", "aria-label": "zoom in", onclick: () => this.zoomBy(1.6) }, "+"),
      h("button", { type: "button", "aria-label": "zoom out", onclick: () => this.zoomBy(1 / 1.6) }, "−"),
      h("button", { type: "button", "aria-label": "show all", onclick: () => this.zoomBy(0) }, "all"),
    );
    this.element = h(
      "div",
      { class: "map" },
      h("div", { class: "bar" }, layoutButtons, zoomButtons),
      stage,
      this.caption,
    );
    const renew = () => {
      const { measured } = store;
      if (measured === undefined) return;
      const { item } = measured;
      const name = this.layouts.length === 0 ? "compass" : this.layout.name;
      this.layouts.splice(0, Infinity, compass(item.modalities), ternary(), plane(item.unit));
      layoutButtons.replaceChildren(
        ...this.layouts.map((layout) =>
          h(
            "button",
            {
              type: "button",
              "aria-pressed": String(layout.name === name),
              onclick: (event: MouseEvent) => {
                for (const button of layoutButtons.children)
                  button.setAttribute("aria-pressed", String(button === event.currentTarget));
                this.use(layout);
              },
            },
            layout.name,
          ),
        ),
      );
      this.strongestOf = Uint8Array.from({ length: store.size }, (_, i) =>
        atoms.indexOf(strongest(measured.values, i)),
      );
      const facet = store.facets.find(({ id }) => id === "misleads");
      this.misleads = Uint8Array.from({ length: store.size }, (_, i) => (facet?.of[i] === 1 ? 1 : 0));
      this.use(this.layouts.find((layout) => layout.name === name) as Layout);
    };
    renew();
    store.on("measure", renew);
    store.on("filter", () => this.redraw());
    store.on("select", () => this.drawTop());
    new ResizeObserver(([entry]) => {
      this.width = Math.floor(entry?.contentRect.width ?? 0);
      this.height = Math.min(Math.round(this.width * 0.92), 620);
      stage.style.height = `${this.height}px`;
      this.redraw();
    }).observe(this.element);
    this.listen();
  }

  private use(layout: Layout): void {
    const { measured } = this.store;
    if (measured === undefined) return;
    this.layout = layout;
    const { x, y } = layout.place(measured.values);
    this.x = x;
    this.y = y;
    this.caption.textContent = `${layout.describe} Colour: the sample's strongest part. A ring: some value lies clearly below zero, so something misleads.`;
    this.zoomBy(0);
    this.redraw();
  }

  private listen(): void {
    const { top, store } = this;
    this.behaviour
      // The wheel scrolls the page unless the map is in use; one finger scrolls, two zoom.
      .filter((event: Event) => {
        if (event instanceof WheelEvent) return event.ctrlKey || document.activeElement === top;
        if (window.TouchEvent !== undefined && event instanceof TouchEvent) return event.touches.length > 1;
        return event instanceof MouseEvent ? event.button === 0 : true;
      })
      .on("zoom", ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        this.transform = transform;
        this.redraw();
      });
    select<HTMLCanvasElement, unknown>(top).call(this.behaviour).on("dblclick.zoom", null);
    top.addEventListener("pointermove", (event) => this.hover(this.nearest(event.offsetX, event.offsetY)));
    top.addEventListener("pointerleave", () => this.hover(-1));
    top.addEventListener("click", (event) => {
      const row = this.nearest(event.offsetX, event.offsetY);
      if (row >= 0) store.select(row);
    });
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    top.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      if (step !== undefined) this.move(step);
      else if (event.key === "+" || event.key === "=") this.zoomBy(1.6);
      else if (event.key === "-") this.zoomBy(1 / 1.6);
      else if (event.key === "0") this.zoomBy(0);
      else if (event.key === "n" || event.key === "p") this.step(event.key === "n" ? 1 : -1);
      else if (event.key === "Escape") store.select(-1);
      else return;
      event.preventDefault();
    });
  }

  /** Chooses the nearest sample in a direction: within 45 degrees of it. */
  private move([dx, dy]: [number, number]): void {
    const { store } = this;
    const from = store.selected >= 0 ? this.at(store.selected) : ([this.width / 2, this.height / 2] as const);
    let best = -1;
    let distance = Infinity;
    for (const row of store.rows) {
      const [px, py] = this.at(row);
      const along = (px - from[0]) * dx + (py - from[1]) * dy;
      const aside = Math.abs((px - from[0]) * dy + (py - from[1]) * dx);
      if (!(along > 0.4) || aside > along || row === store.selected) continue;
      const far = along + 2 * aside;
      if (far < distance) [best, distance] = [row, far];
    }
    if (best < 0 && store.selected < 0) best = store.rows[0] ?? -1;
    if (best >= 0) store.select(best);
  }

  /** Chooses the next sample or the one before, as they come in the data: so that those in one place can all be reached. */
  private step(by: 1 | -1): void {
    const { rows, selected } = this.store;
    const next = (rows.indexOf(selected) + by + rows.length) % rows.length;
    if (rows.length > 0) this.store.select(rows[selected < 0 ? 0 : next] as number);
  }

  private zoomBy(factor: number): void {
    const selection = select<HTMLCanvasElement, unknown>(this.top);
    if (this.width === 0) return;
    const middle: [number, number] =
      this.store.selected >= 0 ? this.at(this.store.selected) : [this.width / 2, this.height / 2];
    if (factor === 0) this.behaviour.transform(selection, zoomIdentity);
    else this.behaviour.scaleBy(selection, factor, middle);
  }

  /** Position in pixels. */
  private place(x: number, y: number): [number, number] {
    const across = this.layout.axes === undefined ? 74 : 56;
    const half = Math.min((this.width - 2 * Math.min(across, this.width * 0.16)) / 2, (this.height - 76) / 2);
    const [px, py] = [
      this.width / 2 + x * (this.layout.axes ? (this.width - 90) / 2 : half) + (this.layout.axes ? 16 : 0),
      this.height / 2 - y * half,
    ];
    return [this.transform.applyX(px), this.transform.applyY(py)];
  }

  private at(row: number): [number, number] {
    return this.place(this.x[row] as number, this.y[row] as number);
  }

  /** The chosen sample nearest to a place, or -1. */
  private nearest(px: number, py: number): number {
    let best = -1;
    let distance = reach * reach;
    for (const row of this.store.rows) {
      const [x, y] = this.at(row);
      const far = (x - px) ** 2 + (y - py) ** 2;
      if (far < distance) [best, distance] = [row, far];
    }
    return best;
  }

  private hover(row: number): void {
    if (row === this.hovered) return;
    this.hovered = row;
    this.tip.hidden = row < 0;
    this.top.classList.toggle("over", row >= 0);
    if (row >= 0) {
      const { content, measured } = this.store;
      const [x, y] = this.at(row);
      const name = (column: string) => content.classes[this.store.column(column)[row] as number] ?? "?";
      const values = atoms.map((atom) =>
        h(
          "span",
          { class: "atom" },
          h("span", { class: `swatch ${kindOf[atom]}` }),
          fixed(measured?.values[atom][row] as number, 2),
        ),
      );
      this.tip.replaceChildren(
        h("strong", {}, `${name("label")} answered ${name("prediction")}`),
        ` · sample ${this.store.column("index")[row]}`,
        h("div", {}, ...values),
      );
      this.tip.style.left = `${Math.max(4, Math.min(this.width - 210, x + 12))}px`;
      this.tip.style.top = `${y + 14 > this.height - 60 ? y - 62 : y + 14}px`;
    }
    this.drawTop();
  }

  /** Draws everything at the next frame; many calls in one frame draw once. */
  redraw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.drawBase();
      this.drawTop();
    });
  }

  private context(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const ratio = Math.min(2, devicePixelRatio);
    const [width, height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    context?.clearRect(0, 0, this.width, this.height);
    return context;
  }

  private drawBase(): void {
    const { store, width, height } = this;
    const context = this.context(this.base);
    if (context === null || width === 0) return;
    this.drawFrame(context);
    const count = store.rows.length;
    const zoomed = Math.min(2, Math.sqrt(this.transform.k));
    const radius = Math.max(1.2, Math.min(4, 100 / Math.sqrt(count + 1))) * zoomed;
    const ratio = Math.min(2, devicePixelRatio);
    const discs = atoms.map(
      (atom) =>
        [
          stamp(colour(kindOf[atom]), radius, ratio, false),
          stamp(colour(kindOf[atom]), radius, ratio, true),
        ] as const,
    );
    const pale = stamp(colour("line-strong"), Math.min(radius, 1.6), ratio, false);
    const draw = (image: HTMLCanvasElement, row: number) => {
      const [x, y] = this.at(row);
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9 || Number.isNaN(x)) return;
      const side = image.width / ratio;
      context.drawImage(image, x - side / 2, y - side / 2, side, side);
    };
    if (count < store.size) {
      context.globalAlpha = 0.3;
      for (let row = 0; row < store.size; row++) if (store.passes[row] === 0) draw(pale, row);
    }
    context.globalAlpha = Math.max(0.3, Math.min(0.85, 28 / Math.sqrt(count + 1))) ** (1 / zoomed);
    for (const row of store.rows) {
      const [disc, ring] = discs[this.strongestOf[row] as number] as (typeof discs)[number];
      draw(this.misleads[row] === 1 && radius > 1.7 ? ring : disc, row);
    }
    context.globalAlpha = 1;
  }

  private drawFrame(context: CanvasRenderingContext2D): void {
    const { corners, axes } = this.layout;
    context.font = `500 13px ${getComputedStyle(document.body).fontFamily}`;
    context.lineWidth = 1;
    context.strokeStyle = colour("line-strong");
    context.fillStyle = colour("surface");
    context.beginPath();
    for (const { x, y } of corners) context.lineTo(...this.place(x, y));
    context.closePath();
    context.fill();
    context.stroke();
    context.strokeStyle = colour("line");
    context.beginPath();
    const line = (x1: number, y1: number, x2: number, y2: number) => {
      context.moveTo(...this.place(x1, y1));
      context.lineTo(...this.place(x2, y2));
    };
    if (axes === undefined) {
      const centre = {
        x: corners.reduce((sum, { x }) => sum + x / corners.length, 0),
        y: corners.reduce((sum, { y }) => sum + y / corners.length, 0),
      };
      for (const corner of corners) line(centre.x, centre.y, corner.x, corner.y);
    } else if (this.store.measured !== undefined) {
      const { x, y } = axes.range(this.store.measured.values);
      const tick = (value: number, [least, greatest]: [number, number]) =>
        (2 * (value - least)) / (greatest - least) - 1;
      for (const value of ticks(x)) line(tick(value, x), -1, tick(value, x), 1);
      for (const value of ticks(y)) line(-1, tick(value, y), 1, tick(value, y));
      context.fillStyle = colour("quiet");
      context.textAlign = "center";
      for (const value of ticks(x)) {
        const [px] = this.place(tick(value, x), -1);
        context.fillText(fixed(value, 1), px, this.height - 22);
      }
      context.textAlign = "right";
      for (const value of ticks(y)) {
        const [, py] = this.place(-1, tick(value, y));
        context.fillText(fixed(value, 1), 54, py + 4);
      }
      context.fillStyle = colour("ink");
      context.fillText(`${axes.x} →`, this.width - 16, this.height - 4);
      context.textAlign = "left";
      context.fillText(`↑ ${axes.y}`, 8, 16);
    }
    context.stroke();
    for (const { x, y, text, kind } of corners) {
      const [px, py] = this.place(x, y);
      const side = Math.abs(x) > 0.5 && Math.abs(y) < 0.5;
      const long = context.measureText(text).width;
      context.textAlign = side ? (x < 0 ? "right" : "left") : "center";
      const outside = side && long + 24 < this.place(-1, 0)[0] && this.transform.k === 1;
      const [tx, ty] = side
        ? outside
          ? [px + 10 * x, py + 4]
          : [px + (x < 0 ? 4 : -4), py - 12]
        : [Math.max(long / 2 + 4, Math.min(this.width - long / 2 - 4, px)), py + (y > 0 ? -12 : 24)];
      if (side && !outside) context.textAlign = x < 0 ? "left" : "right";
      context.lineWidth = 4;
      context.strokeStyle = colour("page");
      context.strokeText(text, tx, ty);
      context.fillStyle = colour("ink");
      context.fillText(text, tx, ty);
      if (kind === undefined || text === "") continue;
      const start =
        context.textAlign === "right" ? tx - long : context.textAlign === "center" ? tx - long / 2 : tx;
      context.fillStyle = colour(kindOf[kind]);
      context.fillRect(start, ty + 4, long, 3);
    }
  }

  private drawTop(): void {
    const context = this.context(this.top);
    if (context === null || this.width === 0) return;
    const ring = (row: number, radius: number, width: number) => {
      if (row < 0 || Number.isNaN(this.x[row])) return;
      const [x, y] = this.at(row);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.lineWidth = width + 2;
      context.strokeStyle = colour("surface");
      context.stroke();
      context.lineWidth = width;
      context.strokeStyle = colour("ink");
      context.stroke();
    };
    const { selected } = this.store;
    ring(this.hovered, 6, 1.25);
    ring(selected, 8, 2.25);
    // Where it is, for whoever drives the page.
    this.top.dataset.at = selected >= 0 ? this.at(selected).join(" ") : "";
  }
}

/** A disc or a ring, drawn once and then stamped. */
function stamp(fill: string, radius: number, ratio: number, hollow: boolean): HTMLCanvasElement {
  const side = Math.ceil((2 * radius + 2) * ratio);
  const canvas = h("canvas", { width: side, height: side });
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.scale(ratio, ratio);
  context.beginPath();
  const middle = side / ratio / 2;
  context.arc(middle, middle, hollow ? radius - 0.4 : radius, 0, 2 * Math.PI);
  context.fillStyle = context.strokeStyle = fill;
  context.lineWidth = Math.max(1, radius * 0.4);
  if (hollow) context.stroke();
  else context.fill();
  return canvas;
}

/** About five round numbers in a range. */
function ticks([least, greatest]: [number, number]): number[] {
  const rough = (greatest - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.floor(greatest / step) - first + 1 }, (_, i) => (first + i) * step);
}
