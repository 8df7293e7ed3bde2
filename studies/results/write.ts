import { join } from "node:path";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import type { StudyContent } from "./content.js";
import { csvOf } from "./csv.js";
import { markdownOf } from "./markdown.js";
import { picturesOf } from "./pictures.js";

/** Writes table.md, table.csv, results.json and the pictures. @returns their paths */
export async function writeStudy(folder: string, content: StudyContent): Promise<string[]> {
  const files: Record<string, string> = {
    "table.md": await markdownOf(content),
    "table.csv": csvOf(content),
    "results.json": `${JSON.stringify(content, null, 2)}\n`,
    ...(await picturesOf(content)),
  };
  for (const [name, text] of Object.entries(files)) await writeAtomically(join(folder, name), text);
  return Object.keys(files).map((name) => join(folder, name));
}
