import { expect, it } from "vitest";
import { confusion } from "../../runtime/metrics/index.js";

it("counts what each class was taken for", () => {
  const judged = {
    classes: ["a", "b", "c"],
    labels: Int32Array.from([0, 0, 1, 2, 2]),
    predicted: Int32Array.from([0, 1, 1, 0, 0]),
  };
  expect([...confusion(judged)]).toEqual([1, 1, 0, 0, 1, 0, 2, 0, 0]);
});
