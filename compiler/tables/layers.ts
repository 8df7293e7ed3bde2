import { embed } from "./layers/columns.js";
import { elementwise, dense, mlp, reshape, flatten, dropout, norm } from "./layers/features.js";
import { frozen, custom } from "./layers/files.js";
import { conv, pool, overall, resnet } from "./layers/pictures.js";
import type { LayerRow } from "./layers/row.js";
import { conv1d, recurrent, attention, transformer, mel } from "./layers/time.js";

export { columnSizes, oneHot } from "./layers/columns.js";
export type { LayerRow, LayerSource, ShapeProblem } from "./layers/row.js";

/** The layers of the language, by name. The checker, the emitter, completion and the documentation read this table. */
export const layers: ReadonlyMap<string, LayerRow> = new Map(
  [
    dense,
    mlp,
    conv,
    conv1d,
    pool,
    overall("mean", "globalMean", "The mean over time, or over a picture."),
    overall("max", "globalMax", "The largest value over time, or over a picture."),
    flatten,
    reshape,
    embed,
    recurrent(
      "gru",
      "Gated recurrent unit (Cho et al. 2014), its reset gate behind the product with the state.",
      3,
      4,
    ),
    recurrent("lstm", "Long short-term memory (Hochreiter and Schmidhuber 1997).", 4, 4),
    attention,
    transformer,
    resnet,
    mel,
    norm,
    dropout,
    elementwise("relu", "max(0, x)."),
    elementwise("gelu", "Gaussian error linear unit."),
    elementwise("tanh", "Hyperbolic tangent."),
    frozen,
    custom,
  ].map((row) => [row.name, row]),
);
