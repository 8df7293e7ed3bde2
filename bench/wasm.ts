/**
 * How long forwards and backwards take on wasm as published and with what this runtime corrects (runtime/engines/gradients/), for each kernel that learning
 * uses: `npx tsx bench/wasm.ts [part of a name]`. Both run in processes of their own and take turns; milliseconds of processor time, the least of several.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import Table from "cli-table3";
import { openEngine } from "../runtime/index.js";
import { cases } from "./wasm-cases.js";

const rounds = 5;

/** In a process that computes: does a case when it is asked for, and says how long it took, or what it can't do. */
async function compute(published: boolean): Promise<void> {
  if (published) {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(
      fileURLToPath(new URL("../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url)),
    );
    await tf.setBackend("wasm");
    tf.enableProdMode();
  } else await openEngine("wasm");
  process.on("message", (index: number) => {
    try {
      const { variables, compute: forwards } = (cases[index] as (typeof cases)[number]).make("large");
      const times: number[] = [];
      for (let i = 0; i < rounds; i++) {
        const begin = process.cpuUsage();
        tf.tidy(() => {
          const { grads } = tf.variableGrads(() => tf.sum<tf.Scalar>(forwards()), variables);
          Object.values(grads)[0]?.dataSync();
        });
        const { user, system } = process.cpuUsage(begin);
        times.push((user + system) / 1000);
      }
      tf.dispose(variables);
      process.send?.({ times });
    } catch (error) {
      process.send?.({ reason: (error as Error).message });
    }
  });
  process.send?.({});
}

interface Answer {
  times?: number[];
  reason?: string;
}

/** A process that computes. */
function start(kind: "published" | "ours") {
  const child = fork(fileURLToPath(import.meta.url), [kind], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const answer = () => new Promise<Answer>((resolve) => child.once("message", resolve));
  const begun = answer();
  return {
    async ask(index: number): Promise<Answer> {
      await begun;
      const said = answer();
      child.send(index);
      return said;
    },
    end: () => child.kill(),
  };
}

async function compare(wanted: string): Promise<void> {
  const [published, ours] = [start("published"), start("ours")];
  const table = new Table({
    head: ["forwards and backwards", "as published, ms", "here, ms", "times faster"],
    style: { head: [], border: [] },
  });
  for (const [index, { name }] of cases.entries()) {
    if (!name.includes(wanted)) continue;
    const found: { published: number[]; ours: number[]; reason?: string } = { published: [], ours: [] };
    for (let turn = 0; turn < 3; turn++) {
      const there = await published.ask(index);
      found.published.push(...(there.times ?? []));
      if (there.reason !== undefined) found.reason = there.reason;
      const here = await ours.ask(index);
      if (here.times === undefined) throw new Error(`${name}: ${here.reason}`);
      found.ours.push(...here.times);
    }
    const [before, now] = [Math.min(...found.published), Math.min(...found.ours)];
    const missing = /Kernel '(\w+)' not registered/.exec(found.reason ?? "")?.[1] ?? found.reason;
    table.push([
      name,
      found.reason === undefined ? before.toFixed(1) : `can't: no ${missing}`,
      now.toFixed(1),
      found.reason === undefined ? (before / now).toFixed(1) : "",
    ]);
  }
  published.end();
  ours.end();
  console.log(table.toString());
}

const [kind = ""] = process.argv.slice(2);
if (process.send !== undefined && (kind === "published" || kind === "ours"))
  await compute(kind === "published");
else await compare(kind);
