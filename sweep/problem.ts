/** A sweep can't begin or go on, and the message says why and how to mend it. */
export class SweepProblem extends Error {
  override name = "SweepProblem";
}
