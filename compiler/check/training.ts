import type {
  AugmentSetting,
  Call,
  Span,
  TrainDeclaration,
  TrainOption,
  Value,
} from "../../grammar/syntax.js";
import type { ParadigmIr, RuntimeCall, SuperviseIr, TargetIr, TrainingIr } from "../ir.js";
import {
  optimizers,
  paradigms,
  schedules,
  settings,
  teachers,
  type OptimizerRow,
} from "../tables/training.js";
import type { Arguments, Callable } from "../tables/parameters.js";
import { bindArguments, paramsFor } from "./arguments.js";
import type { Checker } from "./checker.js";
import { checkClassWeights } from "./class-weights.js";

/** What a model learns by when its spec doesn't say. */
const defaults = { batch: 64, epochs: 20, seed: 1 };

/** The training of a model, and where the parts that other checks speak of stand. */
export interface CheckedTraining {
  training: TrainingIr;
  paradigmSpan: Span;
  stopSpan?: Span;
  superviseSpan?: Span;
  /** What is said of modalities, to be checked where they are known. */
  augment: readonly AugmentSetting[];
  mixupSpan?: Span;
  /** Of `modality_dropout`. */
  dropoutSpan?: Span;
  classWeightsSpan?: Span;
}

export function checkTraining(
  declaration: TrainDeclaration,
  target: TargetIr | undefined,
  checker: Checker,
): CheckedTraining {
  const options = new Map<string, TrainOption>();
  let stop: { span: Span; epochs: number } | undefined;
  let supervise: { span: Span; teacher: Call } | undefined;
  const augment: AugmentSetting[] = [];
  for (const setting of declaration.settings) {
    if (setting.kind === "augment") {
      augment.push(setting);
      continue;
    }
    if (setting.kind === "supervise") {
      if (supervise !== undefined) {
        const line = checker.line(supervise.span);
        checker.report("settingTwice", setting.span, { name: "supervise gate", line });
      }
      supervise ??= setting;
      continue;
    }
    if (setting.kind === "stop") {
      if (stop !== undefined) {
        checker.report("settingTwice", setting.span, { name: "stop", line: checker.line(stop.span) });
      }
      const epochs = positiveInteger(setting.epochs, "stop", checker);
      if (epochs !== undefined) stop ??= { span: setting.span, epochs };
      continue;
    }
    const name = setting.name.text;
    const other = options.get(name);
    if (name === "augment") checker.report("augmentWith", setting.span, undefined);
    else if (!settings.has(name)) {
      const known = [...settings.keys(), "stop", "supervise", "augment"];
      checker.report("unknownWord", setting.name.span, { what: "a setting of `train`", name, known });
    } else if (other !== undefined) {
      checker.report("settingTwice", setting.span, { name, line: checker.line(other.span) });
    } else {
      options.set(name, setting);
      const [next] = setting.then;
      if (next !== undefined && name !== "schedule") checker.report("nothingFollows", next.span, { name });
    }
  }

  const number = (name: string, min: number, above = false): number | undefined => {
    const value = options.get(name)?.value;
    if (value === undefined) return undefined;
    if (value.kind === "number" && (above ? value.value > min : value.value >= min)) return value.value;
    wrongSetting(value, name, above ? `a number above ${min}` : `a number from ${min} up`, checker);
    return undefined;
  };
  const integer = (name: string, min: number): number | undefined => {
    const value = options.get(name)?.value;
    return value === undefined ? undefined : positiveInteger(value, name, checker, min);
  };

  const epochs = integer("epochs", 1) ?? defaults.epochs;
  const { decay: optimizerDecay, ...optimizer } = checkOptimizer(options.get("optimizer")?.value, checker);
  const clip = number("clip", 0, true);
  const decay = number("weight_decay", 0) ?? optimizerDecay;
  const decaySetting = options.get("weight_decay");
  if (decaySetting !== undefined && optimizerDecay !== undefined) {
    const line = checker.line(options.get("optimizer")?.span ?? decaySetting.span);
    checker.report("settingTwice", decaySetting.span, { name: "weight_decay", line });
  }
  const noise = number("noise", 0);
  const dropout = number("modality_dropout", 0);
  const dropoutSetting = options.get("modality_dropout");
  if (dropoutSetting !== undefined && dropout !== undefined && dropout >= 1)
    wrongSetting(dropoutSetting.value, "modality_dropout", "a number from 0 up and below 1", checker);
  const mixup = number("mixup", 0, true);
  const schedule = checkSchedule(options.get("schedule"), checker);
  const classWeights = checkClassWeights(options.get("class_weights")?.value, target, checker);
  const teacher = checkCall(supervise?.teacher, teachers, "a teacher", "supervise", checker);
  const training: TrainingIr = {
    paradigm: checkParadigm(options.get("paradigm")?.value, epochs, checker),
    ...optimizer,
    batch: integer("batch", 1) ?? defaults.batch,
    seed: integer("seed", 0) ?? defaults.seed,
    ...(stop !== undefined && { patience: stop.epochs }),
    ...(clip !== undefined && { clip }),
    ...(decay !== undefined && decay > 0 && { weightDecay: decay }),
    ...(schedule !== undefined && { schedule }),
    ...(noise !== undefined && noise > 0 && { noise }),
    ...(dropout !== undefined && dropout > 0 && { modalityDropout: dropout }),
    ...(classWeights && { classWeights }),
    ...(mixup !== undefined && { mixup }),
    ...(teacher && { supervise: teacher.args as unknown as SuperviseIr }),
    line: checker.line(declaration.span),
  };
  return {
    training,
    augment,
    ...(mixup !== undefined && { mixupSpan: options.get("mixup")?.span ?? declaration.span }),
    paradigmSpan: options.get("paradigm")?.value.span ?? declaration.span,
    ...(stop !== undefined && { stopSpan: stop.span }),
    ...(supervise !== undefined && { superviseSpan: supervise.span }),
    ...(dropoutSetting !== undefined && { dropoutSpan: dropoutSetting.span }),
    ...(classWeights && { classWeightsSpan: options.get("class_weights")?.span ?? declaration.span }),
  };
}

