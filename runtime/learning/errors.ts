/** The loss is no longer a number. */
export class TrainingError extends Error {
  constructor(stage: string, epoch: number, loss: number) {
    super(
      `Training failed: in stage ${stage}, epoch ${epoch}, the loss became ${loss}. ` +
        `Lower the learning rate, add clip(1) to train, or check the scale of the data.`,
    );
    this.name = "TrainingError";
  }
}
