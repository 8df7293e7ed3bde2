import { lookAtColumn, type ColumnLook } from "./columns.js";
import { findDuplicates, type Duplicates } from "./duplicates.js";
import type { LookInput } from "./input.js";
import { findLeaks, type Leak } from "./leaks.js";
import { findShifts, type Shift } from "./shift.js";
import { warningsOf, type Warning } from "./warnings.js";

/** What data holds, before anything is learned of it. Plain data. */
export interface Look {
  source: string;
  samples: number;
  /** True when the file has more rows. */
  more?: boolean;
  target?: TargetLook;
  parts: PartLook[];
  columns: ColumnLook[];
  duplicates: Duplicates;
  leaks: Leak[];
  shifts: Shift[];
  warnings: Warning[];
}

export interface TargetLook {
  name: string;
  kind: "class" | "multilabel" | "regression";
  outputs: readonly string[];
  /** Of classes and labels: how many samples have each. */
  counts?: number[];
}

export interface PartLook {
  name: string;
  samples: number;
  /** Of classes and labels. */
  counts?: number[];
}

/** Looks at all of it. */
export function lookAt(input: LookInput): Look {
  const { source, size, more, target, parts } = input;
  const all = Int32Array.from({ length: size }, (_, i) => i);
  const found: Omit<Look, "warnings"> = {
    source,
    samples: size,
    ...(more && { more }),
    ...(target && {
      target: {
        name: target.name,
        kind: target.kind,
        outputs: target.outputs,
        ...countsOf(input, all),
      },
    }),
    parts: parts.map(({ name, rows }) => ({ name, samples: rows.length, ...countsOf(input, rows) })),
    columns: input.columns.map((column) => lookAtColumn(column, size)),
    duplicates: findDuplicates(input),
    leaks: findLeaks(input),
    shifts: findShifts(input),
  };
  return { ...found, warnings: warningsOf(input, found) };
}

function countsOf({ target }: LookInput, rows: Int32Array): { counts?: number[] } {
  if (target === undefined || target.kind === "regression") return {};
  const { labels, values, outputs } = target;
  const counts = outputs.map(() => 0);
  for (const row of rows) {
    if (labels !== undefined) {
      const label = labels[row] as number;
      if (label >= 0) counts[label] = (counts[label] as number) + 1;
    } else
      outputs.forEach(
        (_, k) => (counts[k] = (counts[k] as number) + (values?.[row * outputs.length + k] ?? 0)),
      );
  }
  return { counts };
}
