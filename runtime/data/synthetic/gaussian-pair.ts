import { Random } from "../random.js";
import { interactionsOf, type ExactInteractions, type KnownDensity } from "./known.js";

export interface GaussianPairOptions {
  classes: number;
  samples: number;
  /** Correlation of the two modalities' noise, in (-1, 1). @default 0.5 */
  rho?: number;
  /** Standard deviation of the noise. @default 0.5 */
  noise?: number;
  /** @default 1 */
  seed?: number;
}

export interface GaussianPair {
  /** [samples, classes] each. */
  x1: Float32Array;
  x2: Float32Array;
  labels: Int32Array;
  density: KnownDensity;
  /** @param logDeterminants of the maps under which an estimate measured the entropies of x1 and x2 */
  exact(logDeterminants?: readonly [number, number]): ExactInteractions;
}

/**
 * The pair of Gaussian modalities of the LSMI code (Yang et al. 2025): x1 = onehot(y) + 0.5 a,
 * x2 = onehot(y) + 0.5 (rho a + sqrt(1 - rho^2) b), with a and b standard normal; its exact interactions are known.
 * @throws RangeError when rho isn't inside (-1, 1)
 */
export function gaussianPair({
  classes,
  samples,
  rho = 0.5,
  noise = 0.5,
  seed = 1,
}: GaussianPairOptions): GaussianPair {
  if (!(Math.abs(rho) < 1)) throw new RangeError("rho must lie between -1 and 1.");
  const random = new Random(seed).fork("gaussian pair");
  const x1 = new Float32Array(samples * classes);
  const x2 = new Float32Array(samples * classes);
  const labels = new Int32Array(samples);
  const own = Math.sqrt(1 - rho * rho);
  for (let i = 0; i < samples; i++) {
    const y = random.integer(classes);
    labels[i] = y;
    for (let c = 0; c < classes; c++) {
      const [a, b] = [random.normal(), random.normal()];
      const mean = c === y ? 1 : 0;
      x1[i * classes + c] = mean + noise * a;
      x2[i * classes + c] = mean + noise * (rho * a + own * b);
    }
  }
  const logNormal = -Math.log(noise * Math.sqrt(2 * Math.PI));
  const joint = new Float64Array(classes);
  const density: KnownDensity = {
    names: ["x1", "x2"],
    classes,
    labels,
    logPrior: new Float64Array(classes).fill(-Math.log(classes)),
    logJoint(sample, read) {
      joint.fill(-Math.log(classes));
      if (read === 0) return joint;
      for (let y = 0; y < classes; y++) {
        for (let c = 0; c < classes; c++) {
          const mean = c === y ? 1 : 0;
          const a = ((x1[sample * classes + c] as number) - mean) / noise;
          const b = ((x2[sample * classes + c] as number) - mean) / noise;
          const log =
            read === 1
              ? -0.5 * a * a + logNormal
              : read === 2
                ? -0.5 * b * b + logNormal
                : (-0.5 * (a * a - 2 * rho * a * b + b * b)) / (own * own) + 2 * logNormal - Math.log(own);
          joint[y] = (joint[y] as number) + log;
        }
      }
      return joint;
    },
  };
  const exact: GaussianPair["exact"] = (logDeterminants) => interactionsOf(density, logDeterminants);
  return { x1, x2, labels, density, exact };
}
