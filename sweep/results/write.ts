import { join } from "node:path";
import { writeAtomically, writeParquet } from "../../runtime/runs/index.js";
import type { Outcome } from "../outcome.js";
import { csvOf, parquetColumns, rankingTable, resultsTable } from "./columns.js";
import type { SweepContent } from "./content.js";

/** Writes sweep.json, ranking.csv, ranking.parquet and results.parquet. @returns their paths */
export async function writeResults(
  folder: string,
  content: SweepContent,
  outcomes: readonly Outcome[],
): Promise<string[]> {
  const path = (name: string) => join(folder, name);
  const ranking = rankingTable(content);
  await writeAtomically(path("sweep.json"), `${JSON.stringify(content, null, 2)}\n`);
  await writeAtomically(path("ranking.csv"), csvOf(ranking));
  await writeParquet(path("ranking.parquet"), parquetColumns(ranking));
  await writeParquet(path("results.parquet"), parquetColumns(resultsTable(outcomes)));
  return ["sweep.json", "ranking.csv", "ranking.parquet", "results.parquet"].map(path);
}
