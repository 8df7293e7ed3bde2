import { describe, expect, it } from "vitest";
import type { Predictions } from "../../runtime/learning/predict.js";
import { readNpy } from "../../runtime/data/npz.js";
import { packNpy } from "../../runtime/data/write-npz.js";
import { heldOutArrays } from "../../runtime/session/held-out.js";

const size = 10;
const predictions: Predictions = {
  size,
  classes: ["a", "b"],
  labels: new Int32Array(size),
  predicted: new Int32Array(size),
  index: Int32Array.from({ length: size }, (_, i) => 100 + i),
  probabilities: new Float32Array(2 * size).fill(0.5),
  present: { sound: new Uint8Array(size).fill(1), image: new Uint8Array(size).fill(1) },
  encodings: {},
  shapes: { sound: [3], image: [2, 2, 1] },
  inputs: {
    sound: { width: 3, values: Float32Array.from({ length: 3 * size }, (_, i) => i / 7) },
    image: { width: 4, values: Float32Array.from({ length: 4 * size }, (_, i) => i / 10 - 1) },
  },
};

describe("held-out.npz", () => {
  it("keeps vectors as they are and pictures to half a step of 255", () => {
    const arrays = heldOutArrays(predictions);
    expect(arrays.input_sound).toEqual({ shape: [size, 3], values: predictions.inputs.sound?.values });
    expect(arrays.input_image?.shape).toEqual([size, 2, 2, 1]);
    const [least = 0, greatest = 0] = arrays.range_image?.values ?? [];
    expect([least, greatest]).toEqual([-1, Math.fround(2.9)]);
    arrays.input_image?.values.forEach((byte, i) => {
      const value = least + ((greatest - least) * byte) / 255;
      expect(Math.abs(value - (predictions.inputs.image?.values[i] as number))).toBeLessThan(
        (0.5001 * 3.9) / 255,
      );
    });
  });

  it("keeps evenly spaced samples when all would be too many bytes", () => {
    // One sample takes 3 x 4 + 4 = 16 bytes.
    const { kept, input_sound: sound } = heldOutArrays(predictions, 16 * 4 + 15);
    expect([...(kept?.values ?? [])]).toEqual([0, 2, 5, 7]);
    expect([...(sound?.values.subarray(3, 6) ?? [])]).toEqual([
      ...(predictions.inputs.sound?.values.subarray(6, 9) ?? []),
    ]);
    expect(heldOutArrays(predictions, 0).kept?.values).toHaveLength(0);
  });

  it("is written as NumPy writes it", () => {
    const values = Int32Array.of(1, -2, 3, 4, 5, 6);
    const bytes = packNpy({ shape: [3, 2], values });
    expect(new TextDecoder("latin1").decode(bytes.subarray(1, 6))).toBe("NUMPY");
    expect((10 + (bytes[8] as number) + 256 * (bytes[9] as number)) % 64).toBe(0);
    expect(readNpy(bytes)).toMatchObject({ kind: "numeric", shape: [2] });
    expect(Array.from(readNpy(bytes).values, Number)).toEqual([...values]);
    expect(new TextDecoder().decode(packNpy({ shape: [2], values: new Uint8Array(2) }))).toContain(
      "'shape': (2,), }",
    );
  });
});
