import Table from "cli-table3";
import type { CommandModule } from "yargs";
import {
  analyse,
  drawing,
  explain as explainModel,
  picture,
  type Explanation,
} from "../../compiler/index.js";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { exitCodes } from "../exit.js";
import { diagnosticsJson, grouped, print, printDiagnostics, printJson } from "../output.js";
import { chooseModel, customOption, readSpecWith, setOption } from "../spec.js";

interface Options {
  file: string;
  model: string | undefined;
  set: string | string[] | undefined;
  custom: boolean;
  svg: string | undefined;
  json: boolean;
}

export const explain: CommandModule<object, Options> = {
  command: "explain <file>",
  describe: "Show each layer's shapes, parameters and FLOPs, and a picture",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A .mmspec file" })
      .option("model", { type: "string", describe: "Which model of the file" })
      .option("set", setOption)
      .option("custom", customOption)
      .option("svg", { type: "string", describe: "Write the picture to this file as well, as SVG" })
      .option("json", { type: "boolean", default: false, describe: "Print it as JSON" }),
  async handler({ file, model, set, svg, custom, json }) {
    const { text, read } = await readSpecWith(file, set);
    const analysis = analyse(text, file, { custom, read });
    if (analysis.failed) {
      if (json) printJson(diagnosticsJson(analysis));
      else printDiagnostics(analysis);
      process.exitCode = exitCodes.wrongInput;
      return;
    }
    const ir = chooseModel(analysis, { file, model });
    const explanation = explainModel(ir);
    if (svg !== undefined) await writeAtomically(svg, drawing(ir));
    if (json) return printJson({ ...explanation, picture: picture(ir) });
    printDiagnostics(analysis);
    print(explanationTable(explanation));
    print(`\nAs a picture (Mermaid):\n\n${picture(ir)}`);
  },
};

function explanationTable({ model, parts, parameters, flops, memoryPerBatch, batch }: Explanation): string {
  const table = new Table({
    head: ["part", "layer", "makes", "parameters", "FLOPs"],
    colAligns: ["left", "left", "left", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  let previous = "";
  for (const { part, layer, output, parameters: weights, flops: cost, uncounted } of parts) {
    table.push([
      part === previous ? "" : part,
      layer,
      `[${output.join(", ")}]`,
      uncounted ? "?" : grouped(weights),
      uncounted ? "?" : grouped(cost),
    ]);
    previous = part;
  }
  table.push(["all", "", "", grouped(parameters), grouped(flops)]);
  const memory = (memoryPerBatch / 2 ** 20).toFixed(1);
  const unknown = parts.some(({ uncounted }) => uncounted)
    ? "\nWhat comes from a file isn't counted: the compiler doesn't read it."
    : "";
  return `${model}\n${table.toString()}${unknown}\nAbout ${memory} MiB to learn from one batch of ${batch}.`;
}
