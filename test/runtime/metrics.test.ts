import { describe, expect, it } from "vitest";
import { accuracy, calibration, macroF1, synergyIndicator } from "../../runtime/metrics/index.js";

const judged = {
  size: 4,
  classes: ["a", "b"],
  labels: Int32Array.from([0, 0, 1, 1]),
  predicted: Int32Array.from([0, 1, 1, 1]),
  probabilities: Float32Array.from([0.9, 0.1, 0.4, 0.6, 0.2, 0.8, 0.3, 0.7]),
};

describe("metrics", () => {
  it("give accuracy with Wilson's interval", () => {
    const { value, interval } = accuracy(judged);
    expect(value).toBe(0.75);
    expect(interval?.[0]).toBeCloseTo(0.3006, 3);
    expect(interval?.[1]).toBeCloseTo(0.9544, 3);
  });

  it("give macro F1", () => {
    expect(macroF1(judged).value).toBeCloseTo((2 / 3 + 4 / 5) / 2, 9);
  });

  it("give the calibration error, the likelihood and the Brier score", () => {
    const { value, details } = calibration(judged, { bins: 1 });
    expect(value).toBeCloseTo(0.75 - (0.9 + 0.6 + 0.8 + 0.7) / 4, 6);
    expect(details?.logLoss).toBeCloseTo(
      -(Math.log(0.9) + Math.log(0.4) + Math.log(0.8) + Math.log(0.7)) / 4,
      5,
    );
    expect(details?.brier).toBeCloseTo((0.02 + 0.72 + 0.08 + 0.18) / 4, 5);
  });

  it("count what is right though each modality alone is wrong", () => {
    const alone = {
      x: Float32Array.from([0.1, 0.9, 1, 0, 1, 0, 0, 1]),
      y: Float32Array.from([0.2, 0.8, 1, 0, 1, 0, 1, 0]),
    };
    expect(synergyIndicator(judged, alone).value).toBe(0.5);
  });
});
