import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { cli, environment, mmspec as mmspecIn } from "../support/cli.js";
import { block, spec } from "../support/specs.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-cli-"));

const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const trained = spec({
  fusion: block,
  train:
    "train { paradigm dmil(intra: 2, consistency: 1, joint: 2) optimizer adam(lr: 5e-3) batch 32 seed 3 }",
  evaluate: "evaluate { accuracy, macro_f1, calibration, synergy_indicator, pid lsmi(folds: 2) per sample }",
});

describe("mmspec", () => {
  it("gives parameters other numbers, and says so in what it writes", () => {
    const text = spec({ train: "train { paradigm joint epochs 1 batch width seed 3 }" });
    const file = write("parameter.mmspec", `param width = 32\n\n${text}`);
    expect(mmspec("check", file, "--set", "width=16").code).toBe(0);
    const compiled = mmspec("compile", file, "--set", "width=16", "-o", "set");
    expect(compiled.err).toBe("");
    expect(readFileSync(join(folder, "set", "learning.ts"), "utf8")).toContain("batch: 16,");
    expect(readFileSync(join(folder, "set", "parameter.mmspec"), "utf8")).toContain("param width = 16\n");
    const unknown = mmspec("check", file, "--set", "widht=16");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toBe("The spec has no parameter `widht`: did you mean `width`?\n");
    expect(mmspec("explain", file, "--set", "width").err).toContain("--set wants NAME=NUMBER");
  });

  it("tells how samples fare that lack a modality, and how well held-out classes are detected", () => {
    const data = `from logic_gate(gate: sum, samples: 1200, noise: 0.2)
  split 0.7 train, 0.3 test
  missing right in 0.5 of test
  hold out classes 1`;
    write("sum.mmspec", spec({ data }).replace("modality right", "optional modality right"));
    const { code, out, err } = mmspec("train", "sum.mmspec", "--json", "--runs", "held-out");
    expect(code, err).toBe(0);
    const { lacking, outside, truth, samples } = JSON.parse(out) as {
      lacking: { lacks: string[]; samples: number; accuracy: number }[];
      outside: { classes: string[]; samples: number; auroc: Record<string, number> };
      truth: { bayesAccuracy: number };
      samples: { test: number };
    };
    expect(lacking.map(({ lacks }) => lacks)).toEqual([[], ["right"]]);
    expect(lacking.reduce((sum, group) => sum + group.samples, 0)).toBe(samples.test);
    // Without a 1 in the sum either bit tells the class.
    expect(truth.bayesAccuracy).toBeGreaterThan(0.95);
    expect(lacking[0]?.accuracy).toBeGreaterThan(0.9);
    expect(outside.classes).toEqual(["1"]);
    expect(outside.samples).toBeGreaterThan(500);
    expect(outside.auroc.confidence).toBeGreaterThan(0);
    expect(outside.auroc.confidence).toBeLessThan(1);
  }, 60_000);

  it("checks: 0 and the model's name for a good spec, 1 and diagnostics for a wrong one", () => {
    write("good.mmspec", spec());
    expect(mmspec("check", "good.mmspec")).toMatchObject({
      code: 0,
      out: "good.mmspec: Test - no errors\n",
      err: "",
    });
    write("wrong.mmspec", spec().replace("mlp(16)", "mpl(16)"));
    const wrong = mmspec("check", "wrong.mmspec");
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("wrong.mmspec:5:27 error MM2005: `mpl` is not a layer.");
    expect(wrong.err).toContain("did you mean `mlp`?");
    const json = JSON.parse(mmspec("check", "wrong.mmspec", "--json").out) as {
      ok: boolean;
      diagnostics: unknown[];
    };
    expect(json.ok).toBe(false);
    expect(json.diagnostics[0]).toMatchObject({
      code: "MM2005",
      start: { line: 5, column: 27 },
      file: "wrong.mmspec",
    });
  });

  it("says what is wrong with its use, and exits with 2", () => {
    for (const args of [
      [],
      ["check"],
      ["chekc", "x"],
      ["train", "x", "--engine", "abacus"],
      ["check", "x", "--loud"],
      ["new", "1x"],
    ]) {
      const { code, err } = mmspec(...args);
      expect(code, args.join(" ")).toBe(2);
      expect(err).not.toContain("    at ");
    }
    expect(mmspec("check", "nowhere.mmspec")).toMatchObject({
      code: 1,
      err: "nowhere.mmspec: there is no such file.\n",
    });
    expect(mmspec("--help").out).toContain("mmspec check <file>");
  });

  it("compiles to the same bytes again, which type-check and stand on their own", () => {
    write("good.mmspec", spec());
    expect(mmspec("compile", "good.mmspec", "-o", "out").code).toBe(0);
    const listed = (
      JSON.parse(mmspec("compile", "good.mmspec", "-o", "out2", "--json").out) as { files: string[] }
    ).files;
    expect(listed).toContain(join("out2", "model.ts"));
    for (const name of readdirSync(join(folder, "out"))) {
      expect(readFileSync(join(folder, "out", name))).toEqual(readFileSync(join(folder, "out2", name)));
    }
  });

  it("formats in place, and only checks on request", () => {
    const untidy = spec().replace("  modality", "modality");
    write("untidy.mmspec", untidy);
    expect(mmspec("format", "untidy.mmspec", "--check").code).toBe(1);
    expect(readFileSync(join(folder, "untidy.mmspec"), "utf8")).toBe(untidy);
    expect(JSON.parse(mmspec("format", "untidy.mmspec", "--json").out)).toEqual({
      file: "untidy.mmspec",
      changed: true,
    });
    expect(mmspec("format", "untidy.mmspec").out).toBe("untidy.mmspec: unchanged\n");
    write("broken.mmspec", "model M { target }");
    expect(mmspec("format", "broken.mmspec").code).toBe(1);
    expect(readFileSync(join(folder, "broken.mmspec"), "utf8")).toBe("model M { target }");
  });

  it("explains shapes, parameters and FLOPs", () => {
    write("good.mmspec", spec());
    const { out } = mmspec("explain", "good.mmspec");
    expect(out).toContain("encoder Left for left");
    expect(out).toContain("flowchart LR");
    const json = JSON.parse(mmspec("explain", "good.mmspec", "--json").out) as { parameters: number };
    expect(json.parameters).toBe(10 * 16 + 13 * 16 + 33 * 16 + 17 * 3);
  });

  it("writes a first spec that has no errors, and never over another", () => {
    expect(mmspec("new", "FirstTry").out).toContain("first-try.mmspec");
    expect(mmspec("check", "first-try.mmspec").code).toBe(0);
    expect(mmspec("format", "first-try.mmspec", "--check").code).toBe(0);
    expect(mmspec("new", "FirstTry").code).toBe(2);
  });

  it("lists the engines, exactly one preferred", () => {
    expect(mmspec("engines").out).toContain("WebAssembly");
    const reports = JSON.parse(mmspec("engines", "--json").out) as { preferred: boolean }[];
    expect(reports.filter(({ preferred }) => preferred)).toHaveLength(1);
  });

  it("trains, measures and evaluates again, twice with the same numbers", async () => {
    write("trained.mmspec", trained);
    const run = mmspec("train", "trained.mmspec", "--runs", "one");
    expect(run.err).not.toContain("error");
    expect(run.code).toBe(0);
    for (const text of ["accuracy", "U(left)", "synergistic", "metrics.json", "Rules taken"])
      expect(run.out).toContain(text);
    const [name = ""] = readdirSync(join(folder, "one"));
    const path = join(folder, "one", name);
    const files = [
      "best.bin",
      "best.json",
      "held-out.npz",
      "metrics.json",
      "pid.parquet",
      "run.json",
      "tensorboard",
      "trained.mmspec",
      "trainer",
      "weights.bin",
      "weights.json",
    ];
    expect(readdirSync(path).sort()).toEqual(files);

    const rows = (await parquetReadObjects({
      file: await asyncBufferFromFile(join(path, "pid.parquet")),
    })) as Record<string, number>[];
    expect(rows).toHaveLength(60);
    const columns = [
      "index",
      "label",
      "prediction",
      "r",
      "u1",
      "u2",
      "s",
      "share_redundant",
      "share_synergistic",
      "rule",
    ];
    expect(Object.keys(rows[0] as object)).toEqual(expect.arrayContaining(columns));
    for (const row of rows) {
      const shares = Object.entries(row).filter(([key]) => key.startsWith("share_"));
      expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 4);
    }

    const metrics = readFileSync(join(path, "metrics.json"), "utf8");
    const content = JSON.parse(metrics) as {
      metrics: { accuracy: { value: number } };
      seed: number;
      engine: string;
      versions: object;
      truth: { bayesAccuracy: number; byType: { type: string; samples: number }[] };
    };
    expect(content).toMatchObject({ seed: 3, engine: "wasm", model: "Test" });
    // The data is synthetic: its truth is known, and no model is better than the best possible one.
    const { bayesAccuracy, byType } = content.truth;
    expect(bayesAccuracy).toBeGreaterThan(0.9);
    expect(content.metrics.accuracy.value).toBeLessThanOrEqual(bayesAccuracy + 0.1);
    expect(byType.map(({ type, samples }) => [type, samples])).toEqual([["redundant", 60]]);
    expect(rows[0]).toHaveProperty("exact_s");
    expect(rows.every(({ type }) => (type as unknown) === "redundant")).toBe(true);
    expect(content.metrics.accuracy.value).toBeGreaterThan(0.8);
    const record = JSON.parse(readFileSync(join(path, "run.json"), "utf8")) as {
      status: string;
      history: { stage: string; loss: number; losses: Record<string, number>; validationLosses: object }[];
    };
    expect(record.status).toBe("complete");
    expect(record.history).toHaveLength(5);
    for (const { loss, losses } of record.history)
      expect(Object.values(losses).reduce((sum, term) => sum + term, 0)).toBeCloseTo(loss, 9);
    const [first, , , joint] = record.history;
    expect(Object.keys(first?.losses ?? {}).slice(0, 3)).toEqual([
      "task.left",
      "rebuild.left",
      "kl.intra.left",
    ]);
    expect(joint?.losses).toMatchObject({ answer: expect.any(Number), "kl.intra.left": expect.any(Number) });
    expect(Object.keys(joint?.validationLosses ?? {})).toEqual(["answer"]);

    const again = mmspec("train", "trained.mmspec", "--runs", "two", "--json");
    expect(again.code).toBe(0);
    const [second = ""] = readdirSync(join(folder, "two"));
    expect(readFileSync(join(folder, "two", second, "metrics.json"), "utf8")).toBe(metrics);
    expect(JSON.parse(again.out)).toMatchObject({ model: "Test", seed: 3 });

    expect(mmspec("evaluate", join("one", name)).code).toBe(0);
    expect(readFileSync(join(path, "metrics.json"), "utf8")).toBe(metrics);
    expect(mmspec("evaluate", folder).code).toBe(1);
  });

  it.each([
    ["fusion = ensemble", "train { paradigm ensemble epochs 2 batch 32 }"],
    [
      "fusion = bilinear(rank: 8) -> norm -> dropout(0.1)",
      "train { paradigm joint epochs 2 batch 32 clip 1 weight_decay 0.01 stop after 1 epochs without improvement }",
    ],
    [block, "train { paradigm joint epochs 2 optimizer rmsprop }"],
  ])("trains %s", (fusion, train) => {
    write("other.mmspec", spec({ fusion, train, evaluate: "evaluate { accuracy, synergy_indicator }" }));
    const { code, err, out } = mmspec("train", "other.mmspec", "--runs", "others");
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    expect(out).toContain("synergy_indicator");
  });

  it("learns from files with gaps, and answers by the rule for what is missing", () => {
    const rows = Array.from({ length: 240 }, (_, i) => {
      const y = i % 3;
      const left = Array.from({ length: 9 }, (_, j) => (j === y ? 1 : 0) + 0.1 * Math.sin(i * 7 + j));
      const right = Array.from({ length: 12 }, (_, j) =>
        i % 4 === 0 ? "" : (j === y ? 1 : 0) + 0.1 * Math.cos(i * 5 + j),
      );
      return [["a", "b", "c"][y], ...left, ...right].join(",");
    });
    const names = (side: string, n: number) => Array.from({ length: n }, (_, j) => `${side}${j}`);
    write("gaps.csv", `${["label", ...names("l", 9), ...names("r", 12)].join(",")}\n${rows.join("\n")}\n`);
    const columns = (side: string, n: number) =>
      names(side, n)
        .map((name) => `"${name}"`)
        .join(", ");
    const data = `from "gaps.csv"\n  left <- ${columns("l", 9)}\n  right <- ${columns("r", 12)}\n  label <- "label"\n  split 0.7 train, 0.3 test stratified`;
    const fusion = block.replace("when synergy", "when missing(right) use unique(left)\n    when synergy");
    const source = spec({
      data,
      fusion,
      train: "train { paradigm dmil(intra: 3, consistency: 2, joint: 4) optimizer adam(lr: 1e-2) batch 16 }",
      evaluate: "evaluate { accuracy, pid lsmi(folds: 2, on: encodings) per sample }",
    })
      .replace("class(3)", 'class("a", "b", "c")')
      .replace("modality right", "optional modality right");
    write("gaps.mmspec", source);
    const { code, out, err } = mmspec("train", "gaps.mmspec", "--runs", "gaps", "--json");
    expect(err).toBe("");
    expect(code).toBe(0);
    const report = JSON.parse(out) as {
      metrics: { accuracy: { value: number } };
      rules: { rule: string; samples: number }[];
      pid: { samples: number }[];
    };
    expect(report.metrics.accuracy.value).toBeGreaterThan(0.9);
    expect(report.rules[0]?.rule).toBe("when missing(right) use unique(left)");
    expect(report.rules[0]?.samples).toBeGreaterThan(10);
    expect((report.pid[0]?.samples as number) + (report.rules[0]?.samples as number)).toBe(72);
  });

  it("says what is wrong with the data, and exits with 1", () => {
    const data =
      'from "nowhere.csv"\n  left <- "l"\n  right <- "r"\n  label <- "label"\n  split 0.8 train, 0.2 test';
    write("nodata.mmspec", spec({ data }));
    const { code, err } = mmspec("train", "nodata.mmspec");
    expect(code).toBe(1);
    expect(err).toContain("error MM4001");
    expect(err).not.toContain("    at ");
  });

  it("says that too few samples are held out to be measured, and that weights are damaged", () => {
    const data = "from synthetic(redundancy: 1, samples: 60)\n  split 0.8 train, 0.2 test";
    write(
      "few.mmspec",
      spec({ data, train: "train { epochs 1 }", evaluate: "evaluate { pid lsmi per sample }" }),
    );
    const few = mmspec("train", "few.mmspec", "--runs", "few");
    expect(few.code).toBe(1);
    expect(few.err).toContain(
      "error MM4016: `pid lsmi` can't measure the held-out samples: lsmi with 5 folds needs 20",
    );
    const [name = ""] = readdirSync(join(folder, "few"));
    write(join("few", name, "weights.bin"), "damaged");
    const damaged = mmspec("evaluate", join("few", name));
    expect(damaged.code).toBe(1);
    expect(damaged.err).toContain("weights.bin is not what weights.json describes");
    expect(few.err + damaged.err).not.toContain("    at ");
  });

  it("says that learning went astray, and exits with 3", () => {
    write("astray.mmspec", spec({ train: "train { paradigm joint optimizer sgd(lr: 1e30) epochs 3 }" }));
    const { code, err } = mmspec("train", "astray.mmspec");
    expect(code).toBe(3);
    expect(err).toContain(
      "in stage joint, epoch 1, step 2 of 3, the loss term answer became NaN. Lower the learning rate",
    );
    expect(err).not.toContain("    at ");
  });

  it("ends cleanly at Ctrl-C, with the last checkpoint kept", async () => {
    write("long.mmspec", trained.replace("joint: 2", "joint: 5000"));
    const child = spawn(process.execPath, [cli, "train", "long.mmspec", "--runs", "long"], {
      cwd: folder,
      env: environment,
      detached: true,
    });
    const code = new Promise<number | null>((end) => child.on("close", end));
    let said = "";
    let interrupted = false;
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (interrupted || !/joint +epoch 3/.test(said) || child.pid === undefined) return;
      interrupted = true;
      // As a terminal does: to the whole group of processes.
      process.kill(-child.pid, "SIGINT");
    });
    expect(await code).toBe(130);
    expect(said).toMatch(/`mmspec resume .*` goes on from the last checkpoint/);
    const [name = ""] = readdirSync(join(folder, "long"));
    const record = JSON.parse(readFileSync(join(folder, "long", name, "run.json"), "utf8")) as {
      status: string;
    };
    expect(record.status).toBe("interrupted");
    expect(mmspec("evaluate", join("long", name)).code).toBe(0);
  });
});
