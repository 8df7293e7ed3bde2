import type { Epoch } from "./stage.js";

/** A stage has come to where it was to pause, and a checkpoint is made: going on from there gives what never stopping gives. */
export class Paused extends Error {
  override name = "Paused";

  /** @param history epochs of the stage that have ended */
  constructor(readonly history: readonly Epoch[]) {
    super();
  }
}
