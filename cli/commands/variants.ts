import { dirname, join } from "node:path";
import type { CommandModule } from "yargs";
import {
  compile,
  locate,
  Source,
  variantSpace,
  type CheckOptions,
  type Variant,
  type VariantSpace,
} from "../../compiler/index.js";
import { CommandError, exitCodes } from "../exit.js";
import { diagnosticsJson, grouped, print, printDiagnostics, printJson } from "../output.js";
import { customOption, readSpec, readSpecWith, setOption } from "../spec.js";
import { look, type NoVariant, type Wanted } from "../variants/look.js";
import { variantsTable } from "../variants/table.js";
import { indexRow, takeVariants, writeIndex, writeVariant, type IndexRow } from "../variants/write.js";

interface Options {
  file: string;
  out: string | undefined;
  list: number | undefined;
  random: number | undefined;
  seed: number;
  at: string | undefined;
  model: string | undefined;
  set: string | string[] | undefined;
  custom: boolean;
  json: boolean;
}

/** Variants in the table when nobody says how many. */
const listed = 20;
/** Combinations of a space that is written out whole without being asked twice. */
const mostUnasked = 10_000n;

export const variants: CommandModule<object, Options> = {
  command: "variants <file>",
  describe: "List the variants of a model, or write them as specs and TypeScript",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A .mmspec file" })
      .option("out", { alias: "o", type: "string", describe: "Write each variant into a folder of this one" })
      .option("list", { type: "number", describe: "The first so many; 20 in the table when left out" })
      .option("random", { type: "number", describe: "So many at random" })
      .option("seed", { type: "number", default: 1, describe: "What --random follows from" })
      .option("at", { type: "string", describe: "The one at this place in the space, counted from 0" })
      .option("model", { type: "string", describe: "Which model of the file" })
      .option("set", setOption)
      .option("custom", customOption)
      .option("json", { type: "boolean", default: false, describe: "Print it as JSON" })
      .conflicts("at", ["list", "random"])
      .conflicts("list", "random"),
  async handler(options) {
    const { file, set, custom, json, out, model } = options;
    const { text, read } = await readSpecWith(file, set);
    const { space, analysis } = variantSpace(text, file, { custom, model, read });
    if (analysis.failed) {
      if (json) printJson(diagnosticsJson(analysis));
      else printDiagnostics(analysis);
      process.exitCode = exitCodes.wrongInput;
      return;
    }
    if (!json) printDiagnostics(analysis);
    if (space === undefined)
      throw noBlock(
        options,
        analysis.models.map(({ name }) => name),
      );
    const wanted = wantedOf(options, space);
    if (out === undefined) return show(space, wanted, options);
    await writeAll(space, wanted, out, { ...options, read });
  },
};

function noBlock({ file, model }: Options, models: readonly string[]): CommandError {
  const name = model ?? models[0] ?? "MODEL";
  return new CommandError(
    `${file} asks for no variants${model === undefined ? "" : ` of ${model}`}: add \`variants of ${name} { vary train.batch in [32, 64] }\`.`,
    exitCodes.wrongInput,
  );
}

/** @throws CommandError when a number is none, or there is no such place */
function wantedOf({ list, random, seed, at, out }: Options, space: VariantSpace): Wanted {
  for (const [name, value] of Object.entries({ list, random })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      throw new CommandError(`--${name} wants a whole number from 1 up.`, exitCodes.wrongUsage);
  }
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new CommandError("--seed wants a whole number from 0 up.", exitCodes.wrongUsage);
  if (at !== undefined && (!/^\d+$/.test(at) || BigInt(at) >= space.size)) {
    const places = `0 to ${space.size - 1n}`;
    throw new CommandError(`There is no place ${at} in the space: it has ${places}.`, exitCodes.wrongUsage);
  }
  const bounded = [list, random, at, space.limit, space.sample].some((bound) => bound !== undefined);
  if (out !== undefined && !bounded && space.size > mostUnasked) {
    throw new CommandError(
      `The space has ${grouped(space.size)} combinations: say how many with --list or --random, or write \`limit\` or \`sample\` into the spec.`,
      exitCodes.wrongUsage,
    );
  }
  return {
    list: list ?? (out === undefined ? listed : undefined),
    random,
    seed,
    ...(at && { at: BigInt(at) }),
  };
}

