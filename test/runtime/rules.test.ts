import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  above,
  and,
  below,
  decide,
  dominates,
  gateShares,
  missing,
  not,
  or,
} from "../../runtime/fusion/index.js";
import type { Condition, Rule } from "../../runtime/fusion/index.js";
import { Random } from "../../runtime/index.js";

beforeAll(() => tf.setBackend("cpu"));

const shares = { r: [0.7, 0.2, 0.4], u: [0.2, 0.2, 0.4], s: [0.1, 0.6, 0.2] };
const column = (values: number[]) => tf.tensor2d(values, [values.length, 1]);
const input = () => ({
  shares: Object.fromEntries(Object.entries(shares).map(([name, values]) => [name, column(values)])),
  present: { image: column([1, 0, 1]) },
});
const predicting = { training: false, random: new Random(1), temperature: 0 };
const learning = (temperature: number) => ({ training: true, random: new Random(1), temperature });

function truth(condition: Condition, context = predicting): number[] {
  return [...condition.truth(input(), context).dataSync()];
}

describe("conditions", () => {
  it("are true or false when predicting", () => {
    expect(truth(above("s", 0.6))).toEqual([0, 0, 0]);
    expect(truth(above("s", 0.6, true)).map(Math.round)).toEqual([0, 1, 0]);
    expect(truth(below("r", 0.4))).toEqual([0, 1, 0]);
    expect(truth(above(["r", "u"], 0.75))).toEqual([1, 0, 1]);
    expect(truth(dominates("r"))).toEqual([1, 0, 0]); // a tie is no dominance
    expect(truth(missing("image"))).toEqual([0, 1, 0]);
    expect(truth(and(above("r", 0.3), not(dominates("r"))))).toEqual([0, 0, 1]);
    expect(truth(or(dominates("r"), missing("image")))).toEqual([1, 1, 0]);
  });

  it("lie between false and true while learning, nearer to them as the temperature falls", () => {
    const [warm = 0] = truth(above("r", 0.5), learning(0.3));
    const [cold = 0] = truth(above("r", 0.5), learning(0.02));
    expect(warm).toBeGreaterThan(0.5);
    expect(warm).toBeLessThan(0.9);
    expect(cold).toBeGreaterThan(0.999);
  });

  it("can be differentiated by the share", () => {
    const slope = tf.grad((x) =>
      above("r", 0.5).truth({ shares: { r: x as tf.Tensor2D }, present: {} }, learning(0.2)),
    )(column([0.5]));
    expect(slope.dataSync()[0]).toBeCloseTo(0.25 / 0.2, 5);
  });
});

describe("decide", () => {
  const logits = {
    r: tf.tensor2d([[1], [1], [1]]),
    u: tf.tensor2d([[2], [2], [2]]),
    s: tf.tensor2d([[3], [3], [3]]),
  };
  const rules: Rule[] = [
    { when: missing("image"), use: "u", text: "" },
    { when: dominates("r"), use: "r", text: "" },
    { use: "gate", text: "" },
  ];

  it("takes the first rule that holds, as written, when predicting", () => {
    const { logits: answer, weights } = decide(rules, logits, input(), predicting);
    expect(weights.arraySync()).toEqual([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    const gated = 0.4 * 1 + 0.4 * 2 + 0.2 * 3;
    [1, 2, gated].forEach((value, i) => expect(answer.dataSync()[i]).toBeCloseTo(value, 5));
  });

  it("shares out all of the decision while learning", () => {
    const { weights } = decide(rules, logits, input(), learning(0.3));
    for (const sum of tf.sum(weights, 1).dataSync()) expect(sum).toBeCloseTo(1, 6);
  });

  it("refuses rules that leave a sample without an answer", () => {
    expect(() => decide(rules.slice(0, 2), logits, input(), predicting)).toThrow("must have no condition");
  });
});

describe("gateShares", () => {
  it("gives nothing to what a sample can't use", () => {
    const scores = tf.tensor2d([[1, 2, 3]]);
    const [a = 0, b = 0, c = 0] = gateShares(scores, tf.tensor2d([[1, 1, 0]])).dataSync();
    expect(c).toBe(0);
    expect(a + b).toBeCloseTo(1, 6);
    expect(b / a).toBeCloseTo(Math.E, 4);
  });
});
