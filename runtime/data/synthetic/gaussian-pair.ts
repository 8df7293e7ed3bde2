import { atomsOf } from "../../measures/atoms.js";
import { Random } from "../random.js";
import type { ExactInteractions } from "./exact.js";

export interface GaussianPair {
  /** [samples, classes] each. */
  x1: Float32Array;
  x2: Float32Array;
  labels: Int32Array;
  /** @param logDeterminants of the maps under which an estimate measured the entropies of x1 and x2 */
  exact(logDeterminants?: readonly [number, number]): ExactInteractions;
}

const spread = 0.5;

/**
 * The pair of Gaussian modalities of the LSMI code (Yang et al. 2025): x1 = onehot(y) + 0.5 a,
 * x2 = onehot(y) + 0.5 (rho a + sqrt(1 - rho^2) b), with a and b standard normal; its exact interactions are known.
 */
export function gaussianPair({
  classes,
  samples,
  rho = 0.5,
  seed,
}: {
  classes: number;
  samples: number;
  rho?: number;
  seed: number;
}): GaussianPair {
  const random = new Random(seed).fork("gaussian pair");
  const x1 = new Float32Array(samples * classes);
  const x2 = new Float32Array(samples * classes);
  const labels = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const y = random.integer(classes);
    labels[i] = y;
    for (let c = 0; c < classes; c++) {
      const [a, b] = [random.normal(), random.normal()];
      const mean = c === y ? 1 : 0;
      x1[i * classes + c] = mean + spread * a;
      x2[i * classes + c] = mean + spread * (rho * a + Math.sqrt(1 - rho * rho) * b);
    }
  }
  const logNormal = -Math.log(spread * Math.sqrt(2 * Math.PI));
  return {
    x1,
    x2,
    labels,
    exact(logDeterminants = [0, 0]) {
      const arrays = Array.from({ length: 5 }, () => new Float64Array(samples));
      const [i1, i2, i12, h1, h2] = arrays as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      for (let i = 0; i < samples; i++) {
        const logs = [0, 1, 2].map(() => new Float64Array(classes));
        for (let y = 0; y < classes; y++) {
          for (let c = 0; c < classes; c++) {
            const mean = c === y ? 1 : 0;
            const a = ((x1[i * classes + c] as number) - mean) / spread;
            const b = ((x2[i * classes + c] as number) - mean) / spread;
            const add = (which: number, value: number) => {
              const row = logs[which] as Float64Array;
              row[y] = (row[y] as number) + value;
            };
            add(0, -0.5 * a * a + logNormal);
            add(1, -0.5 * b * b + logNormal);
            add(
              2,
              (-0.5 * (a * a - 2 * rho * a * b + b * b)) / (1 - rho * rho) +
                2 * logNormal -
                0.5 * Math.log(1 - rho * rho),
            );
          }
        }
        const read = logs.map((row) => {
          const largest = Math.max(...row);
          const total = largest + Math.log(row.reduce((sum, v) => sum + Math.exp(v - largest), 0));
          const label = labels[i] as number;
          return {
            information: (row[label] as number) - total + Math.log(classes),
            entropy: -total + Math.log(classes),
          };
        });
        i1[i] = read[0]?.information as number;
        i2[i] = read[1]?.information as number;
        i12[i] = read[2]?.information as number;
        h1[i] = (read[0]?.entropy as number) + logDeterminants[0];
        h2[i] = (read[1]?.entropy as number) + logDeterminants[1];
      }
      return { ...atomsOf(i1, i2, i12, h1, h2), i1, i2, i12, h1, h2 };
    },
  };
}
