import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packNpz } from "../../runtime/data/write-npz.js";
import { noBrowser, openBrowser } from "../support/browser.js";
import { mmspec } from "../support/cli.js";
import { csvOf, guestRows, trainGuests } from "../support/guests.js";
import { pictureOf, pictureShape, trainPictures, vectorOf } from "../support/pictures.js";
import { readingsOf, trainSequences, wordsOf } from "../support/sequences.js";

interface Answer {
  prediction?: string;
  probabilities?: Record<string, number>;
  numbers?: Record<string, number>;
  shares?: Record<string, number>;
  rule?: string;
  missing?: string[];
}

/** What `mmspec predict` says of a file, a row a sample. */
function predicted(folder: string, run: string, file: string): Record<string, string | number>[] {
  const { code, out, err } = mmspec(folder, "predict", run, file, "--json");
  expect(code, err).toBe(0);
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string | number>);
}

function exported(folder: string, run: string, ...args: string[]): string {
  const { code, out, err } = mmspec(folder, "export", run, ...args);
  expect(code, err).toBe(0);
  expect(out + err).toMatch(/README\.md/);
  return join(folder, args[args.indexOf("--to") + 1] as string);
}

/** Holds answers against what `mmspec predict` says of the same samples. */
function compare(answers: readonly Answer[], rows: readonly Record<string, string | number>[]): void {
  expect(answers).toHaveLength(rows.length);
  answers.forEach(({ prediction, probabilities = {}, numbers = {}, shares = {}, rule }, i) => {
    const row = rows[i] as Record<string, string | number>;
    if (prediction !== undefined) expect(prediction).toBe(row.prediction);
    if (rule !== undefined) expect(rule).toBe(row.rule);
    for (const [name, value] of Object.entries(probabilities))
      expect(Math.abs(value - (row[`probability_${name}`] as number))).toBeLessThan(1e-5);
    for (const [name, value] of Object.entries(shares))
      expect(Math.abs(value - (row[`share_${name}`] as number))).toBeLessThan(1e-5);
    for (const value of Object.values(numbers))
      expect(Math.abs(value - (row.prediction as number))).toBeLessThan(1e-4);
  });
}

/** A guest as a sample of a request. */
function guestSample(row: Record<string, string | number>): Record<string, unknown> {
  const { r0, r1, r2, price, code, m0, m1 } = row;
  return { readings: [r0, r1, r2], stay: { price, code }, ...(m0 !== "" && { mood: [m0, m1] }) };
}

let guests: { folder: string; run: string };
beforeAll(() => {
  guests = trainGuests();
  writeFileSync(join(guests.folder, "some.csv"), csvOf(guestRows().slice(0, 20)));
});

