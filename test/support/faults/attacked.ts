import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { mmspec } from "../cli.js";
import { spec } from "../specs.js";
import { filesIn, weightsOf } from "./intact.js";

/** A spec that is learned in no time, with four variants. */
export const attackedSpec = `${spec({
  train: "train { paradigm joint optimizer adam(lr: 1e-2) epochs 2 batch 8 seed 3 }",
  evaluate: "evaluate { accuracy, calibration }",
  data: "from synthetic(redundancy: 1, samples: 200, noise: 0.3, seed: 2)\n  split 0.6 train, 0.2 validation, 0.2 test seed 1",
})}
variants of Test {
  vary Left.mlp.units in [4, 8]
  vary Right.mlp.units in [4, 8]
}
`;

/** What was made once, undisturbed, for all rounds to begin with and to be compared with. */
export interface Whole {
  folder: string;
  /** A run that is complete. */
  run: string;
  /** A run that paused after the first of its two epochs. */
  paused: string;
}

const engine = ["--engine", "cpu"];
const quickly = ["--checkpoint-every", "0"];
export const sweepArgs = [
  "sweep",
  "s.mmspec",
  "--scheduler",
  "grid",
  "-j",
  "2",
  "--reports",
  "1",
  "-o",
  "swept",
];

/** Makes it. */
export async function makeWhole(folder: string): Promise<Whole> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "s.mmspec"), attackedSpec);
  const rows = Array.from({ length: 300 }, (_, i) => ({
    left: Array.from({ length: 9 }, (_, k) => Math.sin(i + k)),
    right: Array.from({ length: 12 }, (_, k) => Math.cos(i * k)),
  }));
  writeFileSync(join(folder, "new.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  must(folder, "train", "s.mmspec", "--quiet", ...engine);
  const run = join(folder, "runs", readdirSync(join(folder, "runs"))[0] as string);
  const paused = join(folder, "paused");
  must(folder, "compile", "s.mmspec", "-o", join(paused, "trainer"));
  const { scriptCommand } = (await import(resolve("dist/cli/run-script.js"))) as {
    scriptCommand(): [string, ...string[]];
  };
  const [node, ...first] = scriptCommand();
  const script = [
    join(paused, "trainer", "train.ts"),
    "--run",
    paused,
    "--data",
    folder,
    "--pause-after",
    "1",
  ];
  const { status, stderr } = spawnSync(node, [...first, ...script, "--quiet", ...engine], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the run didn't pause: ${stderr}`);
  must(folder, "variants", "s.mmspec", "-o", "written");
  must(folder, ...sweepArgs, "--quiet", ...engine);
  must(folder, "predict", run, "new.jsonl", "-o", "said.parquet", "--quiet", ...engine);
  must(folder, "export", run, "--to", "web", "--quiet");
  return { folder, run, paused };
}

/** Runs mmspec to its end. @throws Error when it fails */
export function must(folder: string, ...args: string[]): void {
  const { code, err } = mmspec(folder, ...args);
  if (code !== 0) throw new Error(`mmspec ${args.join(" ")} ended with ${code}: ${err}`);
}

/** A command that is killed at random moments, again and again, and then left alone. */
export interface Attacked {
  name: string;
  /** Puts into a new folder what the command wants. */
  begin(folder: string, whole: Whole): void;
  /** What a person would call next. */
  next(folder: string): string[];
  /** What is other than it was made undisturbed, when it has come to its end. */
  compare(folder: string, whole: Whole): Promise<string[]>;
  /** Files that are there before, and must stay as they are until the new ones are whole. */
  kept?: readonly string[];
}

/** Every command that writes. To attack another one, add a row. */
export const attacked: readonly Attacked[] = [
  {
    name: "train, then resume",
    begin: withSpec,
    next: (folder) => {
      const run = lastRun(folder);
      if (run !== undefined && existsSync(join(run, "run.json"))) return ["resume", run, ...quickly];
      return ["train", "s.mmspec", ...quickly, ...engine];
    },
    compare: (folder, whole) => sameRun(lastRun(folder) as string, whole.run),
  },
  {
    name: "resume",
    begin(folder, whole) {
      withSpec(folder, whole);
      cpSync(whole.paused, join(folder, "run"), { recursive: true });
    },
    next: () => ["resume", "run", ...quickly],
    compare: (folder, whole) => sameRun(join(folder, "run"), whole.run),
  },
  {
    name: "evaluate",
    begin: withRun,
    next: () => ["evaluate", "run"],
    compare: (folder, whole) => sameRun(join(folder, "run"), whole.run),
    kept: ["run/weights.bin", "run/weights.json", "run/metrics.json", "run/pid.parquet"],
  },
  {
    name: "sweep",
    begin: withSpec,
    next: () => [...sweepArgs, ...quickly, ...engine],
    async compare(folder, whole) {
      const [own, other] = [folder, whole.folder].map((each) => outcomes(join(each, "swept")));
      const runs = filesIn(join(whole.folder, "swept")).filter((name) => name.endsWith("weights.bin"));
      return [
        ...(own === other ? [] : ["journal.jsonl"]),
        ...differing(join(folder, "swept"), join(whole.folder, "swept"), runs),
      ];
    },
  },
  {
    name: "variants",
    begin: withSpec,
    next: () => ["variants", "s.mmspec", "-o", "written"],
    async compare(folder, whole) {
      const [own, other] = [join(folder, "written"), join(whole.folder, "written")];
      return differing(own, other, [...new Set([...filesIn(own), ...filesIn(other)])]);
    },
  },
  {
    name: "predict",
    begin(folder, whole) {
      withRun(folder, whole);
      cpSync(join(whole.folder, "new.jsonl"), join(folder, "new.jsonl"));
      cpSync(join(whole.folder, "said.parquet"), join(folder, "said.parquet"));
    },
    next: () => ["predict", "run", "new.jsonl", "-o", "said.parquet", ...engine],
    compare: async (folder, whole) => differing(folder, whole.folder, ["said.parquet"]),
    kept: ["said.parquet", "run/weights.bin"],
  },
  {
    name: "report",
    begin: withRun,
    next: () => ["report", "run", "--svg", "figures"],
    compare: async (folder) => (existsSync(join(folder, "run", "report.html")) ? [] : ["report.html"]),
    kept: ["run/weights.bin", "run/metrics.json"],
  },
  {
    name: "export",
    begin: withRun,
    next: () => ["export", "run", "--to", "web"],
    async compare(folder, whole) {
      const [own, other] = [join(folder, "web"), join(whole.folder, "web")];
      return differing(own, other, [...new Set([...filesIn(own), ...filesIn(other)])]);
    },
    kept: ["run/weights.bin", "run/metrics.json"],
  },
];

function withSpec(folder: string, whole: Whole): void {
  cpSync(join(whole.folder, "s.mmspec"), join(folder, "s.mmspec"));
}

function withRun(folder: string, whole: Whole): void {
  cpSync(whole.run, join(folder, "run"), { recursive: true });
}

/** The folder of the run that was begun last. */
function lastRun(folder: string): string | undefined {
  const runs = join(folder, "runs");
  if (!existsSync(runs)) return undefined;
  const begun = readdirSync(runs).map((name) => join(runs, name));
  return begun.sort((a, b) => statSync(a).birthtimeMs - statSync(b).birthtimeMs).at(-1);
}

/** Where two complete runs differ, but for what the clock decides. */
export async function sameRun(run: string, whole: string): Promise<string[]> {
  const names = ["weights.bin", "weights.json", "best.bin", "metrics.json", "pid.parquet", "held-out.npz"];
  weightsOf(run);
  const history = (folder: string) => {
    const { status, history: epochs } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as {
      status: string;
      history: { ended: string }[];
    };
    return JSON.stringify([status, epochs.map((epoch) => ({ ...epoch, ended: "" }))]);
  };
  return [...(history(run) === history(whole) ? [] : ["run.json"]), ...differing(run, whole, names)];
}

/** Files that aren't the same, byte by byte. */
function differing(folder: string, whole: string, names: readonly string[]): string[] {
  const bytes = (path: string) => (existsSync(path) ? readFileSync(path) : Buffer.from("none"));
  return names.filter((name) => !bytes(join(folder, name)).equals(bytes(join(whole, name))));
}

/** What came of a sweep's jobs, without what the clock decides. */
export function outcomes(folder: string): string {
  const lines = readFileSync(join(folder, "journal.jsonl"), "utf8").trim().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as { type: string; key: string; seconds?: number });
  const found = parsed.filter(({ type }) => type === "outcome").map((line) => ({ ...line, seconds: 0 }));
  // One that is tried again is there twice; the last one counts.
  const last = [...new Map(found.map((line) => [line.key, line])).values()];
  return JSON.stringify(last.sort((a, b) => (a.key < b.key ? -1 : 1)));
}
