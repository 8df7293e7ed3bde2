import { proportion, type Judged, type MetricResult } from "./metric.js";

/**
 * Share of the samples that the model gets right while each modality alone gets them wrong (Yang et al. 2026).
 * @param unimodal per modality, its own probabilities [size, classes]
 */
export function synergyIndicator(
  { size, labels, predicted, classes }: Judged,
  unimodal: Readonly<Record<string, Float32Array>> = {},
): MetricResult {
  const width = classes.length;
  const alone = Object.values(unimodal);
  let hits = 0;
  for (let i = 0; i < size; i++) {
    if (predicted[i] !== labels[i]) continue;
    const anyRight = alone.some((probabilities) => {
      let best = 0;
      for (let c = 1; c < width; c++) {
        if ((probabilities[i * width + c] as number) > (probabilities[i * width + best] as number)) best = c;
      }
      return best === labels[i];
    });
    if (!anyRight) hits++;
  }
  return proportion(hits, size);
}
