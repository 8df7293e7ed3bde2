import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { beforeAll, describe, expect, it } from "vitest";
import type { SweepContent } from "../../sweep/index.js";
import { noBrowser, openBrowser } from "../support/browser.js";
import { cli, environment, mmspec as mmspecIn } from "../support/cli.js";
import { sweepSpec } from "../support/sweeps.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-sweep-"));
writeFileSync(join(folder, "tiny.mmspec"), sweepSpec);

const mmspec = (...args: string[]) => mmspecIn(folder, ...args);
const tiny = ["sweep", "tiny.mmspec", "--eta", "2", "--jobs", "1"];

interface Event {
  event: string;
  key?: string;
}

/** Runs a sweep and does something to it when something has happened. @returns how it ended */
function sweepUntil(when: (event: Event) => boolean, act: (pid: number) => void, ...args: string[]) {
  const child = spawn(process.execPath, [cli, ...tiny, "--json", ...args], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (out + chunk.toString()).split("\n");
    out = lines.pop() ?? "";
    for (const line of lines) if (when(JSON.parse(line) as Event)) act(child.pid as number);
  });
  return new Promise<{ code: number | null; signal: string | null; err: string }>((end) =>
    child.on("close", (code, signal) => end({ code, signal, err })),
  );
}

/** The journal without what depends on the clock. */
function journalOf(out: string): unknown[] {
  const lines = readFileSync(join(folder, out, "journal.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => ({ ...(JSON.parse(line) as object), seconds: undefined }));
}

const contentOf = (out: string) =>
  JSON.parse(readFileSync(join(folder, out, "sweep.json"), "utf8")) as SweepContent;

let whole: ReturnType<typeof mmspec>;
beforeAll(() => {
  whole = mmspec(...tiny, "-o", "whole");
});

describe("mmspec sweep", () => {
  it("trains by successive halving, records what fails, and ranks", async () => {
    expect(whole.code, whole.err).toBe(0);
    expect(whole.err).toContain("1 variant failed; the first,");
    expect(whole.err).toContain("the loss term answer became");
    expect(whole.out).toMatch(/3 of 4 variants trained, 1 to the end; \d+ of 16 epochs/);
    const { ranking, variants, epochs } = contentOf("whole");
    expect(variants).toEqual({ all: 4, trained: 3, finished: 1, failed: 1 });
    expect(ranking.map(({ rank, finished, epochs: own, planned }) => [rank, finished, own, planned])).toEqual(
      [
        [1, true, 4, 4],
        [2, false, 2, 4],
        [3, false, 1, 4],
        [4, false, 0, 4],
      ],
    );
    expect(epochs).toEqual({ learned: 7, all: 16 });
    const [best] = ranking;
    expect(best?.test?.mean).toBeGreaterThan(0.5);
    expect(best?.test?.interval?.[0]).toBeLessThan(best?.test?.mean as number);
    expect(Object.keys(best?.interactions?.mean ?? {})).toEqual(["r", "u1", "u2", "s"]);
    expect(best?.synergyIndicator).toBeGreaterThanOrEqual(0);
    expect(ranking[3]?.errors[0]?.error).toContain("Training failed: in stage joint, epoch 1");
  });

  it("writes tables that others read", async () => {
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(join(folder, "whole", "ranking.parquet")),
    });
    const { ranking } = contentOf("whole");
    expect(rows.map(({ variant }) => variant)).toEqual(ranking.map(({ name }) => name));
    expect(rows[0]?.["choice_Left.mlp.units"]).toBe(ranking[0]?.choices["Left.mlp.units"]);
    expect(rows[0]?.validation_accuracy).toBe(ranking[0]?.value?.mean);
    const results = await parquetReadObjects({
      file: await asyncBufferFromFile(join(folder, "whole", "results.parquet")),
    });
    expect(results).toHaveLength(7);
    const csv = readFileSync(join(folder, "whole", "ranking.csv"), "utf8");
    expect(csv.split("\n")[0]).toContain(
      "rank,variant,choice_Left.mlp.units,choice_train.optimizer,finished",
    );
  });

  it.skipIf(noBrowser)("writes a page that sorts, and opens the best run's report", async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(pathToFileURL(join(folder, "whole", "index.html")).href);
      await page.waitForSelector("html[data-ready]");
      const { ranking } = contentOf("whole");
      const names = () => page.locator("#ranking tbody tr td:nth-child(2)").allTextContents();
      const plain = async () => (await names()).map((name) => name.replace(" ★", ""));
      expect(await plain()).toEqual(ranking.map(({ name }) => name));
      await page.getByRole("button", { name: "sort by parameters" }).click();
      const sizes = new Map(ranking.map(({ name, parameters }) => [name, parameters]));
      const sorted = (await plain()).map((name) => sizes.get(name) as number);
      expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
      expect(await page.locator("#size svg circle").count()).toBe(3);
      expect(await page.locator("#failed tbody").textContent()).toContain("Training failed");
      await page.locator("#ranking a").click();
      await page.waitForSelector("html[data-ready]");
      expect(await page.locator("h1").textContent()).toBe("Test");
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it("trains in parts what a run in one piece comes to, byte for byte", () => {
    const [best] = contentOf("whole").ranking;
    const run = join("whole", Object.values(best?.runs ?? {})[0] as string);
    expect(mmspec("train", join(run, `${best?.name}.mmspec`), "--runs", "piece", "--quiet").code).toBe(0);
    const piece = join("piece", readdirSync(join(folder, "piece"))[0] as string);
    for (const name of ["weights.bin", "metrics.json", "pid.parquet"])
      expect(
        readFileSync(join(folder, run, name)).equals(readFileSync(join(folder, piece, name))),
        name,
      ).toBe(true);
  });

  it("is killed at any moment, goes on, and comes to the same", async () => {
    const often = ["-o", "killed", "--checkpoint-every", "0"];
    const group = (pid: number) => process.kill(-pid, "SIGKILL");
    // Sweep and trainer at once, as the first one learns; the sweep alone between an outcome and the next; both while a promoted one learns.
    const first = await sweepUntil(({ event }) => event === "epoch", group, ...often);
    expect(first.signal, first.err).toBe("SIGKILL");
    const alone = (pid: number) => process.kill(pid, "SIGKILL");
    await sweepUntil(({ event }) => event === "outcome", alone, ...often);
    const promoted = ({ event, key }: Event) => event === "epoch" && key?.endsWith("rung2") === true;
    const third = await sweepUntil(promoted, group, ...often);
    expect(third.signal, third.err).toBe("SIGKILL");
    const before = journalOf("killed").length;
    const end = mmspec(...tiny, "-o", "killed");
    expect(end.code, end.err).toBe(0);
    expect(end.err).toContain("results were there before");
    expect(journalOf("killed")).toEqual(journalOf("whole"));
    expect(journalOf("killed").length - before).toBe(1);
    const shown = ({ ranking, importance }: SweepContent) => ({
      importance,
      ranking: ranking.map((one) => ({ ...one, seconds: undefined })),
    });
    expect(shown(contentOf("killed"))).toEqual(shown(contentOf("whole")));
    // There is nothing left to do.
    const again = mmspec(...tiny, "-o", "killed", "--json");
    expect(
      again.out
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as Event).event),
    ).toEqual(["begin", "end"]);
  }, 600_000);

  it("refuses a folder that another sweep works in, and one that holds the results of another", async () => {
    const other = mmspec(...tiny, "-o", "whole", "--seeds", "2", "--scheduler", "grid");
    expect(other.code).toBe(1);
    expect(other.err).toContain("holds the results of another sweep: --scheduler was asha and is grid;");
    expect(other.err).toContain("the seeds was 3 and is 3,4");
    let refused: ReturnType<typeof mmspec> | undefined;
    const stopped = await sweepUntil(
      ({ event }) => event === "start",
      (pid) => {
        refused ??= mmspec(...tiny, "-o", "held");
        process.kill(pid, "SIGINT");
      },
      ...["-o", "held"],
    );
    expect(refused?.code).toBe(1);
    expect(refused?.err).toMatch(/held: another sweep works here \(process \d+ on /);
    expect(stopped.code, stopped.err).toBe(130);
    expect(stopped.err).toContain("The same command goes on.");
    expect(existsSync(join(folder, "held", "sweep.lock"))).toBe(false);
  });

  it("keeps to a budget of epochs, and says what is wrong with its use", () => {
    const cut = mmspec(...tiny, "-o", "cut", "--epochs", "1", "--scheduler", "asha");
    expect(cut.code, cut.err).toBe(0);
    expect(cut.err).toContain("The budget is spent.");
    expect(contentOf("cut").epochs.learned).toBe(1);
    const wrong = (...args: string[]) => mmspec("sweep", "tiny.mmspec", "-o", "wrong", ...args);
    expect(wrong("--eta", "1")).toMatchObject({ code: 2, err: "--eta wants a whole number, 2 or more.\n" });
    expect(wrong("--budget", "soon").err).toContain("--budget wants a time, as in 10m");
    expect(wrong("--metric", "r2").err).toContain("There is no metric r2 of a class target");
    writeFileSync(join(folder, "plain.mmspec"), sweepSpec.replace(/variants of[^]*$/, ""));
    expect(mmspec("sweep", "plain.mmspec").err).toContain("it has no `variants of`");
    writeFileSync(join(folder, "blind.mmspec"), sweepSpec.replace("0.2 validation, 0.2 test", "0.4 test"));
    expect(mmspec("sweep", "blind.mmspec").err).toContain("variants are compared by the validation split");
  });
});
