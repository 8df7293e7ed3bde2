import type {
  DataDeclaration,
  ModelDeclaration,
  ModelMember,
  TrainDeclaration,
} from "../../grammar/syntax.js";
import type { EvaluationIr, FusionIr, ModalityIr, ModelIr } from "../ir.js";
import { modalityKinds } from "../tables/data.js";
import { metrics } from "../tables/evaluation.js";
import { targetRow, type TargetKind } from "../tables/targets.js";
import type { Checker } from "./checker.js";
import { checkAugmentations, checkMixup } from "./augment.js";
import { checkData } from "./data.js";
import { checkEncoders } from "./encoders.js";
import { checkEvaluation } from "./evaluation.js";
import { checkModality, checkTarget, type CheckedModality } from "./modalities.js";
import { checkParadigmFits, checkRebuilds } from "./paradigm.js";
import { checkAny, sharedFusion, type Scope } from "./shared.js";
import { mayValidate } from "./split.js";
import { checkTraining } from "./training.js";

/**
 * Checks one model and its data, part by part, each as far as the others allow.
 * @param file the spec's name without its folder
 * @param scope what stands outside of models
 * @returns the intermediate form, or nothing when an error was reported
 */
export function checkModel(
  declaration: ModelDeclaration,
  data: DataDeclaration | undefined,
  file: string,
  scope: Scope,
  checker: Checker,
): ModelIr | undefined {
  const { name } = declaration;
  checker.declare(name);
  const members = <Kind extends ModelMember["kind"]>(kind: Kind) =>
    declaration.members.filter(
      (member): member is Extract<ModelMember, { kind: Kind }> => member.kind === kind,
    );
  const lacks = (what: string, example: string) =>
    checker.report("missingMember", name.span, { model: name.text, what, example });

  const targetSyntax = checker.single(members("target"), "a target", (node) => node.name.text);
  if (targetSyntax === undefined) lacks("target", "target label: class(10)");
  const target = targetSyntax && checkTarget(targetSyntax, checker);

  const modalities = new Map<string, CheckedModality>();
  for (const syntax of members("modality")) {
    const modality = checkModality(syntax, checker);
    const other = modalities.get(modality.name);
    if (other !== undefined || modality.name === targetSyntax?.name.text) {
      const line = other?.line ?? checker.line(targetSyntax?.span ?? syntax.span);
      const what = other === undefined ? "a target" : "a modality";
      checker.report("duplicate", syntax.name.span, { what, name: modality.name, line });
    } else modalities.set(modality.name, modality);
  }
  if (modalities.size === 0) lacks("modality", "modality picture: image(28, 28, 1)");

  const encoders = checkEncoders(members("encoder"), members("encode"), modalities, scope, checker);
  const attempted = new Set([
    ...members("encoder").flatMap(({ modality }) => modality?.text ?? []),
    ...members("encode").flatMap((encode) => encode.modalities.map(({ text }) => text)),
  ]);
  // A modality without an encoder is no news when an encoder names one that doesn't exist.
  const misnamed = [...attempted].some((attempt) => !modalities.has(attempt));
  for (const syntax of members("modality")) {
    const again = modalities.get(syntax.name.text)?.line !== checker.line(syntax.name.span);
    if (attempted.has(syntax.name.text) || misnamed || again) continue;
    const { kind = "" } = modalities.get(syntax.name.text) ?? {};
    const layers = modalityKinds.get(kind)?.encoder ?? "mlp(64, 32)";
    const example = `encoder ${encoderName(syntax.name.text)} for ${syntax.name.text} = ${layers}`;
    checker.report("noEncoder", syntax.name.span, { modality: syntax.name.text, example });
  }

  const trainSyntax = checker.single(members("train"), "a", () => "train block");
  if (trainSyntax === undefined) lacks("`train` block", "train { paradigm joint }");
  const empty: TrainDeclaration = { kind: "train", settings: [], span: name.span };
  const checked = checkTraining(trainSyntax ?? empty, target, checker);
  const { paradigmSpan, stopSpan, superviseSpan, dropoutSpan, classWeightsSpan } = checked;
  const augment = checkAugmentations(checked.augment, modalities, checker);
  checkMixup(checked.mixupSpan, modalities.values(), checker);
  const training = { ...checked.training, ...(augment && { augment }) };
  if (classWeightsSpan !== undefined && target !== undefined && target.kind !== "class") {
    const about = { what: "class_weights", target: target.name, kind: target.kind };
    checker.report("needsClasses", classWeightsSpan, about);
  }

  if (dropoutSpan !== undefined && modalities.size > 0 && ![...modalities.values()].some((m) => m.optional))
    checker.report("nothingToDrop", dropoutSpan, undefined);

  const fusions = [...members("fusion"), ...members("fusion-block")].sort(
    (a, b) => a.span.start - b.span.start,
  );
  const written = checker.single(fusions, "a", () => "fusion");
  if (written === undefined) lacks("fusion", "fusion = concat -> mlp(64)");
  const shared = written && sharedFusion(written, scope, checker);
  const doc = written?.doc ?? shared?.node.doc;
  const fusionSyntax = shared ? { ...shared.node, ...(doc !== undefined && { doc }) } : written;
  const inputs = { modalities, encoders, paradigm: training.paradigm, named: [...scope.fusions.keys()] };
  const fusion: FusionIr | undefined =
    shared && written && fusionSyntax
      ? shared.checker.usedBy(checker.place(written.span), () =>
          checkAny(fusionSyntax, inputs, shared.checker),
        )
      : fusionSyntax && checkAny(fusionSyntax, inputs, checker);

  const complete = [...modalities.values()].filter((m): m is ModalityIr => m.shape !== undefined);
  if (written !== undefined && fusionSyntax !== undefined && trainSyntax !== undefined) {
    const names = [...modalities.keys()];
    const fusionText = written.kind === "fusion" ? checker.text(written.chain.span) : "";
    checkParadigmFits(training.paradigm, fusionSyntax, fusionText, names, target, paradigmSpan, checker);
    checkRebuilds(training.paradigm, modalities.values(), paradigmSpan, checker);
    const { kind } = training.paradigm;
    if (superviseSpan !== undefined && (kind !== "evidence" || modalities.size !== 2))
      checker.report("notTaught", superviseSpan, { paradigm: kind, modalities: modalities.size });
  }

  const evaluateSyntax = checker.single(members("evaluate"), "an", () => "evaluate block");
  const evaluation: EvaluationIr = evaluateSyntax
    ? checkEvaluation(
        evaluateSyntax,
        { modalities, target, block: fusionSyntax?.kind === "fusion-block", fusion, training },
        checker,
      )
    : defaultEvaluation(target?.kind ?? "class");

  const targetName = targetSyntax?.name.text;
  const dataIr = data && checkData(data, { modalities, target, targetName }, checker);
  if (stopSpan !== undefined && dataIr !== undefined && !mayValidate(dataIr.split)) {
    checker.report("stopNeedsValidation", stopSpan, undefined);
  }
  if (stopSpan !== undefined && dataIr?.split.by?.kind === "column") dataIr.split.by.validated = true;

  // Of `unimodal(m)` only m is encoded.
  const { paradigm } = training;
  const encoded =
    paradigm.kind === "unimodal"
      ? encoders
          .filter(({ modalities }) => modalities.includes(paradigm.modality))
          .map((encoder) => ({ ...encoder, modalities: [paradigm.modality] }))
      : encoders;
  if (target === undefined || fusion === undefined || complete.length !== modalities.size) return undefined;
  return {
    name: name.text,
    ...(declaration.doc !== undefined && { doc: declaration.doc }),
    file,
    line: checker.line(name.span),
    target,
    modalities: complete,
    encoders: encoded,
    fusion,
    training,
    evaluation,
    ...(dataIr !== undefined && { data: dataIr }),
  };
}

/** What is measured when the spec doesn't say. */
function defaultEvaluation(kind: TargetKind): EvaluationIr {
  const name = targetRow(kind).metric;
  const runtime = metrics.get(name)?.runtime[kind] ?? name;
  return { metrics: [{ name, call: { name: runtime }, unimodal: false }], pid: [] };
}

/** A name for an encoder that doesn't exist yet: "sound" -> "Sound". */
function encoderName(modality: string): string {
  return modality.slice(0, 1).toUpperCase() + modality.slice(1);
}
