import { drawn } from "../tables/data.js";
import { measures, metrics } from "../tables/evaluation.js";
import { layers, oneHot } from "../tables/layers.js";
import { merges } from "../tables/merges.js";
import { targets } from "../tables/targets.js";
import { optimizers, schedules } from "../tables/training.js";

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
  "decide",
  "dominates",
  "evidence",
  "gateShares",
  "inferInteraction",
  "interactionLesson",
  "intraDecomposition",
  "klToStandardNormal",
  "linear",
  "linearProbes",
  "loadData",
  "loadFrozen",
  "maskMissing",
  "missing",
  "mixture",
  "modalityWeights",
  "modulateGradients",
  "monoModalResponses",
  "noIntraDecomposition",
  "not",
  "openSession",
  "opinions",
  "or",
  "padded",
  "Parameters",
  "parsimony",
  "pidComposition",
  "plain",
  "productOfExperts",
  "prototypes",
  "reconstructionError",
  "redundancyLoss",
  "replaceModality",
  "scaled",
  "shareColumns",
  "synergyLoss",
  "targetScale",
  "tf",
  "trueLabelProbability",
  "uniquenessLoss",
  "variation",
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
  "Statistics",
  "TensorBatch",
];

/** Every value that generated code may import from the runtime. */
export const runtimeValues: readonly string[] = [
  ...fixed,
  ...[...drawn.values()].flatMap(({ load }) => Object.values(load)),
  ...[...layers.values(), oneHot].flatMap(({ name, runtime = [name] }) => runtime),
  ...[...merges.values()].map(({ name, runtime }) => runtime ?? name),
  ...[...optimizers.values()].map(({ name, runtime }) => runtime ?? name),
  ...[...schedules.values()].map(({ runtime }) => runtime),
  ...[...targets.values()].flatMap(({ loss, losses, ensemble, predict }) => [
    loss,
    losses,
    ensemble,
    predict,
  ]),
  ...[...metrics.values()].flatMap(({ runtime }) => Object.values(runtime)),
  ...[...measures.values()].map(({ runtime }) => runtime),
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
  "labels",
  "loadSamples",
  "Opinions",
  "rules",
  "stages",
];
