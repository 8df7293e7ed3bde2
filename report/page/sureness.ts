import { atoms, fromNats, kindOf } from "../content.js";
import { estimatedAgainstExact } from "../figures/gate.js";
import { atomName, fixed, percent } from "../figures/names.js";
import { correlation, meanAndError, quantiles } from "../figures/statistics.js";
import { h, responsive, section, swatch, table } from "./dom.js";
import { grouped } from "./filters.js";
import type { Measured, Store } from "./store.js";

/** How sure the figures are: of means, of single samples, and against the truth where it is known. */
export function surenessSection(store: Store): HTMLElement | undefined {
  if (store.measured === undefined) return undefined;
  const place = h("div");
  const build = () => place.replaceChildren(...parts(store, store.measured as Measured));
  build();
  store.on("measure", build);
  return section("sureness", "How sure this is", "", place);
}

function parts(store: Store, { item, values, errors }: Measured): HTMLElement[] {
  const rows = Array.from({ length: store.size }, (_, i) => i).filter((i) => !Number.isNaN(values.r[i]));
  const made: HTMLElement[] = [];
  const known = atoms.every(
    (atom) => errors[atom] !== undefined && rows.some((i) => !Number.isNaN(errors[atom]?.[i])),
  );
  if (known) {
    const clear = rows.filter((i) => {
      const [first, second] = [...atoms].sort(
        (a, b) => (values[b][i] as number) - (values[a][i] as number),
      ) as [(typeof atoms)[number], (typeof atoms)[number]];
      const gap = (values[first][i] as number) - (values[second][i] as number);
      return gap > 2 * Math.hypot(errors[first]?.[i] as number, errors[second]?.[i] as number);
    });
    made.push(
      h(
        "p",
        {},
        `Of ${grouped(rows.length)} samples, `,
        h("strong", {}, percent(clear.length / rows.length)),
        " have a strongest part that leads by more than two of their own standard errors. A sample's error is the spread between the times that the folds were drawn; what no classifier finds is not in it.",
      ),
    );
  }
  const summary = atoms.map((atom) => {
    const list = rows.map((i) => values[atom][i] as number);
    const { mean, error } = item.mean[atom] ?? meanAndError(list);
    const spread = quantiles(list, [0.05, 0.5, 0.95]).map((value) => fixed(value, 2));
    const [median = NaN] = known
      ? quantiles(
          rows.map((i) => errors[atom]?.[i] as number),
          [0.5],
        )
      : [];
    return [
      h("span", {}, swatch(kindOf[atom]), atomName(atom, item.modalities)),
      `${fixed(mean)} ± ${fixed(error)}`,
      `${fixed(mean - 1.96 * error)} to ${fixed(mean + 1.96 * error)}`,
      spread.join(", "),
      known ? fixed(median, 2) : "–",
    ];
  });
  made.push(
    table(
      `Means and their errors in ${item.unit}`,
      [
        "interaction",
        "mean ± standard error",
        "95 % interval",
        "5, 50, 95 % of samples",
        "median error of a sample",
      ],
      summary,
    ),
  );
  const exact = atoms.map((atom) => store.columns.get(`exact:${atom}`));
  const scale = fromNats(item.unit);
  if (scale !== undefined && exact.every((column) => column !== undefined) && item.modalities.length === 2) {
    const pairs = atoms.map((atom, a) => ({
      atom,
      truth: rows.map((i) => scale * (exact[a]?.[i] as number)),
      found: rows.map((i) => values[atom][i] as number),
    }));
    made.push(
      h("h3", {}, "Against the truth"),
      h("p", {}, "These samples are synthetic, so that their interactions are known exactly."),
      h(
        "div",
        { class: "grid four" },
        ...pairs.map(({ atom, truth, found }) =>
          responsive(
            h("span", {}, swatch(kindOf[atom]), h("strong", {}, atomName(atom, item.modalities))),
            (width) =>
              estimatedAgainstExact(
                atom,
                { exact: truth, estimated: found, name: atom, unit: item.unit },
                { width },
              ),
          ),
        ),
      ),
      table(
        "Estimates against exact values",
        ["interaction", "mean, estimated", "mean, exact", "mean absolute error", "correlation (95 %)"],
        pairs.map(({ atom, truth, found }) => {
          const c = correlation(truth, found);
          return [
            h("span", {}, swatch(kindOf[atom]), atomName(atom, item.modalities)),
            fixed(meanAndError(found).mean),
            fixed(meanAndError(truth).mean),
            fixed(meanAndError(found.map((value, i) => Math.abs(value - (truth[i] as number)))).mean),
            `${fixed(c.value, 2)} (${fixed(c.low, 2)} to ${fixed(c.high, 2)})`,
          ];
        }),
      ),
    );
  }
  for (const [what, counts] of Object.entries(item.chosen ?? {})) {
    if (typeof counts !== "object") continue;
    made.push(
      h(
        "details",
        {},
        h("summary", {}, `Which ${what} were chosen`),
        table(
          `Chosen ${what}`,
          ["model", "folds"],
          Object.entries(counts).map(([name, count]) => [name, String(count)]),
        ),
      ),
    );
  }
  return made;
}
