import { analyse, type ModelIr, type VariantSpace } from "../compiler/index.js";
import { SweepProblem } from "./problem.js";
import { mayValidate } from "../compiler/check/split.js";
import { customFiles } from "../compiler/files.js";
import { dataPathsOf } from "./data-files.js";
import { stageEpochs, type Trial } from "./trial.js";

/** More than these are not listed; `limit` or `sample` in the spec takes some of them. */
const most = 100_000;

export interface SweepVariants {
  trials: Trial[];
  /** Of the first variant. */
  ir: ModelIr;
  /** What the variants read, as their specs name it. */
  dataPaths: ReturnType<typeof dataPathsOf>;
  /** Texts of the files that their specs import, by the path from the spec's folder. */
  imports: ReadonlyMap<string, string>;
  /** Files that their `custom` layers come from. */
  customPaths: string[];
}

/**
 * The variants of a model as a sweep trains them.
 * @param file name of the spec, for messages
 * @throws SweepProblem when there are none, or too many
 */
export function trialsOf(
  space: VariantSpace,
  file: string,
  imports: ReadonlyMap<string, string> = new Map(),
): SweepVariants {
  const trials: Trial[] = [];
  const custom = new Set<string>();
  const paths = new Map<string, SweepVariants["dataPaths"][number]>();
  let first: ModelIr | undefined;
  for (const { name, choices, spec, parameters, flops } of space) {
    if (trials.length === most)
      throw new SweepProblem(
        `${file}: the sweep would have more than ${most} variants. Say how many in \`variants of ${space.model}\`: \`limit 100\` or \`sample 100\`.`,
      );
    const ir = analyse(spec, "variant.mmspec", { read: (path) => imports.get(path) }).models.find(
      (model) => model.name === space.model,
    );
    if (ir === undefined) throw new SweepProblem(`${file}: the variant ${name} has errors.`);
    checkData(ir, file);
    first ??= ir;
    for (const { from } of customFiles(ir)) custom.add(from);
    for (const read of dataPathsOf(ir)) paths.set(read.path, read);
    trials.push({ name, choices, spec, parameters, flops, epochs: stageEpochs(ir) });
  }
  if (first === undefined)
    throw new SweepProblem(
      `${file}: no variant of ${space.model} is left: \`mmspec variants ${file}\` tells why.`,
    );
  return { trials, ir: first, dataPaths: [...paths.values()], imports, customPaths: [...custom] };
}

/** @throws SweepProblem when the variants couldn't be compared */
function checkData({ name, data }: ModelIr, file: string): void {
  if (data === undefined)
    throw new SweepProblem(`${file}: there is no \`data for ${name}\`, so that nothing can be trained.`);
  if (!mayValidate(data.split))
    throw new SweepProblem(
      `${file}:${data.split.line}: variants are compared by the validation split, so that the test split tells the truth about the best one. Add it: \`split 0.7 train, 0.1 validation, 0.2 test\`.`,
    );
}
