type Child = Node | string | number | null | undefined | false;

type Attributes = Record<string, unknown>;

/** Makes an element: `on...` are listeners, `class` and the rest attributes; false, null and undefined are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children
      .filter((child) => child !== null && child !== undefined && child !== false)
      .map((child) => (child instanceof Node ? child : String(child))),
  );
  return element;
}

/** A table with a caption for those who hear it. Numbers are those columns from `numbers` on. */
export function table(
  caption: string,
  head: readonly (string | Node)[],
  rows: readonly (readonly (string | Node)[])[],
  numbers = 1,
): HTMLElement {
  const cells = (tag: "th" | "td", row: readonly (string | Node)[]) =>
    row.map((cell, c) =>
      h(
        c === 0 ? "th" : tag,
        {
          class: c >= numbers ? "number" : false,
          scope: c === 0 && tag === "td" ? "row" : tag === "th" ? "col" : false,
        },
        cell,
      ),
    );
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "sr" }, caption),
      h("thead", {}, h("tr", {}, ...cells("th", head))),
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells("td", row)))),
    ),
  );
}

/** A part of the page with a heading of its own. */
export function section(id: string, title: string, lead: string | Node, ...children: Child[]): HTMLElement {
  return h(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    lead !== "" && h("p", { class: "lead" }, lead),
    ...children,
  );
}

/** A picture with its title, drawn again when its place changes its width. */
export function responsive(
  title: string | Node,
  draw: (width: number) => SVGSVGElement | undefined,
  note?: string,
): HTMLElement & { redraw(): void } {
  const place = h("div", { class: "plot" });
  const element = h(
    "figure",
    {},
    title !== "" && h("figcaption", {}, title),
    place,
    note !== undefined && h("p", { class: "note" }, note),
  );
  let width = 0;
  const redraw = () => {
    if (width > 0) place.replaceChildren(...[draw(width)].filter((made) => made !== undefined));
  };
  new ResizeObserver(([entry]) => {
    const found = Math.floor(entry?.contentRect.width ?? 0);
    if (found === width || found === 0) return;
    width = found;
    redraw();
  }).observe(place);
  return Object.assign(element, { redraw });
}

/** A coloured mark that stands before the name of an interaction. */
export function swatch(kind: string): HTMLElement {
  return h("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
}
