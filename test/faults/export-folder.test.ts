import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeFolder } from "../../cli/export/folder.js";

/** A process that has ended. */
const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);

function folderWith(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "mmspec-aside-"));
  for (const name of names) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "from"), name);
  }
  return folder;
}
const fill = (done: boolean) => (next: string) => {
  writeFileSync(join(next, "from"), "new");
  return Promise.resolve(done);
};

it("an export removes what those that were killed left, and nothing else", async () => {
  const kept = [`web.${process.ppid}.tmp`, "web.tmp", "web.old", `other.${dead}.tmp`, `web.${dead}.tmp.more`];
  const folder = folderWith("web", `web.${dead}.tmp`, `web.${dead}.old`, ...kept);
  await writeFolder(join(folder, "web"), fill(true));
  expect(readdirSync(folder).sort()).toEqual(["web", ...kept].sort());
  expect(readFileSync(join(folder, "web", "from"), "utf8")).toBe("new");
});

it("an export that was killed between its two renames is made good: what it took away is put back", async () => {
  const folder = folderWith(`web.${dead}.tmp`, `web.${dead}.old`);
  await writeFolder(join(folder, "web"), fill(false));
  expect(readdirSync(folder)).toEqual(["web"]);
  expect(readFileSync(join(folder, "web", "from"), "utf8")).toBe(`web.${dead}.old`);
});
