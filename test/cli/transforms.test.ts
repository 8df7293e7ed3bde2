import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cli, environment, mmspec as mmspecIn } from "../support/cli.js";
import { png } from "../support/media.js";
import { tokenizerJson } from "../support/tokenizer.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-transforms-"));
const mmspec = (...args: string[]) => mmspecIn(folder, ...args);

const spec = `
model Shop {
  target kind: class("small", "large")
  modality photo: image(4, 4, 1)
  modality remark: tokens(6, 20, padding: 0)
  modality note: tokens(6, 8, padding: 0)
  modality maker: vector(3)
  encoder Eye for photo = flatten -> mlp(8)
  encoder Words for remark = embed(4) -> mean
  encoder Notes for note = embed(4) -> mean
  encoder House for maker = dense(4)
  fusion = concat -> mlp(8)
  train {
    paradigm joint epochs 12 batch 16 optimizer adam(0.01) seed 1
    augment photo with flip(horizontal) -> shift(by: 1) -> noise(0.05)
  }
  evaluate { accuracy }
}
data for Shop {
  from "list.csv"
  photo <- "photo" cropped to 4, 4 scaled by 1/255
  remark <- files "remark" tokenised by words(20)
  note <- "note" tokenised by "tokenizer.json"
  maker <- "maker" one_hot
  kind <- "kind"
  split 0.6 train, 0.2 validation, 0.2 test stratified seed 2
}
`;

const header = "photo,remark,note,maker,kind";
const row = (i: number, kind = i % 2) =>
  `${i % 3}.png,${kind === 0 ? "tiny" : "big"}.txt,the ${kind === 0 ? "cat" : "dog"} ${i},${"abc"[i % 3]},${kind}`;

/** Serves a run while something asks it. */
async function served<T>(run: string, ask: (url: string) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [cli, "serve", run, "--port", "0"], {
    cwd: folder,
    env: environment,
  });
  try {
    const url = await new Promise<string>((found, fail) => {
      let said = "";
      const hear = (text: Buffer) => {
        said += text.toString();
        const [at] = /http:\/\/[\d.]+:\d+/.exec(said) ?? [];
        if (at !== undefined) found(at);
      };
      child.stderr.on("data", hear);
      child.stdout.on("data", hear);
      child.on("exit", () => fail(new Error(said)));
    });
    return await ask(url);
  } finally {
    child.kill("SIGTERM");
  }
}

it("texts, names and pictures are the same numbers in training, evaluation, prediction and service", async () => {
  for (let i = 0; i < 3; i++)
    writeFileSync(join(folder, `${i}.png`), await png(Array(6 * 8).fill(80 * i) as number[], 8, 1));
  for (const [name, text] of Object.entries({ tiny: "a tiny thing", big: "A BIG thing!", new: "never seen" }))
    writeFileSync(join(folder, `${name}.txt`), text);
  writeFileSync(join(folder, "tokenizer.json"), tokenizerJson());
  writeFileSync(
    join(folder, "list.csv"),
    [header, ...Array.from({ length: 100 }, (_, i) => row(i))].join("\n"),
  );
  writeFileSync(join(folder, "shop.mmspec"), spec);
  const trained = mmspec("train", "shop.mmspec", "--runs", "runs", "--json");
  expect(trained.code, trained.err).toBe(0);
  const metricsOf = (out: string) =>
    (JSON.parse(out) as { metrics: { accuracy: { value: number } } }).metrics;
  expect(metricsOf(trained.out).accuracy.value).toBeGreaterThan(0.9);
  const run = join("runs", readdirSync(join(folder, "runs"))[0] as string);
  const names = JSON.parse(readFileSync(join(folder, run, "names.json"), "utf8")) as Record<string, object>;
  expect(names.maker).toEqual({ maker: ["a", "b", "c"] });
  expect(names.remark).toMatchObject({ remark: ["", "<unknown>", "a", "thing", "big", "tiny"] });

  // The run has its own copy.
  renameSync(join(folder, "tokenizer.json"), join(folder, "away.json"));
  const again = mmspec("evaluate", run, "--json");
  expect(again.code, again.err).toBe(0);
  expect(metricsOf(again.out)).toEqual(metricsOf(trained.out));

  writeFileSync(join(folder, "new.csv"), [header, row(0), row(1), "2.png,new.txt,a cow,z,0"].join("\n"));
  const told = mmspec("predict", run, "new.csv", "-o", "said.csv");
  expect(told.code, told.err).toBe(0);
  const said = readFileSync(join(folder, "said.csv"), "utf8").trim().split("\n");
  expect(said).toHaveLength(4);
  const [columns = [], ...lines] = said.map((line) => line.split(","));
  const predicted = lines.map((cells) => cells[columns.indexOf("prediction")]);
  expect(predicted.slice(0, 2)).toEqual(["small", "large"]);

  const sample = {
    photo: Array.from({ length: 16 }, () => 0),
    remark: "a tiny thing",
    note: "the cat 0",
    maker: "a",
  };
  const { answer, wrong, description } = await served(run, async (url) => {
    const ask = async (samples: unknown[]) =>
      (
        await fetch(`${url}/predict`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ samples }),
        })
      ).json();
    return {
      answer: JSON.stringify(await ask([sample])),
      wrong: JSON.stringify(await ask([{ ...sample, note: [1, 2] }])),
      description: await (await fetch(`${url}/openapi.json`)).text(),
    };
  });
  expect(answer).toContain('"small"');
  expect(wrong).toContain("A text is wanted, not a list of 2.");
  expect(description).toContain("tokenised by words(20)");
});
