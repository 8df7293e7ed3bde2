import { spec } from "./specs.js";

/** Four variants that are trained in no time; one of them fails. */
export const sweepSpec = `${spec({
  train: "train { paradigm joint optimizer adam(lr: 1e-2) epochs 4 batch 32 seed 3 }",
  evaluate: "evaluate { accuracy, synergy_indicator, pid lsmi(folds: 2) per sample }",
})}
variants of Test {
  vary Left.mlp.units in [4, 8, 16]
  vary train.optimizer in [adam(lr: 1e-2), sgd(lr: 1e30)]
  where train.optimizer = adam or Left.mlp.units = 4
}
`;
