#!/usr/bin/env node
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { version } from "../compiler/index.js";
import { writeErrorOf } from "../runtime/runs/write-error.js";
import { outliveReaders } from "../runtime/runs/broken-pipe.js";
import { check } from "./commands/check.js";
import { compile } from "./commands/compile.js";
import { data } from "./commands/data.js";
import { engines } from "./commands/engines.js";
import { evaluate } from "./commands/evaluate.js";
import { exportRun } from "./commands/export.js";
import { explain } from "./commands/explain.js";
import { format } from "./commands/format.js";
import { lsp } from "./commands/lsp.js";
import { create } from "./commands/new.js";
import { predict } from "./commands/predict.js";
import { report } from "./commands/report.js";
import { resume } from "./commands/resume.js";
import { serve } from "./commands/serve.js";
import { study } from "./commands/study.js";
import { sweep } from "./commands/sweep.js";
import { train } from "./commands/train.js";
import { variants } from "./commands/variants.js";
import { worker } from "./commands/worker.js";
import { CommandError, exitCodes } from "./exit.js";

outliveReaders();

const parser = yargs(hideBin(process.argv))
  // A dot in an option's name would make an object of its value.
  .parserConfiguration({ "dot-notation": false })
  .scriptName("mmspec")
  .usage("$0 COMMAND\n\nMultimodal models from a page of text: trained, and explained sample by sample.")
  .command(check)
  .command(compile)
  .command(train)
  .command(resume)
  .command(data)
  .command(evaluate)
  .command(predict)
  .command(serve)
  .command(exportRun)
  .command(report)
  .command(study)
  .command(sweep)
  .command(worker)
  .command(explain)
  .command(variants)
  .command(format)
  .command(create)
  .command(lsp)
  .command(engines)
  .demandCommand(
    1,
    "Say what to do: mmspec check, compile, data, train, resume, evaluate, predict, serve, export, report, study, sweep, worker, explain, variants, format, new, lsp or engines.",
  )
  .recommendCommands()
  .strict()
  .version(version)
  .help()
  .epilogue(
    "Exit codes: 0 fine, 1 the spec or the data is wrong, 2 wrong usage, 3 the run failed, 130 interrupted.",
  )
  .exitProcess(false)
  .fail((message, error) => {
    throw (
      error ?? new CommandError(`${message}\n\`mmspec --help\` shows what there is.`, exitCodes.wrongUsage)
    );
  });

try {
  await parser.parseAsync();
} catch (error) {
  const unwritten = writeErrorOf(error);
  if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else if (unwritten !== undefined) {
    process.stderr.write(`${unwritten.message}\n`);
    process.exitCode = exitCodes.failed;
  } else {
    process.stderr.write(
      `mmspec failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = exitCodes.failed;
  }
}
