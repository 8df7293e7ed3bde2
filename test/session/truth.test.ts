import { expect, it } from "vitest";
import type { Predictions } from "../../runtime/learning/predict.js";
import { summariseTruth } from "../../runtime/session/truth.js";

const truth = {
  bayesAccuracy: 0.75,
  typeNames: ["redundant", "unique(a)", "synergistic"],
  types: Int32Array.from([0, 0, 2, 2]),
  typePosterior: Float64Array.from([0.9, 0, 0.1, 0.4, 0, 0.6, 0.3, 0, 0.7, 0, 0, 1]),
};

const predictions = {
  size: 4,
  labels: Int32Array.from([0, 1, 0, 1]),
  predicted: Int32Array.from([0, 1, 1, 1]),
  shares: Float32Array.from([0.75, 0.25, 0.25, 0.75, 0.5, 0.5, 0, 1]),
  truth,
} as unknown as Predictions;

it("tells how each type fares, by shares, by the component that dominates, and by the exact posterior", () => {
  expect(summariseTruth(predictions, ["redundant", "synergistic"])).toEqual({
    bayesAccuracy: 0.75,
    byType: [
      {
        type: "redundant",
        samples: 2,
        accuracy: 1,
        shares: { redundant: 0.5, synergistic: 0.5 },
        dominant: { redundant: 1, synergistic: 1 },
        // Of the four pairs .75 is above .5 and 0, .25 above 0 alone.
        auroc: { redundant: 0.75, synergistic: 0.25 },
        posterior: { dominant: { redundant: 1, synergistic: 1 }, auroc: 1 },
      },
      {
        type: "synergistic",
        samples: 2,
        accuracy: 0.5,
        shares: { redundant: 0.25, synergistic: 0.75 },
        // Of equal shares the first.
        dominant: { redundant: 1, synergistic: 1 },
        auroc: { redundant: 0.25, synergistic: 0.75 },
        posterior: { dominant: { redundant: 0, synergistic: 2 }, auroc: 1 },
      },
    ],
  });
});

it("has nothing to tell apart where all samples are of one type, and nothing of a gate without one", () => {
  const one = { ...predictions, shares: undefined, truth: { ...truth, types: new Int32Array(4) } };
  expect(summariseTruth(one as Predictions, undefined)).toEqual({
    bayesAccuracy: 0.75,
    byType: [{ type: "redundant", samples: 4, accuracy: 0.75 }],
  });
  expect(summariseTruth({ ...predictions, truth: undefined } as unknown as Predictions, undefined)).toBe(
    undefined,
  );
});
