/** A study can't begin, and the message says why and how to mend it. */
export class StudyProblem extends Error {
  override name = "StudyProblem";
}
