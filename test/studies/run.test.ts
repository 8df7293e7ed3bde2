import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { cellsOf, cutStudy, type Cell } from "../../studies/cells.js";
import { runCells, type RunOptions } from "../../studies/run.js";
import type { Cut } from "../../studies/spec.js";
import { studies } from "../../studies/table.js";

/** Stands for `mmspec train SPEC --json --runs FOLDER`: notes the spec, and does what the file `behaviour` says. */
const trainer = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
const [, spec, , , runs] = process.argv.slice(2);
const folder = ${JSON.stringify("FOLDER")};
const name = basename(spec, ".mmspec");
const behaviour = readFileSync(join(folder, "behaviour"), "utf8");
appendFileSync(join(folder, "log"), name + "\\n");
if (behaviour === "fail " + name) {
  console.error("Training failed: it is a test.");
  process.exit(3);
}
if (behaviour === "wait") {
  process.on("SIGTERM", () => {
    appendFileSync(join(folder, "log"), "stopped " + name + "\\n");
    process.exit(130);
  });
  writeFileSync(join(folder, "waiting"), "");
  setInterval(() => {}, 1000);
} else {
  const run = join(runs, "run");
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, "run.json"), JSON.stringify({ processorSeconds: 2 }));
  const accuracy = { value: readFileSync(spec, "utf8").includes("paradigm joint") ? 0.5 : 0.75 };
  console.log(JSON.stringify({ run, engine: "none", metrics: { accuracy } }));
}
`;

let folder: string;
let options: RunOptions;
let done: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mmspec-study-"));
  writeFileSync(join(folder, "trainer.mjs"), trainer.replace('"FOLDER"', JSON.stringify(folder)));
  behave("work");
  done = [];
  options = {
    folder: join(folder, "out"),
    command: [process.execPath, join(folder, "trainer.mjs")],
    jobs: 2,
    keepRuns: false,
    signal: new AbortController().signal,
    progress: { begin() {}, cell: ({ name }) => void done.push(name), end() {} },
  };
});

function behave(how: string): void {
  writeFileSync(join(folder, "behaviour"), how);
}

function started(): string[] {
  const log = join(folder, "log");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").sort() : [];
}

function cells(cut: Cut = { seeds: 2, rows: ["rs"], only: ["joint", "dmil"] }): Cell[] {
  const mixes = studies.get("mixes");
  if (mixes === undefined) throw new Error("There is no study mixes.");
  return cellsOf(cutStudy(mixes, cut), cut);
}

describe("runCells", () => {
  it("keeps each result, and repeats nothing when it is started again", async () => {
    const first = await runCells(cells(), options);
    expect(first.map(({ name }) => name)).toEqual(["rs.joint.1", "rs.dmil.1", "rs.joint.2", "rs.dmil.2"]);
    expect(first.map(({ report }) => report?.metrics.accuracy?.value)).toEqual([0.5, 0.75, 0.5, 0.75]);
    expect(first[0]).toMatchObject({ status: "done", processorSeconds: 2, engine: "none", seed: 1 });
    expect(started()).toHaveLength(4);
    expect(existsSync(join(options.folder, "runs"))).toBe(false);
    expect(await runCells(cells(), options)).toEqual(first);
    expect(started()).toHaveLength(4);
    // Only what is new is run, and what follows from another spec.
    await runCells(cells({ seeds: 3, rows: ["rs"], only: ["joint"] }), options);
    expect(started().filter((name) => name === "rs.joint.3")).toHaveLength(1);
    expect(started()).toHaveLength(5);
    await runCells(cells({ seeds: 1, rows: ["rs"], only: ["joint"], epochs: 3 }), options);
    expect(started()).toHaveLength(6);
  });

  it("goes on past a cell that fails, says why, and tries it again", async () => {
    behave("fail rs.dmil.1");
    const results = await runCells(cells(), options);
    expect(results.map(({ status }) => status)).toEqual(["done", "failed", "done", "done"]);
    expect(results[1]?.error).toBe("Training failed: it is a test.\n(exit code 3)");
    expect(done).toHaveLength(4);
    behave("work");
    const again = await runCells(cells(), options);
    expect(again.map(({ status }) => status)).toEqual(["done", "done", "done", "done"]);
    expect(started().filter((name) => name === "rs.dmil.1")).toHaveLength(2);
    expect(started()).toHaveLength(5);
  });

  it("tells of a program that isn't there", async () => {
    const results = await runCells(cells().slice(0, 1), { ...options, command: [join(folder, "nothing")] });
    expect(results[0]).toMatchObject({ status: "failed", error: expect.stringContaining("ENOENT") });
  });

  it("stops its children when it is stopped, and goes on later", async () => {
    behave("wait");
    const controller = new AbortController();
    const running = runCells(cells(), { ...options, jobs: 1, signal: controller.signal });
    while (!existsSync(join(folder, "waiting"))) await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await running).toEqual([]);
    expect(started()).toEqual(["rs.joint.1", "stopped rs.joint.1"]);
    behave("work");
    expect(await runCells(cells(), options)).toHaveLength(4);
  });
});
