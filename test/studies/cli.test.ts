import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, environment, mmspec as mmspecIn } from "../support/cli.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-study-cli-"));

const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

describe("mmspec study", () => {
  it("lists the studies with a line each", () => {
    const { code, out } = mmspec("study");
    expect(code).toBe(0);
    for (const name of ["mixes", "rivals", "gate", "ablations", "real", "missing", "outside"])
      expect(out).toMatch(new RegExp(`^${name} +\\S.*$`, "m"));
    const listed = JSON.parse(mmspec("study", "--json").out) as { name: string; seeds: number }[];
    expect(listed.map(({ seeds }) => seeds)).toEqual(listed.map(() => 5));
  });

  it("says what is wrong with its use", () => {
    const wrong = (...args: string[]) => {
      const { code, err } = mmspec("study", ...args);
      expect(code).toBe(2);
      return err;
    };
    expect(wrong("mixis")).toContain("There is no study mixis: did you mean `mixes`?");
    expect(wrong("mixes", "--only", "joint,emsemble")).toContain(
      "There is no column emsemble: did you mean `ensemble`?",
    );
    expect(wrong("mixes", "--rows", "x")).toContain("There are: r, u, s, ru, rs, rus.");
    expect(wrong("mixes", "--only", ",")).toContain("--only wants names");
    expect(wrong("mixes", "--seeds", "0")).toBe("--seeds wants a whole number, 1 or more.\n");
    expect(wrong("mixes", "--jobs", "1.5")).toBe("--jobs wants a whole number, 1 or more.\n");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("trains, writes table and pictures, and repeats nothing", () => {
    const args = ["study", "mixes", "--seeds", "2", "--samples", "400", "--epochs", "2"];
    args.push("--rows", "rs", "--only", "ensemble,evidence", "--jobs", "2");
    const first = mmspec(...args);
    expect(first.code, first.err).toBe(0);
    expect(first.err).toContain("4/4 ");
    const out = join(folder, "studies-out", "mixes");
    const cells = () =>
      readdirSync(join(out, "cells")).map((name) => [name, statSync(join(out, "cells", name)).mtimeMs]);
    expect(cells().map(([name]) => name)).toEqual([
      "rs.ensemble.1.json",
      "rs.ensemble.2.json",
      "rs.evidence.1.json",
      "rs.evidence.2.json",
    ]);
    expect(existsSync(join(out, "runs"))).toBe(false);
    expect(readFileSync(join(out, "table.md"), "utf8")).toContain("| ensemble");
    expect(readFileSync(join(out, "table.csv"), "utf8").split("\n")[1]).toMatch(
      /^accuracy,rs,best possible,2,/,
    );
    const picture = readFileSync(join(out, "mixes.svg"), "utf8");
    expect(picture).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(picture.match(/<circle/g)).toHaveLength(2);
    expect(picture).toContain("1/2 R, 1/2 S");
    expect(picture).not.toContain("var(--");
    const results = JSON.parse(readFileSync(join(out, "results.json"), "utf8")) as {
      cost: { processorSeconds: number };
      results: { report: { truth: { bayesAccuracy: number } } }[];
    };
    expect(results.cost.processorSeconds).toBeGreaterThan(0);
    expect(results.results[0]?.report.truth.bayesAccuracy).toBeGreaterThan(0.5);
    // Its specs are a person's to train.
    expect(mmspec("check", join(out, "specs", "rs.evidence.2.mmspec")).code).toBe(0);

    const before = cells();
    const again = mmspec(...args);
    expect(again.code).toBe(0);
    expect(again.err).toBe("4 of 4 cells were done before\n");
    expect(again.out).toBe(first.out);
    expect(cells()).toEqual(before);
  });

  it("tells of runs that fail, and of data that is missing", () => {
    const data = join(folder, "wrong");
    mkdirSync(data);
    writeFileSync(join(data, "mail.npz"), "no zip");
    const args = ["study", "real", "--rows", "mail", "--seeds", "1", "--only", "joint"];
    const broken = mmspec(...args, "--data", data, "-o", "broken");
    expect(broken.code).toBe(1);
    expect(broken.err).toContain("1 run of 1 failed; the first, mail.joint.1:\n");
    expect(broken.err).toMatch(/error MM4\d+/);
    expect(readFileSync(join(folder, "broken", "table.md"), "utf8")).toContain("## Failed");
    const missing = mmspec(...args, "--data", join(folder, "nowhere"), "-o", "missing");
    expect(missing.code).toBe(1);
    expect(missing.err).toContain("--data wants a folder that has mail.npz.");
  });

  it("ends with 130 at Ctrl-C and leaves nothing half-done", async () => {
    const args = [cli, "study", "mixes", "--rows", "rs", "--only", "joint", "--jobs", "1", "-o", "stopped"];
    const child = spawn(process.execPath, args, { cwd: folder, env: environment });
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const ended = new Promise((done) => child.on("close", done));
    // Learning has begun.
    const runs = join(folder, "stopped", "runs", "rs.joint.1");
    const began = () =>
      existsSync(runs) && readdirSync(runs).some((run) => existsSync(join(runs, run, "run.json")));
    while (!began() && child.exitCode === null) await new Promise((go) => setTimeout(go, 50));
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(err).toContain("0 of 5 runs are done and kept in");
    expect(existsSync(runs)).toBe(false);
  });
});
