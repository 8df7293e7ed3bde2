import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readBlocks } from "../../runtime/data/blocks.js";

const path = join(mkdtempSync(join(tmpdir(), "mmspec-changed-")), "data.csv");

/** Reads a file in blocks, and does something to it behind the first one. */
async function rowsOf(act: () => void): Promise<number> {
  writeFileSync(path, `a,b\n${"1,2\n".repeat(100_000)}`);
  let blocks = 0;
  for await (const block of readBlocks(path, { size: 100, texts: new Set(), samples: new Set(["a", "b"]) })) {
    if (blocks++ === 0) act();
    expect(block.table.columns.size).toBe(2);
  }
  return blocks;
}

it("a file that is written into while it is read is no data", async () => {
  await expect(rowsOf(() => truncateSync(path, 1000))).rejects.toThrow(
    /MM4085: The file was changed while it was read/,
  );
  await expect(rowsOf(() => appendFileSync(path, "3,4\n"))).rejects.toThrow(/MM4085/);
});

it("one that is only removed is read to its end", async () => {
  expect(await rowsOf(() => rmSync(path))).toBe(1000);
});
