import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../runtime/data/random.js";
import { attacked, makeWhole, type Whole } from "../support/faults/attacked.js";
import { round } from "../support/faults/kills.js";
import { canMount, faults } from "../support/faults/run-faults.js";

const root = mkdtempSync(join(tmpdir(), "mmspec-faults-"));
let whole: Whole;
beforeAll(async () => {
  whole = await makeWhole(join(root, "whole"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const mounts = canMount();
if (!mounts) console.warn("Faults of disks are left out: mounting a small disk wants root.");

describe("injected faults", () => {
  it.each(faults.filter(({ root }) => root !== true || mounts))(
    "$name: a clear word, and what was finished is intact",
    async ({ name, inject, wants }) => {
      const { code, said, lost } = await inject(join(root, name.replaceAll(/\W+/g, "-")), whole);
      expect(lost).toEqual([]);
      expect(said).toMatch(wants.said);
      expect(code).toBe(wants.code);
    },
  );
});

/** Of each kind one; `npx tsx bench/faults.ts` kills all. */
const inTests = ["train, then resume", "sweep", "export"];

describe("SIGKILL at a random moment", () => {
  it.each(attacked.filter(({ name }) => inTests.includes(name)))(
    "of $name: all files are whole, and it ends as if nothing had been",
    async (command) => {
      const random = new Random(Date.now()).fork(command.name);
      const found = await round(command, { folder: join(root, command.name), whole, kills: 1, random });
      expect(found).toEqual({ kills: 1, damaged: [], other: [], left: [], unclear: [] });
    },
  );
});
