import { drawn } from "../tables/data.js";
import { measures, metrics } from "../tables/evaluation.js";
import { layers, oneHot } from "../tables/layers.js";
import { merges } from "../tables/merges.js";
import { optimizers } from "../tables/training.js";

/** What generated code imports besides what the tables name. */
const fixed = [
  "above",
  "adaptiveModulation",
  "alignmentLoss",
  "allPresent",
  "and",
  "anyPresent",
  "below",
  "chain",
  "consistencyDecomposition",
  "crossCovariance",
  "crossEntropies",
  "crossEntropy",
  "decide",
  "dominates",
  "ensemble",
  "evidence",
  "gateShares",
  "inferInteraction",
  "intraDecomposition",
  "klToStandardNormal",
  "linear",
  "linearProbes",
  "loadData",
  "loadFrozen",
  "maskMissing",
  "missing",
  "mixture",
  "modulateGradients",
  "monoModalResponses",
  "noIntraDecomposition",
  "not",
  "openSession",
  "opinions",
  "or",
  "Parameters",
  "parsimony",
  "plain",
  "predict",
  "productOfExperts",
  "prototypes",
  "reconstructionError",
  "redundancyLoss",
  "replaceModality",
  "scaled",
  "shareColumns",
  "synergyLoss",
  "tf",
  "uniquenessLoss",
  "vclub",
];

const types = [
  "Answer",
  "Context",
  "Losses",
  "Model",
  "Names",
  "Rule",
  "Session",
  "Splits",
  "Stage",
  "TensorBatch",
];

/** Every value that generated code may import from the runtime. */
export const runtimeValues: readonly string[] = [
  ...fixed,
  ...[...drawn.values()].map(({ load }) => load),
  ...[...layers.values(), oneHot].flatMap(({ name, runtime = [name] }) => runtime),
  ...merges.keys(),
  ...optimizers.keys(),
  ...[...metrics.values(), ...measures.values()].map(({ runtime }) => runtime),
];

/** Every name, of a value or a type, that generated code may import from the runtime or give to something itself. */
export const runtimeNames: readonly string[] = [
  ...runtimeValues,
  ...types,
  "classes",
  "components",
  "Encodings",
  "evaluate",
  "Experts",
  "Interactions",
  "Intra",
  "kl",
  "loadSamples",
  "Opinions",
  "rules",
  "stages",
];
