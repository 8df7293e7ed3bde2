import { fourier } from "../figures/fourier.js";
import { colours, figure, gridY, Plot } from "../figures/plot.js";
import type { ModalityContent } from "../content.js";
import { h } from "./dom.js";
import { colour } from "./theme.js";

/** Columns that a waveform or a spectrogram has at most. */
const mostColumns = 300;

/** A sound: its waveform and, below, its spectrogram. */
export function sound(values: Float32Array, modality: ModalityContent): Element {
  return h("div", {}, waveform(values, modality), spectrogram(values, modality));
}

/** [samples]: of each stretch of time, from the least to the greatest value. */
function waveform(values: Float32Array, { name, rate = 1 }: ModalityContent): Element {
  const columns = Math.min(mostColumns, values.length);
  const stretches = Array.from({ length: columns }, (_, i) => {
    const at = (column: number) => Math.floor((column * values.length) / columns);
    const part = values.subarray(at(i), at(i + 1));
    return {
      from: at(i) / rate,
      to: at(i + 1) / rate,
      least: Math.min(...part),
      greatest: Math.max(...part),
    };
  });
  const peak = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const seconds = values.length / rate;
  return figure(
    {
      height: 92,
      marginLeft: 34,
      marginRight: 4,
      marginTop: 8,
      marginBottom: 20,
      x: { label: null, domain: [0, seconds], ticks: 4, tickFormat: (s: number) => `${+s.toFixed(3)} s` },
      y: { label: null, domain: [-peak, peak], ticks: 3 },
      marks: [
        gridY({ ticks: 3 }),
        Plot.rect(stretches, {
          x1: "from",
          x2: "to",
          y1: "least",
          y2: "greatest",
          fill: colours.accent,
          // A flat stretch is still to be seen.
          stroke: colours.accent,
          strokeWidth: 0.75,
        }),
      ],
    },
    { width: 300 },
    `${name}: the waveform, ${+seconds.toFixed(3)} s at ${rate} Hz, up to ${peak.toPrecision(3)}`,
  );
}

/** What lies so many decibels below the loudest is as pale as silence. */
const range = 70;

/** Energies over time and frequency, low frequencies at the bottom. */
function spectrogram(values: Float32Array, { name, rate = 1 }: ModalityContent): Element {
  const size = Math.min(2048, 2 ** Math.round(Math.log2(Math.max(32, 0.032 * rate))));
  const bins = size / 2;
  const frames = Math.max(1, Math.min(mostColumns, Math.floor(values.length / (size / 4))));
  const levels = Array.from({ length: frames }, (_, f) => {
    const centre = ((f + 0.5) * values.length) / frames;
    return powers(values, Math.round(centre - size / 2), size).map((power) => 10 * Math.log10(power + 1e-12));
  });
  const loudest = levels.reduce((most, frame) => frame.reduce((a, b) => Math.max(a, b), most), -Infinity);
  const top = rate / 2000;
  const canvas = h("canvas", {
    width: frames,
    height: bins,
    class: "spectrogram",
    role: "img",
    "aria-label": `${name}: the spectrogram, from 0 to ${top} kHz`,
  });
  const context = canvas.getContext("2d");
  if (context !== null) {
    context.fillStyle = colour("accent");
    levels.forEach((frame, x) =>
      frame.forEach((level, k) => {
        context.globalAlpha = Math.max(0, 1 - (loudest - level) / range);
        context.fillRect(x, bins - 1 - k, 1, 1);
      }),
    );
  }
  return h(
    "div",
    { class: "spectrum" },
    h("span", { class: "quiet", "aria-hidden": "true" }, `${top} kHz`),
    canvas,
    h("span", { class: "quiet", "aria-hidden": "true" }, "0"),
  );
}

/** Power spectrum under a Hann window of the values from `from` on, [size / 2]; what lies outside is silence. */
function powers(values: Float32Array, from: number, size: number): Float64Array {
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let n = 0; n < size; n++) {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size);
    real[n] = hann * (values[from + n] ?? 0);
  }
  fourier(real, imaginary);
  return Float64Array.from(
    { length: size / 2 },
    (_, k) => (real[k] as number) ** 2 + (imaginary[k] as number) ** 2,
  );
}
