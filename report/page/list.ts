import { atoms, kindOf } from "../content.js";
import { atomName, fixed, percent } from "../figures/names.js";
import { h, swatch } from "./dom.js";
import { grouped } from "./filters.js";
import type { Store } from "./store.js";

const pageSize = 8;

/** The chosen samples as a table, sorted by one of their figures: the way to them without the map. */
export function sampleList(store: Store): HTMLElement {
  let order = "r";
  let descending = true;
  let page = 0;
  let sorted: Int32Array = new Int32Array(0);
  const head = h("thead");
  const body = h("tbody");
  const where = h("span", { class: "quiet" });
  const turn = (by: number) => () => {
    page = Math.max(0, Math.min(Math.ceil(sorted.length / pageSize) - 1, page + by));
    draw();
  };
  const value = (row: number, by: string): number => {
    const atom = atoms.find((one) => one === by);
    const found = atom === undefined ? store.column(by)[row] : store.measured?.values[atom][row];
    return Number.isNaN(found) ? -Infinity : (found as number);
  };
  const sort = () => {
    const sign = descending ? -1 : 1;
    const keys = Float64Array.from({ length: store.size }, (_, row) => sign * value(row, order));
    sorted = store.rows.slice().sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
    page = 0;
  };
  const columns = () => [
    { id: "index", label: ["sample"] },
    { id: "label", label: ["class"] },
    { id: "prediction", label: ["answered"] },
    { id: "confidence", label: ["confidence"] },
    ...(store.measured === undefined
      ? []
      : atoms.map((atom) => ({
          id: atom as string,
          label: [swatch(kindOf[atom]), atomName(atom, store.measured?.item.modalities ?? [])],
        }))),
  ];
  const draw = () => {
    head.replaceChildren(
      h(
        "tr",
        {},
        ...columns().map(({ id, label }, c) =>
          h(
            "th",
            {
              scope: "col",
              class: c > 2 ? "number" : "",
              "aria-sort": id === order ? (descending ? "descending" : "ascending") : "none",
            },
            h(
              "button",
              {
                type: "button",
                onclick: () => {
                  descending = id === order ? !descending : true;
                  order = id;
                  sort();
                  draw();
                },
              },
              ...label,
              id === order ? (descending ? " ↓" : " ↑") : "",
            ),
          ),
        ),
      ),
    );
    const name = (column: string, row: number) =>
      store.content.classes[store.column(column)[row] as number] ?? "?";
    body.replaceChildren(
      ...Array.from(sorted.slice(page * pageSize, (page + 1) * pageSize), (row) =>
        h(
          "tr",
          { class: row === store.selected ? "chosen" : "" },
          h(
            "th",
            { scope: "row" },
            h(
              "button",
              {
                type: "button",
                "data-row": row,
                onclick: () => {
                  store.select(row);
                  body.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus();
                },
              },
              String(store.column("index")[row]),
            ),
          ),
          h("td", {}, name("label", row)),
          h(
            "td",
            { class: store.isRight(row) ? "" : "wrong" },
            `${name("prediction", row)}${store.isRight(row) ? "" : " ✗"}`,
          ),
          h("td", { class: "number" }, percent(store.column("confidence")[row] as number)),
          ...(store.measured === undefined
            ? []
            : atoms.map((atom) =>
                h("td", { class: "number" }, fixed(store.measured?.values[atom][row] as number, 2)),
              )),
        ),
      ),
    );
    const last = Math.min(sorted.length, (page + 1) * pageSize);
    where.textContent =
      sorted.length === 0
        ? "no sample"
        : `${grouped(page * pageSize + 1)} to ${grouped(last)} of ${grouped(sorted.length)}`;
  };
  const renew = () => {
    sort();
    draw();
  };
  renew();
  store.on("filter", renew);
  store.on("select", draw);
  return h(
    "div",
    { class: "list" },
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "list of samples" },
      h("table", {}, h("caption", { class: "sr" }, "The chosen samples"), head, body),
    ),
    h(
      "div",
      { class: "bar" },
      where,
      h(
        "div",
        { class: "segments" },
        h("button", { type: "button", onclick: turn(-1), "aria-label": "previous samples" }, "←"),
        h("button", { type: "button", onclick: turn(1), "aria-label": "next samples" }, "→"),
      ),
    ),
  );
}
