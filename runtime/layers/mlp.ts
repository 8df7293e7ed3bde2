import type { Activation } from "./activation.js";
import { chain } from "./chain.js";
import { dense } from "./dense.js";
import type { VectorLayerMaker } from "./layer.js";

export interface MlpOptions {
  inputs: number;
  /** Units of each layer; with none the output is the input. */
  units: readonly number[];
  /** @default "relu" */
  activation?: Activation;
}

/** Multilayer perceptron: [batch, inputs] -> [batch, last of units]; the activation follows every layer. */
export function mlp({ inputs, units, activation = "relu" }: MlpOptions): VectorLayerMaker {
  const widths = [inputs, ...units];
  return chain(...units.map((width, i) => dense({ inputs: widths[i] ?? inputs, units: width, activation })));
}