async function show(space: VariantSpace, wanted: Wanted, { file, json }: Options): Promise<void> {
  const found = await look(space, wanted, () => undefined, wanted.at === undefined);
  const { variants, others, more, looked, complete } = found;
  if (json) {
    printJson({
      ...aboutSpace(space, file),
      looked,
      complete,
      more,
      variants: variants.map((variant) => ({ ...variant, index: String(variant.index) })),
      ...othersJson(others, file),
    });
    return;
  }
  print(variantsTable(space, found));
  if (wanted.at !== undefined && variants[0] !== undefined) print(`\n${variants[0].spec.trimEnd()}`);
  const [other] = others;
  if (wanted.at !== undefined && other?.kind === "excluded") print(`It is excluded: ${other.excluded}.`);
}

async function writeAll(
  space: VariantSpace,
  wanted: Wanted,
  out: string,
  options: Options & Pick<CheckOptions, "read">,
): Promise<void> {
  const lock = await takeVariants(out);
  try {
    await writeInto(out, space, wanted, options);
  } finally {
    await lock.release();
  }
}

async function writeInto(
  out: string,
  space: VariantSpace,
  wanted: Wanted,
  { file, custom, json, read }: Options & Pick<CheckOptions, "read">,
): Promise<void> {
  const rows: IndexRow[] = [];
  const write = async (variant: Variant): Promise<void> => {
    const { name, spec } = variant;
    // Imports begin in the folder of the spec.
    const path = join(dirname(file), `${name}.mmspec`);
    const compiled = await compile(spec, path, space.model, { custom, read });
    if (compiled.failed) throw new CommandError(noData(file, space.model), exitCodes.wrongInput);
    const own = compiled.customFiles.map(async ({ from, to }) => ({
      path: to,
      text: await readSpec(join(dirname(file), from)),
    }));
    await writeVariant(out, name, [...compiled.files, ...(await Promise.all(own))]);
    rows.push(indexRow(variant));
  };
  const found = await look(space, wanted, write, false);
  const about = { ...aboutSpace(space, file), ...othersJson(found.others, file) };
  const index = await writeIndex(out, about, space.paths, rows);
  if (json) return printJson({ ...about, out, variants: rows });
  print(
    variantsTable(space, {
      ...found,
      variants: found.variants.slice(0, listed),
      more: Math.max(0, found.variants.length - listed),
    }),
  );
  print(
    `\n${rows
      .map(({ folder }) => join(out, folder))
      .slice(0, 3)
      .join("\n")}${rows.length > 3 ? "\n..." : ""}\n${index.join("\n")}`,
  );
}

function noData(file: string, model: string): string {
  return `${file}: nothing says where the samples of ${model} come from: add \`data for ${model} { from "file.npz" ... }\`.`;
}

function aboutSpace(space: VariantSpace, file: string) {
  const { model, paths, size, limit, sample } = space;
  return {
    spec: file,
    model,
    paths,
    size: String(size),
    ...(limit !== undefined && { limit }),
    ...(sample && { sample }),
  };
}

/** The combinations that are no variants, with their reasons. */
function othersJson(others: readonly NoVariant[], file: string) {
  const about = ({ index, name, choices }: NoVariant) => ({ index: String(index), name, choices });
  return {
    excluded: others.flatMap((other) =>
      other.kind === "excluded" ? [{ ...about(other), reason: other.excluded }] : [],
    ),
    duplicates: others.flatMap((other) =>
      other.kind === "duplicate" ? [{ ...about(other), of: String(other.of) }] : [],
    ),
    invalid: others.flatMap((other) =>
      other.kind === "invalid"
        ? [
            {
              ...about(other),
              diagnostics: other.invalid.map((found) => locate(found, new Source(file, other.spec))),
            },
          ]
        : [],
    ),
  };
}
