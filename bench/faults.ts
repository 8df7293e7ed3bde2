/**
 * Kills train, resume, evaluate, sweep, variants, predict, report and export at random moments with SIGKILL, and looks after each time whether all that was finished is intact; then has them come to
 * their end, and compares that with what they come to undisturbed. Then one of each other fault. Prints the tables of docs/reliability.md.
 * Usage: npm run build, then npx tsx bench/faults.ts [--kills 200] [--seed 1] [--jobs 2] [--only kills|others] [--command NAME]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../runtime/data/random.js";
import { attacked, makeWhole } from "../test/support/faults/attacked.js";
import { emptyTally, round, type Tally } from "../test/support/faults/kills.js";
import { canMount, faults } from "../test/support/faults/run-faults.js";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    only: { type: "string" },
    command: { type: "string" },
  },
});
const kills = Number(values.kills);
const random = new Random(Number(values.seed));
const commands = attacked.filter(({ name }) => values.command === undefined || name === values.command);
if (commands.length === 0) throw new Error(`There are ${attacked.map(({ name }) => name).join(", ")}.`);
/** Kills in a row, before a command is left alone. */
const inRow = Math.max(1, Math.min(4, Math.ceil(kills / commands.length)));

const root = mkdtempSync(join(tmpdir(), "mmspec-faults-"));
const whole = await makeWhole(join(root, "whole"));
process.stderr.write(`undisturbed: ${whole.folder}\n`);

if (values.only !== "others") {
  const tallies = new Map<string, Tally>(commands.map(({ name }) => [name, emptyTally()]));
  const rounds = Array.from({ length: Math.ceil(kills / inRow) }, (_, i) => ({
    command: commands[i % commands.length] as (typeof commands)[number],
    kills: Math.min(inRow, kills - i * inRow),
    random: random.fork(String(i)),
    folder: join(root, `round-${i}`),
  }));
  const work = async () => {
    for (let next = rounds.shift(); next !== undefined; next = rounds.shift()) {
      const { command, folder } = next;
      const found = await round(command, { ...next, whole });
      const tally = tallies.get(command.name) as Tally;
      tally.kills += found.kills;
      for (const key of ["damaged", "other", "left", "unclear"] as const) {
        tally[key].push(...found[key]);
        for (const line of found[key]) process.stderr.write(`${command.name}, ${folder}: ${key}: ${line}\n`);
      }
      process.stderr.write(`${command.name}: ${found.kills} kills\n`);
      if (found.damaged.length + found.other.length + found.left.length + found.unclear.length === 0)
        rmSync(folder, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  const sum = emptyTally();
  console.log("| killed with SIGKILL | times | files damaged | other results | files left | unclear ends |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  const line = (name: string, { kills, damaged, other, left, unclear }: Tally) =>
    console.log(
      `| ${name} | ${kills} | ${damaged.length} | ${other.length} | ${left.length} | ${unclear.length} |`,
    );
  for (const [name, tally] of tallies) {
    line(name, tally);
    sum.kills += tally.kills;
    for (const key of ["damaged", "other", "left", "unclear"] as const) sum[key].push(...tally[key]);
  }
  line("all", sum);
}

if (values.only !== "kills") {
  const mounts = canMount();
  console.log("\n| fault | exit code | what is said | what was finished |");
  console.log("| --- | --- | --- | --- |");
  for (const { name, root: wantsRoot, inject, wants } of faults) {
    if (wantsRoot === true && !mounts) {
      console.log(`| ${name} | | left out: mounting a small disk wants root | |`);
      continue;
    }
    const folder = join(root, name.replaceAll(/\W+/g, "-"));
    const { code, said, lost } = await inject(folder, whole);
    const right = code === wants.code && wants.said.test(said);
    const text = said.replaceAll(folder, "…").replaceAll(whole.folder, "…").replaceAll("|", "\\|");
    const intact = lost.length === 0 ? "intact" : `lost: ${lost.join("; ")}`;
    console.log(`| ${name} | ${code}${right ? "" : " (unexpected)"} | ${text} | ${intact} |`);
  }
}

rmSync(root, { recursive: true, force: true });
