import type { Measure } from "./study.js";
import { componentOf, type RunReport } from "./results/report.js";

export const accuracy: Measure = {
  name: "accuracy",
  title: "accuracy",
  of: ({ metrics }) => metrics.accuracy?.value,
  best: ({ truth }) => truth?.bayesAccuracy,
};

export const synergyIndicator: Measure = {
  name: "synergy_indicator",
  title: "synergy indicator: right while each modality alone is wrong",
  of: ({ metrics }) => metrics.synergy_indicator?.value,
  metrics: ["synergy_indicator"],
};

/** Share of the samples whose true type is that of the component with the largest share. */
export const named: Measure = {
  name: "named",
  title: "share of the samples whose dominant share names their true type",
  of: ({ truth }) => {
    if (truth?.byType[0]?.dominant === undefined) return undefined;
    return ofAll(truth.byType, ({ type, dominant = {} }) => dominant[componentOf(type, dominant) ?? ""] ?? 0);
  },
  best: ({ truth }) => {
    if (truth?.byType[0]?.posterior === undefined) return undefined;
    return ofAll(truth.byType, ({ type, posterior }) => posterior?.dominant[type] ?? 0);
  },
};

type ByType = NonNullable<RunReport["truth"]>["byType"];

function ofAll(byType: ByType, hits: (own: ByType[number]) => number): number {
  const samples = byType.reduce((sum, own) => sum + own.samples, 0);
  return byType.reduce((sum, own) => sum + hits(own), 0) / samples;
}

/** How well the share of a kind's component tells samples of that kind from all others. */
export function kindAuroc(type: string): Measure {
  const own = ({ truth }: RunReport) => truth?.byType.find((row) => row.type === type);
  return {
    name: `auroc-${type.replace(/\W+/g, "-").replace(/-$/, "")}`,
    title: `AUROC of the share of ${type}`,
    of: (report) => {
      const aurocs = own(report)?.auroc;
      return aurocs?.[componentOf(type, aurocs) ?? ""];
    },
    best: (report) => own(report)?.posterior?.auroc,
  };
}

/** Accuracy of the samples that lack a modality, or of those that lack none. */
export function lacking(some: boolean): Measure {
  return {
    name: some ? "accuracy-lacking" : "accuracy-whole",
    title: some ? "accuracy of the samples that lack `b`" : "accuracy of the samples that lack nothing",
    of: ({ lacking, metrics }) => {
      // A run in which nothing is missing has no such table.
      if (lacking === undefined) return some ? undefined : metrics.accuracy?.value;
      return lacking.find(({ lacks }) => lacks.length > 0 === some)?.accuracy;
    },
  };
}

/** How well samples of held-out classes are told from the test samples. */
export const outsideByConfidence: Measure = {
  name: "auroc-confidence",
  title: "AUROC of the confidence: test samples against samples of held-out classes",
  of: ({ outside }) => outside?.auroc.confidence,
};

export const outsideByEntropy: Measure = {
  name: "auroc-entropy",
  title: "AUROC of the entropy: test samples against samples of held-out classes",
  of: ({ outside }) => outside?.auroc.entropy,
};

/** How sure the model is where it can't be right. */
export const outsideConfidence: Measure = {
  name: "confidence-outside",
  title: "mean confidence in samples of held-out classes",
  of: ({ outside }) => outside?.confidence.outside,
};

export const insideConfidence: Measure = {
  name: "confidence-inside",
  title: "mean confidence in test samples",
  of: ({ outside }) => outside?.confidence.test,
};
