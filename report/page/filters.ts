import { h, swatch } from "./dom.js";
import type { Facet, Store } from "./store.js";

/** Buttons that choose samples, each with how many it would leave. */
export function filters(store: Store): HTMLElement {
  const groups = h("div", { class: "facets" });
  const count = h("p", { class: "count", role: "status" });
  const reset = h("button", { type: "button", class: "quiet", onclick: () => store.choose({}) }, "show all");
  let updates: (() => void)[] = [];
  const build = () => {
    updates = [];
    groups.replaceChildren(...store.facets.map((facet) => group(store, facet, updates)));
    update();
  };
  const update = () => {
    for (const refresh of updates) refresh();
    const right = store.rows.reduce((sum, row) => sum + (store.isRight(row) ? 1 : 0), 0);
    const n = store.rows.length;
    count.replaceChildren(
      h("strong", {}, grouped(n)),
      n === store.size ? " samples" : ` of ${grouped(store.size)} samples`,
      n > 0 ? `, ${((100 * right) / n).toFixed(1)} % answered right` : "",
    );
    reset.hidden = n === store.size;
  };
  build();
  store.on("measure", build);
  store.on("filter", update);
  return h(
    "div",
    { class: "filters", role: "group", "aria-label": "which samples" },
    groups,
    h("div", { class: "bar" }, count, reset),
  );
}

function group(store: Store, facet: Facet, updates: (() => void)[]): HTMLElement {
  const buttons = facet.options.map(({ text, kind }, option) => {
    const number = h("span", { class: "n" });
    const button = h(
      "button",
      { type: "button", class: "chip", title: text, onclick: () => store.toggle(facet.id, option) },
      kind !== undefined && swatch(kind),
      h("span", { class: "text" }, text),
      number,
    );
    return { button, number };
  });
  updates.push(() => {
    const counts = store.counts(facet);
    buttons.forEach(({ button, number }, option) => {
      number.textContent = grouped(counts[option] ?? 0);
      button.setAttribute("aria-pressed", String(facet.chosen.has(option)));
      button.classList.toggle("none", counts[option] === 0);
    });
  });
  const chips = h("div", { class: "chips" }, ...buttons.map(({ button }) => button));
  const label = h("span", { class: "label", id: `facet-${facet.id}` }, facet.label);
  return h(
    "div",
    { class: "facet", role: "group", "aria-labelledby": `facet-${facet.id}`, "data-facet": facet.id },
    label,
    chips,
  );
}

/** 12345 -> "12 345" */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, " ");
}
