/** A run that no report can be made of; its message says which file, what is wrong and how to mend it. */
export class RunProblem extends Error {
  override name = "RunProblem";
}
