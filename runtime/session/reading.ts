import type { JoinCount } from "../data/join.js";
import type { Reading } from "../data/samples.js";
import { unreadableText, type Skipped } from "../data/unreadable.js";

/** What is told of the rows of the data that aren't samples, or lack what another file would have told of them. */
export function readingLines({ joins = [], skipped }: Reading): string[] {
  return [...joins.map(joinLine), ...(skipped === undefined ? [] : skippedLines(skipped))];
}

function joinLine({ with: file, by, rows, without, few, kept, unused }: JoinCount): string {
  const more = without > few.length ? ", ..." : "";
  const keys = few.map((key) => `"${key}"`).join(", ") + more;
  const lacking =
    without === 0
      ? `all of ${rows} rows are in ${file}`
      : `${without} of ${rows} rows aren't in ${file} and ${kept ? "lack what it tells" : "are left out"} (${keys})`;
  return `joined    by "${by}": ${lacking}${unused === 0 ? "" : `; ${unused} of its own belong to none`}`;
}

function skippedLines({ count, of, first }: Skipped): string[] {
  const more = count - first.length;
  return [
    `skipped   ${count} of ${of} samples that can't be read (${+((100 * count) / of).toFixed(2)} %):`,
    ...first.map((row) => `          ${unreadableText(row)}`),
    ...(more > 0 ? [`          and ${more} more`] : []),
  ];
}
