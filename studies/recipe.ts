import type { Recipe } from "./study.js";

/** How every column learns samples that are drawn. */
export const recipe: Recipe = {
  epochs: 16,
  settings: ["optimizer adam(lr: 3e-3)", "batch 256", "schedule cosine", "noise 0.5"],
};