function checkParadigm(value: Value | undefined, epochs: number, checker: Checker): ParadigmIr {
  const checked = checkCall(value, paradigms, "a paradigm", "paradigm", checker);
  if (checked === undefined) return { kind: "joint", epochs };
  const { row, args } = checked;
  // A row's name and parameters are those of its intermediate form; dmil has epochs of its own.
  return { kind: row.name, ...(row.name !== "dmil" && { epochs }), ...args } as unknown as ParadigmIr;
}

function checkOptimizer(
  value: Value | undefined,
  checker: Checker,
): { optimizer: RuntimeCall; learningRate: number; decay?: number } {
  const checked = checkCall(value, optimizers, "an optimizer", "optimizer", checker);
  const row = checked?.row ?? (optimizers.get("adam") as OptimizerRow);
  const args: Arguments = checked?.args ?? { lr: 0.001 };
  const names = Object.entries(row.options);
  const options = Object.fromEntries(names.map(([name, runtime]) => [runtime, args[name] as number]));
  const decay = args.weight_decay as number | undefined;
  return {
    optimizer: { name: row.runtime ?? row.name, options },
    learningRate: args.lr as number,
    ...(decay !== undefined && { decay }),
  };
}

/** The schedules of a chain, one after the other. */
function checkSchedule(
  option: TrainOption | undefined,
  checker: Checker,
): readonly RuntimeCall[] | undefined {
  if (option === undefined) return undefined;
  const checked = [option.value, ...option.then].map((value) =>
    checkCall(value, schedules, "a schedule", "schedule", checker),
  );
  const calls = checked.flatMap((found) => {
    if (found === undefined) return [];
    const { row, args } = found;
    const options = args as Readonly<Record<string, number>>;
    return [{ name: row.runtime, ...(row.parameters.length > 0 && { options }) }];
  });
  const endless = checked.findIndex((found) => found !== undefined && !found.row.ends);
  const next = endless < 0 ? undefined : option.then[endless];
  if (next !== undefined) {
    checker.report("scheduleGoesOn", next.span, {
      name: checked[endless]?.row.name ?? "",
      next: next.name.text,
      ending: [...schedules.values()].filter(({ ends }) => ends).map(({ name }) => `\`${name}\``),
    });
  }
  return calls;
}

/** A call whose name is a row of a table, with its arguments. */
function checkCall<Row extends Callable>(
  value: Value | undefined,
  table: ReadonlyMap<string, Row>,
  what: string,
  setting: string,
  checker: Checker,
): { row: Row; args: Arguments } | undefined {
  if (value === undefined) return undefined;
  if (value.kind !== "call") {
    wrongSetting(
      value,
      setting,
      `one of ${[...table.keys()].map((name) => `\`${name}\``).join(", ")}`,
      checker,
    );
    return undefined;
  }
  const call: Call = value;
  const row = table.get(call.name.text);
  if (row === undefined) {
    checker.report("unknownWord", call.name.span, { what, name: call.name.text, known: [...table.keys()] });
    return undefined;
  }
  const args = bindArguments(call, row, checker);
  return args === undefined ? undefined : { row, args };
}

function positiveInteger(value: Value, name: string, checker: Checker, min = 1): number | undefined {
  if (value.kind === "number" && Number.isSafeInteger(value.value) && value.value >= min) return value.value;
  wrongSetting(value, name, `a whole number from ${min} up`, checker);
  return undefined;
}

function wrongSetting(value: Value, name: string, wanted: string, checker: Checker): void {
  const found = checker.text(value.span);
  const params = paramsFor(value, "number", checker);
  checker.report("wrongValue", value.span, { call: "train", name, wanted, found, ...params });
}
