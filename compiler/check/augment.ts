import type { AugmentSetting, Span } from "../../grammar/syntax.js";
import type { AugmentationIr, TrainingIr } from "../ir.js";
import { augmentations, augmentationsOf } from "../tables/augmentations.js";
import { bindArguments } from "./arguments.js";
import type { Checker } from "./checker.js";
import type { CheckedModality } from "./modalities.js";

/** `augment picture with flip(horizontal) -> shift(by: 2)`: of modalities whose values are numbers, each once. */
export function checkAugmentations(
  settings: readonly AugmentSetting[],
  modalities: ReadonlyMap<string, CheckedModality>,
  checker: Checker,
): TrainingIr["augment"] {
  const lines = new Map<string, number>();
  const found = settings.flatMap((setting) =>
    setting.modalities.flatMap(({ text, span }) => {
      const modality = modalities.get(text);
      const line = lines.get(text);
      if (line !== undefined) checker.report("settingTwice", span, { name: `augment ${text}`, line });
      lines.set(text, checker.line(span));
      if (modality === undefined)
        checker.report("unknownModality", span, { name: text, modalities: [...modalities.keys()] });
      return modality === undefined || line !== undefined ? [] : [{ modality, setting }];
    }),
  );
  const steps = new Map(settings.map((setting) => [setting, checkSteps(setting, checker)]));
  for (const { modality, setting } of found) checkKinds(setting, modality, checker);
  return found.length === 0
    ? undefined
    : found.map(({ modality, setting }) => ({ modality: modality.name, steps: steps.get(setting) ?? [] }));
}

function checkSteps({ steps }: AugmentSetting, checker: Checker): AugmentationIr[] {
  return steps.items.flatMap((call) => {
    const row = augmentations.get(call.name.text);
    if (row === undefined) {
      const about = { what: "an augmentation", name: call.name.text, known: [...augmentations.keys()] };
      checker.report("unknownWord", call.name.span, about);
      return [];
    }
    const args = bindArguments(call, row, checker);
    return args === undefined ? [] : [{ kind: row.name, options: args as AugmentationIr["options"] }];
  });
}

/** Whether a modality can be changed so. */
function checkKinds({ steps }: AugmentSetting, { name, kind }: CheckedModality, checker: Checker): void {
  for (const call of steps.items) {
    const row = augmentations.get(call.name.text);
    if (row === undefined || row.of.includes(kind)) continue;
    checker.report("notAugmented", call.name.span, {
      name,
      kind,
      augmentation: row.name,
      of: row.of,
      others: augmentationsOf(kind),
    });
  }
}

/** Values that stand for words or categories can't be mixed: what lies between two of them is neither. */
export function checkMixup(
  span: Span | undefined,
  modalities: Iterable<CheckedModality>,
  checker: Checker,
): void {
  if (span === undefined) return;
  for (const { name, kind, vocabulary, columns = [] } of modalities) {
    if (vocabulary === undefined && columns.every(({ categories }) => categories === undefined)) continue;
    checker.report("notMixed", span, { name, kind });
  }
}
