import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { Random } from "../random.js";
import type { KnownDensity } from "./known.js";
import { normalBetween, normalQuantile } from "./normal.js";
import type { PerModality } from "./sample.js";

export interface FeatureSumOptions {
  /** Features of each modality; twice `latent` or more. */
  widths: Readonly<Record<string, number>>;
  classes: number;
  samples: number;
  /** Share of the latent features common to all modalities that the class sums. @default 0 */
  shared?: number;
  /** Share of a modality's own latent features that the class sums, the same for each or by name. @default 0 */
  own?: PerModality;
  /** Features of each latent vector. @default 5 */
  latent?: number;
  /** Variance of each latent feature. @default 1.5 */
  variance?: number;
  /** Standard deviation of what is added to the sum and shown by no modality, in deviations of the sum. @default 0 */
  noise?: number;
  /** @default 1 */
  seed?: number;
}

export interface FeatureSumData {
  /** Per modality, [samples, width]. */
  inputs: Record<string, Float32Array>;
  labels: Int32Array;
  /** What the class is a quantile of. */
  sums: Float64Array;
  /** The mean of a sample's sum, given what the modalities read show: no prediction has a smaller error. Bit m stands for modality m. */
  expectedSum(sample: number, read: number): number;
  density: KnownDensity;
}

/**
 * The feature-sum data of Liang et al. (NeurIPS 2023, arXiv 2302.12247, section 4.1): latent vectors z_m of each modality and z_c
 * common to all; x_m = [T_m z_m, T_mc z_c] through fixed random matrices; the class is the quantile in which the sum of some of the
 * latent features falls. Common features are told redundantly, a modality's own uniquely, and those of several modalities
 * together. Nothing is lost on the way, so that p(y | x) follows from the normal distribution of what isn't seen.
 * The entropies are those of x_m in the space that its columns span.
 * @throws RangeError when the options make no sense
 */
export function featureSum({
  widths,
  classes,
  samples,
  shared = 0,
  own = 0,
  latent = 5,
  variance = 1.5,
  noise = 0,
  seed = 1,
}: FeatureSumOptions): FeatureSumData {
  const names = Object.keys(widths);
  if (names.length < 2) throw new RangeError("The feature sum needs two modalities or more.");
  const ownOf = (name: string) => (typeof own === "object" ? (own[name] ?? 0) : own);
  /** How many features of each latent vector are summed; the last one is the common one. */
  const counts = [...names.map(ownOf), shared].map((share) => Math.round(share * latent));
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) throw new RangeError("The class sums no feature: give `shared` or `own` a share.");
  const random = new Random(seed).fork("feature sum");
  const maps = names.map((name) =>
    drawMaps(name, widths[name] as number, latent, random.fork(`map ${name}`)),
  );
  const draw = random.fork("samples");
  const inputs = Object.fromEntries(
    names.map((name) => [name, new Float32Array(samples * (widths[name] as number))]),
  );
  const labels = new Int32Array(samples);
  const deviation = Math.sqrt(variance);
  const spread = deviation * Math.sqrt(total);
  const scale = spread * Math.hypot(1, noise);
  // Where the sum, a normal variable of this scale, passes from one class to the next.
  const bounds = Array.from({ length: classes + 1 }, (_, k) => scale * normalQuantile(k / classes));
  /** Per latent vector: what it adds to the sum, and the sum of its squares. */
  const sums = counts.map(() => new Float64Array(samples));
  const squares = counts.map(() => new Float64Array(samples));
  const wholes = new Float64Array(samples);
  for (let i = 0; i < samples; i++) {
    const z = counts.map(() => Float64Array.from({ length: latent }, () => deviation * draw.normal()));
    z.forEach((features, k) => {
      (sums[k] as Float64Array)[i] = features.slice(0, counts[k]).reduce((a, b) => a + b, 0);
      (squares[k] as Float64Array)[i] = features.reduce((a, b) => a + b * b, 0);
    });
    const hidden = noise === 0 ? 0 : noise * spread * draw.normal();
    const sum = sums.reduce((all, each) => all + (each[i] as number), hidden);
    wholes[i] = sum;
    labels[i] = Math.max(
      0,
      bounds.findLastIndex((bound) => sum >= bound),
    );
    names.forEach((name, m) => {
      const { width, ownMap, sharedMap } = maps[m] as Maps;
      const shown = inputs[name] as Float32Array;
      apply(ownMap, z[m] as Float64Array, shown, i * width);
      apply(sharedMap, z[names.length] as Float64Array, shown, i * width + ownMap.columns);
    });
  }
  const density = densityOf({
    names,
    labels,
    classes,
    counts,
    sums,
    squares,
    bounds,
    variance,
    latent,
    maps,
    hidden: noise ** 2 * total,
  });
  const expectedSum = (sample: number, read: number) =>
    sums.reduce((seen, each, k) => seen + (isSeen(k, read, names.length) ? (each[sample] as number) : 0), 0);
  return { inputs, labels, sums: wholes, expectedSum, density };
}

