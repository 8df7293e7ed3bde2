import { describe, expect, it } from "vitest";
import type { Predictions } from "../../runtime/learning/predict.js";
import { summariseOutside } from "../../runtime/session/outside.js";

/** Predictions of three classes, of which the last is held out. */
function predictions(labels: number[], rows: number[][]): Predictions {
  return {
    size: labels.length,
    classes: ["calm", "busy", "lost"],
    labels: Int32Array.from(labels),
    index: Int32Array.from(labels.keys()),
    probabilities: Float32Array.from(rows.flat()),
    predicted: Int32Array.from(rows, (row) => row.indexOf(Math.max(...row))),
    present: {},
    encodings: {},
    inputs: {},
    shapes: {},
  };
}

describe("summariseOutside", () => {
  it("ranks by confidence and by entropy", () => {
    const test = predictions(
      [0, 1],
      [
        [0.9, 0.1, 0],
        [0.2, 0.6, 0.2],
      ],
    );
    const outside = predictions(
      [2, 2],
      [
        [0.5, 0.5, 0],
        [0.7, 0.15, 0.15],
      ],
    );
    const summary = summariseOutside(test, outside);
    expect(summary).toMatchObject({ classes: ["lost"], samples: 2 });
    // 0.9 beats both, 0.6 beats 0.5 alone; in entropy the row of 0.6 is the widest of all.
    expect(summary.auroc).toEqual({ confidence: 0.75, entropy: 0.5 });
    expect(summary.confidence.test).toBeCloseTo(0.75, 6);
    expect(summary.confidence.outside).toBeCloseTo(0.6, 6);
  });
});
