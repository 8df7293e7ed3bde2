import * as tf from "@tensorflow/tfjs-core";
import type { LayerMaker } from "./layer.js";

export interface MelOptions {
  /** Samples a second. */
  rate: number;
  /** Bands. */
  mels: number;
  /** Length of a frame in seconds. @default 0.025 */
  window?: number;
  /** Seconds from one frame to the next. @default 0.01 */
  hop?: number;
}

/** Added to the energies, so that silence has a logarithm. */
const floor = 1e-6;

/**
 * Log-mel spectrogram: [batch, samples] -> [batch, frames, mels], frames = 1 + floor((samples - window) / hop); nothing is padded. The power
 * spectrum of each frame under a periodic Hann window is summed in triangular bands whose corners are evenly spaced on
 * the scale of HTK, mel = 2595 log10(1 + f / 700) (HTK Book, section 5.4), from 0 to half the rate; heights are 1, and the logarithm is natural.
 */
export function mel({ rate, mels, window = 0.025, hop = 0.01 }: MelOptions): LayerMaker {
  const length = Math.max(1, Math.round(rate * window));
  const step = Math.max(1, Math.round(rate * hop));
  const { size, filters } = melFilters({ rate, mels, length });
  const bins = size / 2 + 1;
  const waves = fourierKernel(length, size);
  return () => ({
    apply(x) {
      const [batch = 0, samples = 0] = x.shape;
      // The Fourier transform of all frames is one convolution with sines and cosines.
      const kernel = tf.tensor4d(waves, [1, length, 1, 2 * bins]);
      const spectrum = tf.conv2d(
        tf.reshape(x, [batch, 1, samples, 1]) as tf.Tensor4D,
        kernel,
        [1, step],
        "valid",
      );
      const frames = spectrum.shape[2];
      const [real, imaginary] = tf.split(tf.square(tf.reshape(spectrum, [batch * frames, 2 * bins])), 2, 1);
      const power = tf.add(real as tf.Tensor2D, imaginary as tf.Tensor2D) as tf.Tensor2D;
      const energies = tf.matMul(power, tf.tensor2d(filters, [bins, mels]));
      return tf.reshape(tf.log(tf.add(energies, floor)), [batch, frames, mels]);
    },
  });
}

/** Of a frame of `length` samples: windowed cosines, then sines, [length, 2 bins]. */
function fourierKernel(length: number, size: number): Float32Array {
  const bins = size / 2 + 1;
  const values = new Float32Array(length * 2 * bins);
  for (let n = 0; n < length; n++) {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length);
    for (let k = 0; k < bins; k++) {
      const angle = (2 * Math.PI * ((n * k) % size)) / size;
      values[n * 2 * bins + k] = hann * Math.cos(angle);
      values[n * 2 * bins + bins + k] = -hann * Math.sin(angle);
    }
  }
  return values;
}

/**
 * Triangular bands, [bins, mels], and the size of the Fourier transform: the least power of two from the frame's length on with
 * which no band is empty.
 */
export function melFilters({ rate, mels, length }: { rate: number; mels: number; length: number }): {
  size: number;
  filters: Float32Array;
} {
  const toMel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const toHertz = (value: number) => 700 * (10 ** (value / 2595) - 1);
  const top = toMel(rate / 2);
  const corners = Array.from({ length: mels + 2 }, (_, i) => toHertz((top * i) / (mels + 1)));
  for (let size = 2 ** Math.max(1, Math.ceil(Math.log2(length))); ; size *= 2) {
    const bins = size / 2 + 1;
    const filters = new Float32Array(bins * mels);
    let empty = false;
    for (let m = 0; m < mels; m++) {
      const [low = 0, centre = 0, high = 0] = corners.slice(m, m + 3);
      let sum = 0;
      for (let k = 0; k < bins; k++) {
        const hertz = (k * rate) / size;
        const height = Math.max(
          0,
          Math.min((hertz - low) / (centre - low), (high - hertz) / (high - centre)),
        );
        filters[k * mels + m] = height;
        sum += height;
      }
      empty ||= sum === 0;
    }
    if (!empty) return { size, filters };
  }
}