describe.skipIf(noBrowser !== undefined)(
  `mmspec export --as web${noBrowser ? ` (${noBrowser})` : ""}`,
  () => {
    let browser: Browser;
    const servers: Server[] = [];
    beforeAll(async () => void (browser = await openBrowser()));
    afterAll(async () => {
      await browser?.close();
      servers.forEach((server) => server.close());
    });

    /** Serves a folder's files. @returns its address */
    async function served(folder: string): Promise<string> {
      const types: Record<string, string> = {
        ".html": "text/html",
        ".md": "text/plain",
        ".js": "text/javascript",
        ".css": "text/css",
      };
      const server = createServer((request, response) => {
        const name = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
        readFile(join(folder, name)).then(
          (data) =>
            response
              .writeHead(200, { "Content-Type": types[extname(name)] ?? "application/octet-stream" })
              .end(data),
          () => response.writeHead(404).end(),
        );
      });
      servers.push(server);
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    }

    /** What an exported folder says of samples in a browser, in plain JavaScript. */
    async function asked(folder: string, samples: readonly object[]): Promise<Answer[]> {
      const page = await browser.newPage();
      await page.goto(`${await served(folder)}README.md`);
      return (await page.evaluate(
        `(async () => {
        const [tf, { loadModel }] = await Promise.all([import("/tf.js"), import("/predict.js")]);
        await tf.setBackend("cpu");
        const model = await loadModel();
        return model.predict(${JSON.stringify(samples)});
      })()`,
      )) as Answer[];
    }

    it("says the same as mmspec predict: a table's row, what is missing, gate and rules", async () => {
      const { folder, run } = guests;
      const to = exported(folder, run, "--to", "web");
      const rows = guestRows().slice(0, 20);
      const answers = await asked(to, rows.map(guestSample));
      compare(answers, predicted(folder, run, "some.csv"));
      expect(answers.map(({ missing }) => missing?.length)).toEqual(rows.map(({ m0 }) => Number(m0 === "")));
      await expect(asked(to, [{ readings: [1, 2], stay: [1, "01"] }])).rejects.toThrow(
        /\[3\] is wanted.*\[2\] was given/,
      );
    });

    it("says the same of pictures, with interactions decomposed", async () => {
      const { folder, run } = trainPictures();
      const to = exported(folder, run, "--to", "web");
      const indices = Array.from({ length: 20 }, (_, i) => i);
      const data = {
        left: { shape: [20, ...pictureShape], values: Uint8Array.from(indices.flatMap(pictureOf)) },
        right: { shape: [20, 12], values: Float32Array.from(indices.flatMap(vectorOf)) },
      };
      writeFileSync(join(folder, "some.npz"), packNpz(data));
      const samples = indices.map((i) => ({ left: pictureOf(i), right: vectorOf(i) }));
      compare(await asked(to, samples), predicted(folder, run, "some.npz"));
    });

    it("says the same of words and sequences with padding, in numbers; the page answers", async () => {
      const { folder, run } = trainSequences();
      const to = exported(folder, run, "--to", "web");
      const indices = Array.from({ length: 20 }, (_, i) => i);
      const data = {
        words: { shape: [20, 8], values: Int32Array.from(indices.flatMap(wordsOf)) },
        readings: { shape: [20, 6, 3], values: Float32Array.from(indices.flatMap(readingsOf)) },
      };
      writeFileSync(join(folder, "some.npz"), packNpz(data));
      const samples = indices.map((i) => ({ words: wordsOf(i), readings: readingsOf(i) }));
      compare(await asked(to, samples), predicted(folder, run, "some.npz"));
      const page = await browser.newPage();
      const foreign: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith("http://127.0.0.1")) foreign.push(request.url());
      });
      await page.goto(await served(to));
      await page.click("button[type=submit]");
      await page.getByText("score", { exact: false }).nth(1).waitFor();
      expect(await page.textContent("main")).not.toContain("No answer yet");
      await page.fill("#modality-words", "[1, 2, 99]");
      await page.click("button[type=submit]");
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("alert").textContent()).toContain("[8] is wanted");
      expect(foreign.filter((url) => url.startsWith("http"))).toEqual([]);
    });
  },
);

describe("mmspec export --as package", () => {
  it("makes a package that npm installs, whose types hold, and that says the same as mmspec predict", () => {
    const { folder, run } = guests;
    exported(folder, run, "--to", "package", "--as", "package");
    const app = mkdtempSync(join(tmpdir(), "mmspec-consumer-"));
    const rows = guestRows().slice(0, 20);
    const samples = JSON.stringify(rows.map(guestSample));
    const code = (price: string) => `import { predict, type Answer, type Sample } from "guests";
import { Guests } from "guests/model";
const samples: Sample[] = ${samples};
samples.push({ readings: [1, 2, 3], stay: { price: ${price}, code: "01" }, mood: null });
const answers: Answer[] = await predict(samples.slice(0, -1));
const yes: number | undefined = answers[0]?.probabilities.yes;
if (yes === undefined || typeof Guests !== "function") throw new Error("no answer");
const refused = await predict([{ readings: [1] as never, stay: [1, "01"] }]).catch((error: Error) => error.message);
console.log(JSON.stringify({ answers, refused }));
`;
    const config = {
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        module: "nodenext",
        target: "es2022",
        lib: ["es2022", "dom"],
        skipLibCheck: true,
        types: [],
      },
      files: ["main.ts"],
    };
    writeFileSync(
      join(app, "package.json"),
      JSON.stringify({ name: "consumer", private: true, type: "module" }),
    );
    writeFileSync(join(app, "tsconfig.json"), JSON.stringify(config));
    const of = (command: string, ...args: string[]) =>
      spawnSync(command, args, { cwd: app, encoding: "utf8", shell: process.platform === "win32" });
    // A packed package brings its dependencies; a linked one wouldn't.
    const install = of(
      "npm",
      ...[
        "install",
        "--install-links",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
        join(folder, "package"),
      ],
    );
    expect(install.status, install.stderr).toBe(0);
    const tsc = join(process.cwd(), "node_modules/typescript/bin/tsc");
    writeFileSync(join(app, "main.ts"), code('"cheap"'));
    expect(of(process.execPath, tsc).stdout).toContain("Type 'string' is not assignable to type 'number'");
    writeFileSync(join(app, "main.ts"), code("50"));
    expect(of(process.execPath, tsc).stdout).toBe("");
    const { status, stdout, stderr } = of(process.execPath, "main.js");
    expect(status, stderr).toBe(0);
    const said = JSON.parse(stdout) as { answers: Answer[]; refused: string };
    compare(said.answers, predicted(folder, run, "some.csv"));
    expect(said.refused).toContain("[3] is wanted");
    const checked = spawnSync(process.execPath, ["--test"], {
      cwd: join(app, "node_modules/guests"),
      encoding: "utf8",
    });
    expect(checked.status, checked.stdout).toBe(0);
    expect(existsSync(join(app, "node_modules/sharp"))).toBe(false);
  });
});

