import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
  closeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../runtime/data/random.js";

/*
 * Data larger than memory: writes a file of so many gigabytes, learns from it for one epoch within so many megabytes, and tells how much memory that took, how
 * fast it was and how long learning waited. The file and what is kept of it are removed.
 *
 *   npm run build && npx tsx bench/stream.ts --gb 10 --within 512 --folder /tmp/mmspec-stream
 */

const { values } = parseArgs({
  options: {
    gb: { type: "string", default: "1" },
    within: { type: "string", default: "512" },
    folder: { type: "string", default: "/tmp/mmspec-stream" },
    batch: { type: "string", default: "1024" },
    engine: { type: "string", default: "wasm" },
  },
});

const width = 1024;
const folder = resolve(values.folder);
const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** Safetensors of two vectors and a label, which both of them tell in part; the same few thousand samples again and again. */
function write(path: string, bytes: number): number {
  const part = 2048;
  const parts = Math.max(1, Math.round(bytes / (part * (8 * width + 4))));
  const rows = parts * part;
  const random = new Random(1);
  const labels = Int32Array.from({ length: part }, () => random.integer(4));
  const vectors = [0, 1].map((m) =>
    random
      .values([part, width], (draw) => draw.uniform())
      .map((value, i) => {
        const label = labels[Math.floor(i / width)] as number;
        return value + (i % 2 === ((label >> m) & 1) ? 0.1 : 0);
      }),
  );
  const size = 4 * rows * width;
  const header = JSON.stringify({
    left: { dtype: "F32", shape: [rows, width], data_offsets: [0, size] },
    right: { dtype: "F32", shape: [rows, width], data_offsets: [size, 2 * size] },
    label: { dtype: "I32", shape: [rows], data_offsets: [2 * size, 2 * size + 4 * rows] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  const file = openSync(path, "w");
  writeSync(file, length);
  writeSync(file, header);
  for (const array of [...vectors, labels])
    for (let i = 0; i < parts; i++) writeSync(file, new Uint8Array(array.buffer));
  closeSync(file);
  return rows;
}

const spec = (from: string) => `model Stream {
  target label: class(4)
  modality left: vector(${width})
  modality right: vector(${width})
  encoder Left for left = mlp(8)
  encoder Right for right = mlp(8)
  fusion = concat -> mlp(8)
  train { paradigm joint epochs 1 batch ${values.batch} seed 1 }
  evaluate { accuracy }
}

data for Stream {
  from "${from}"
  left <- "left" scaled by 2
  right <- "right" scaled by 2
  label <- "label"
  split 0.98 train, 0.01 validation, 0.01 test seed 1
  streamed within ${values.within} MB
}
`;

interface Record {
  peakMemory: number;
  seconds: { [stage: string]: number };
  waitingForData: { seconds: number; share: number };
}

function run(name: string, bytes: number) {
  const data = join(folder, `${name}.safetensors`);
  const rows = write(data, bytes);
  writeFileSync(join(folder, `${name}.mmspec`), spec(`${name}.safetensors`));
  const began = performance.now();
  execFileSync(
    process.execPath,
    [cli, "train", `${name}.mmspec`, "--engine", values.engine, "--runs", join(folder, `runs-${name}`)],
    { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
  );
  const all = (performance.now() - began) / 1000;
  const [only = ""] = readdirSync(join(folder, `runs-${name}`));
  const record = JSON.parse(readFileSync(join(folder, `runs-${name}`, only, "run.json"), "utf8")) as Record;
  const learning = Object.values(record.seconds).reduce((a, b) => a + b, 0);
  const mb = (count: number) => `${(count / 2 ** 20).toFixed(0)} MB`;
  process.stdout.write(
    `${name}: ${rows} samples, ${mb(rows * (8 * width + 4))}; ${all.toFixed(0)} s in all, ${learning.toFixed(0)} s of them learning: ` +
      `${(rows / learning).toFixed(0)} samples/s, waiting ${(100 * record.waitingForData.share).toFixed(1)} %; peak memory ${mb(record.peakMemory)}\n`,
  );
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
try {
  run("small", 16 * 2 ** 20);
  run("large", Number(values.gb) * 2 ** 30);
} finally {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
}
