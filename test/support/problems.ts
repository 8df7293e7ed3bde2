import { DataError } from "../../runtime/data/index.js";
import type { DataProblem } from "../../runtime/data/problems.js";

/** What is wrong with data; nothing where it is read. */
export async function problemsIn(loading: Promise<unknown>): Promise<readonly DataProblem[]> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof DataError) return error.problems;
    throw error;
  }
  return [];
}
