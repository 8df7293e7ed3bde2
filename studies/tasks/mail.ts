import type { Task } from "../study.js";

/** Spam or not, by the head of a mail and by its text. */
export const mail: Task = {
  model: "Mail",
  top: `target kind: class("good", "spam")
  modality head: vector(512)
  modality body: vector(512)
  encoder Reader = dropout(0.3) -> mlp(64, 32)
  encode head, body with Reader`,
  modalities: ["head", "body"],
  block: { rank: 16, units: 32, gate: 16 },
  data: ({ seed }) => `from "data/mail.npz"
  head <- "head" scaled by 1/64
  body <- "body" scaled by 1/64
  kind <- "label"
  split 0.7 train, 0.3 test stratified seed ${seed}`,
  file: { name: "mail.npz", script: "prepare-mail.mjs" },
  recipe: { epochs: 12, settings: ["optimizer adam(lr: 1e-3)", "batch 64"] },
};