/** Whether the modalities read show a latent vector: that of modality k, or the common one. */
function isSeen(k: number, read: number, common: number): boolean {
  return k === common ? read !== 0 : (read & (1 << k)) !== 0;
}

interface Maps {
  width: number;
  /** [latent, features] each. */
  ownMap: Matrix;
  sharedMap: Matrix;
}

function drawMaps(name: string, width: number, latent: number, random: Random): Maps {
  const half = Math.floor(width / 2);
  if (half < latent) throw new RangeError(`Modality ${name} needs ${2 * latent} features or more.`);
  const draw = (columns: number) => {
    const map = Matrix.zeros(latent, columns);
    for (let a = 0; a < latent; a++) for (let b = 0; b < columns; b++) map.set(a, b, random.uniform());
    return map;
  };
  return { width, ownMap: draw(half), sharedMap: draw(width - half) };
}

function apply(map: Matrix, features: Float64Array, shown: Float32Array, at: number): void {
  for (let j = 0; j < map.columns; j++) {
    let sum = 0;
    for (let k = 0; k < map.rows; k++) sum += (features[k] as number) * map.get(k, j);
    shown[at + j] = sum;
  }
}

function gram(map: Matrix): Matrix {
  return map.mmul(map.transpose());
}

/** log of the factor by which a map to more dimensions enlarges volumes, by its Gram matrix. */
function logVolume(ofMap: Matrix): number {
  const lower = new CholeskyDecomposition(ofMap).lowerTriangularMatrix;
  return lower.diagonal().reduce((sum, value) => sum + Math.log(value), 0);
}

function densityOf({
  names,
  labels,
  classes,
  counts,
  sums,
  squares,
  bounds,
  variance,
  latent,
  maps,
  hidden,
}: {
  names: readonly string[];
  labels: Int32Array;
  classes: number;
  counts: readonly number[];
  sums: readonly Float64Array[];
  squares: readonly Float64Array[];
  bounds: readonly number[];
  variance: number;
  latent: number;
  maps: readonly Maps[];
  /** The noise's variance, in variances of a latent feature. */
  hidden: number;
}): KnownDensity {
  const joint = new Float64Array(classes);
  const common = names.length;
  const volumes = maps.map(({ ownMap }) => logVolume(gram(ownMap)));
  /** log of the volume that the modalities read give to the common features, which each of them shows. */
  const sharedVolume = memoise((read: number) => {
    const total = Matrix.zeros(latent, latent);
    maps.forEach(({ sharedMap }, m) => {
      if (read & (1 << m)) total.add(gram(sharedMap));
    });
    return logVolume(total);
  });
  const logConstant = -0.5 * latent * Math.log(2 * Math.PI * variance);
  return {
    names,
    classes,
    labels,
    logPrior: new Float64Array(classes).fill(-Math.log(classes)),
    logJoint(sample, read) {
      let seen = 0;
      let unseen = hidden;
      let log = read === 0 ? 0 : -sharedVolume(read);
      counts.forEach((count, k) => {
        if (isSeen(k, read, common)) {
          seen += sums[k]?.[sample] as number;
          log += logConstant - (squares[k]?.[sample] as number) / (2 * variance) - (volumes[k] ?? 0);
        } else unseen += count;
      });
      const scale = Math.sqrt(variance * unseen);
      for (let y = 0; y < classes; y++) {
        const [low, high] = [(bounds[y] as number) - seen, (bounds[y + 1] as number) - seen];
        const chance =
          unseen === 0 ? (y === labels[sample] ? 1 : 0) : normalBetween(low / scale, high / scale);
        joint[y] = log + Math.log(chance);
      }
      return joint;
    },
  };
}

function memoise(f: (key: number) => number): (key: number) => number {
  const known = new Map<number, number>();
  return (key) => {
    const value = known.get(key) ?? f(key);
    known.set(key, value);
    return value;
  };
}