describe("mmspec export", () => {
  const refused = (...args: string[]) => {
    const { code, err } = mmspec(guests.folder, "export", ...args);
    expect(code).not.toBe(0);
    return `${code} ${err}`;
  };

  it("refuses what is no run, not complete, or has other weights", () => {
    const { folder, run } = guests;
    expect(refused(folder, "--to", "out")).toMatch(/^1 .*is not the folder of a run/);
    const copy = join(folder, "copy");
    const fresh = (status: string) => {
      cpSync(run, copy, { recursive: true, force: true });
      const record = JSON.parse(readFileSync(join(run, "run.json"), "utf8")) as object;
      writeFileSync(join(copy, "run.json"), JSON.stringify({ ...record, status }));
    };
    fresh("interrupted");
    expect(refused(copy, "--to", "out")).toMatch(/^1 .*isn't complete, it is interrupted: `mmspec resume/);
    fresh("complete");
    writeFileSync(join(copy, "weights.bin"), "none");
    expect(refused(copy, "--to", "out")).toMatch(/^1 .*weights\.bin is not what weights\.json describes/);
    fresh("complete");
    const model = join(copy, "trainer/model.ts");
    writeFileSync(
      model,
      readFileSync(model, "utf8").replace('scope("encoder.readings")', 'scope("encoder.other")'),
    );
    expect(refused(copy, "--to", "out")).toMatch(/they belong to another spec/);
    const predict = join(copy, "trainer/predict.ts");
    fresh("complete");
    writeFileSync(predict, readFileSync(predict, "utf8").replace(/^\s*model,$/m, ""));
    expect(refused(copy, "--to", "out")).toMatch(/is of an earlier mmspec/);
    expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual([]);
  });

  it("writes over its own folders alone", () => {
    const { folder, run } = guests;
    const other = join(folder, "other");
    mkdirSync(other);
    writeFileSync(join(other, "mine.txt"), "mine");
    expect(refused(run, "--to", "other")).toMatch(/^2 .*has files that no export wrote/);
    expect(refused(run, "--to", "some.csv")).toMatch(/^2 .*is a file/);
    expect(refused(run, "--to", "runs", "--force")).toMatch(/^2 .*holds/);
    expect(readFileSync(join(other, "mine.txt"), "utf8")).toBe("mine");
    for (const force of [["--force"], []]) {
      expect(mmspec(folder, "export", run, "--to", "other", "--json", ...force)).toMatchObject({
        code: 0,
        err: "",
      });
      expect(readdirSync(other)).toContain("model.json");
      expect(readdirSync(other)).not.toContain("mine.txt");
    }
  });

  it("says of ONNX and SavedModel how they are had", () => {
    expect(refused(guests.run, "--to", "out", "--as", "onnx")).toMatch(/^2 No library .*tf2onnx/);
    expect(refused(guests.run, "--to", "out", "--as", "saved-model")).toMatch(/^2 TensorFlow.js can't/);
    expect(refused(guests.run, "--to", "out", "--as", "torch")).toMatch(
      /^2 --as torch: there are web and package/,
    );
  });
});
