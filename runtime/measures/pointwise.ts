import { atomsOf } from "./atoms.js";
import { pairCodes, weightsOf, type Cells, type Symbols } from "./cells.js";
import type { Columns } from "./decomposition.js";
import { pluginPid, type PluginOptions, type PluginPid } from "./plugin.js";

/**
 * The decomposition of `lsmi` with plug-in probabilities, exact for discrete modalities (Finn and Lizier 2018, Entropy 20(4):297): p is
 * how often something occurs in the samples given. In nats.
 * @param sources two of them, as symbols
 * @throws RangeError when there are not two sources, their lengths differ or there are no samples
 */
export function pointwise(
  sources: readonly Symbols[],
  labels: Symbols,
  options: PluginOptions = {},
): PluginPid {
  if (sources.length !== 2) throw new RangeError(`pointwise measures two modalities, not ${sources.length}.`);
  const { cells: _, ...pid } = pluginPid(sources, labels, options, atomsOfCells);
  return pid;
}

function atomsOfCells({ sources, target, weights, total }: Cells): Columns {
  const logOf = (coded: Int32Array) => {
    const logs = weightsOf(coded, weights).map((weight) => Math.log(weight / total));
    return Float64Array.from(coded, (code) => logs[code] as number);
  };
  const [a, b] = sources as [Int32Array, Int32Array];
  const y = logOf(target);
  const [la, lb] = [logOf(a), logOf(b)];
  const information = (source: Int32Array, log: Float64Array) =>
    logOf(pairCodes(source, target)).map((joint, i) => joint - (log[i] as number) - (y[i] as number));
  const both = pairCodes(a, b);
  const negative = (values: Float64Array) => values.map((value) => -value);
  return {
    ...atomsOf(
      information(a, la),
      information(b, lb),
      information(both, logOf(both)),
      negative(la),
      negative(lb),
    ),
  };
}
