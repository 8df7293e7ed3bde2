import { atoms, unpackColumns, type MeanAndError } from "../content.js";
import { compositionOf, headline, type AtomColumns, type Headline } from "../headline.js";
import type { ReadRun } from "./run.js";

/** What a report says first. */
export interface ReportFindings {
  run: string;
  model: string;
  samples: number;
  /** One a measure that has samples. */
  headlines: (Headline & { measure: string; modalities: string[]; share: Record<string, MeanAndError> })[];
  inputs: { kept: number; note?: string };
}

/** The headlines of a run, as the page computes them. */
export function findings({ content, samples }: ReadRun): ReportFindings {
  const columns = unpackColumns(content.columns, samples);
  const headlines = content.pid.flatMap(({ measure, modalities, columns: suffix }, k) => {
    if (suffix === undefined) return [];
    const values = Object.fromEntries(
      atoms.map((atom) => [atom, columns.get(`${k}:${atom}`)]),
    ) as unknown as AtomColumns;
    const composition = compositionOf(values);
    return [
      {
        measure,
        modalities,
        ...headline(composition, { modalities, measure, target: content.target }),
        share: composition.share,
      },
    ];
  });
  const { run, model, inputs } = content;
  return { run, model, samples: columns.get("index")?.length ?? 0, headlines, inputs };
}
