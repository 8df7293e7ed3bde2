import { packColumns, type Column } from "../content.js";
import type { LookPageContent } from "../look-content.js";
import { htmlPage } from "./html.js";

/** What `mmspec data` found as one HTML file. @param inputs `input:NAME`: of each modality, those of the samples that are shown */
export function lookPageOf(
  content: Omit<LookPageContent, "inputs">,
  inputs: readonly Column[],
): Promise<string> {
  const { places, bytes } = packColumns(inputs);
  return htmlPage("look", {
    title: `Data of ${content.model ?? content.source}`,
    content: { ...content, inputs: places },
    missing: "The same figures: mmspec data FILE --json.",
    packed: { inputs: bytes },
  });
}
