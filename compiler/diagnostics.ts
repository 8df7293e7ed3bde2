import type { Span } from "../grammar/syntax.js";
import { deepest, longest } from "../grammar/limits.js";
import { didYouMean, type Replacement, type Suggestion } from "./suggest.js";

export type Severity = "error" | "warning";

/** One thing that is wrong with a spec, as data; `render.ts` alone knows lines, colours and underlining. */
export interface Diagnostic {
  code: string;
  severity: Severity;
  message: string;
  /** What would most likely mend it. */
  fix?: string;
  /** The misspelt word within the span, and the word that would mend it. */
  replacement?: Replacement;
  span: Span;
  /** The imported file that the span is in; absent when it is in the spec itself. */
  file?: string;
  /** What uses an imported part, where only that shows what is wrong with it: `digits.mmspec:12`. */
  usedIn?: string;
}

interface Text {
  message: string;
  fix?: string | Suggestion | undefined;
}

interface Row<Parameters> {
  code: string;
  severity: Severity;
  text(parameters: Parameters): Text;
}

function error<Parameters>(code: string, text: (parameters: Parameters) => Text): Row<Parameters> {
  return { code, severity: "error", text };
}

function warning<Parameters>(code: string, text: (parameters: Parameters) => Text): Row<Parameters> {
  return { code, severity: "warning", text };
}

/** `a`, `b` or `c` */
export function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  if (quoted.length <= 1) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** "top, bottom" -> "`top`, `bottom`" */
function listed(words: readonly string[]): string {
  const shown = words.slice(0, mostListed).map((word) => `\`${word}\``);
  const others = words.length - shown.length;
  return shown.join(", ") + (others > 0 ? ` and ${others} others` : "");
}

/** Of longer lists the others are counted. */
const mostListed = 24;

/** Characters that can't be seen, or only half of them, by their numbers: U+0000. */
function visible(text: string): string {
  const code = (character: string) =>
    `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return text.replace(/[\p{C}\p{Z}\uFFFD]/gu, code);
}

/** What stands in backquotes, shortened where it is very long. */
function shortened(text: string): string {
  return text.replace(/`[^`]*`/g, (quoted) => (quoted.length > 82 ? `${quoted.slice(0, 61)}...\`` : quoted));
}

/** The way round a cycle; of a very long one its beginning and its end. */
function roundText(places: readonly string[]): string {
  const shown = places.length <= 12 ? places : [...places.slice(0, 6), "...", ...places.slice(-4)];
  return shown.join(" -> ");
}

/** "image" -> "an image" */
export function articled(kind: string): string {
  if (kind === "tokens") return kind;
  return `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}

export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Without articles and quotes where the expected thing is a phrase ("a name"), quoted where it is a symbol. */
function expectedText(expected: readonly string[]): string {
  const words = expected.map((word) => (/^(a|an|the) /.test(word) ? word : `\`${word}\``));
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/**
 * Every diagnostic of the compiler: MM1 syntax and imports, MM2 names, MM3 layers and shapes, MM5 fusion and rules, MM6 training and
 * evaluation, MM7 data, MM8 variants. (MM4 is what the data itself can have wrong when it is read.)
 */
export const diagnosticTable = {
  // --- MM1: syntax
  unknownCharacter: error("MM1001", (p: { found: string }) => ({
    message: `\`${visible(p.found)}\` is not part of the language.`,
  })),
  openString: error("MM1002", () => ({
    message: "This string has no end.",
    fix: 'close it with `"` on the same line',
  })),
  unexpected: error(
    "MM1003",
    (p: { found: string; expected: readonly string[]; within?: string | undefined }) => ({
      message:
        (p.found === "" ? "The file ends here" : `\`${p.found}\` can't stand here`) +
        (p.within === undefined ? "" : ` in ${p.within}`) +
        (p.expected.length > 0 ? `: expected ${expectedText(p.expected)}.` : "."),
      fix: /^\p{L}{2}/u.test(p.found) ? didYouMean(p.found, p.expected) : undefined,
    }),
  ),
  missingToken: error("MM1004", (p: { expected: readonly string[]; within?: string | undefined }) => ({
    message: `${expectedText(p.expected)} is missing${p.within === undefined ? "" : ` in ${p.within}`}.`,
  })),
  emptyFile: error("MM1006", () => ({
    message: "The file declares no model.",
    fix: "begin with `model NAME { ... }`, or let `mmspec new NAME` write a first one",
  })),

  notText: error("MM1021", (p: { found: string }) => ({
    message: `The file isn't UTF-8 text: it has ${visible(p.found)} here.`,
    fix: "save it as UTF-8",
  })),
  tooLong: error("MM1022", (p: { found: string }) => ({
    message: `This is ${p.found.length} characters long; a name, a number or a string has at most ${longest}.`,
  })),
  notFinite: error("MM1023", (p: { found: string }) => ({
    message: `\`${p.found}\` is no finite number.`,
  })),
  tooDeep: error("MM1024", () => ({
    message: `This is nested more than ${deepest} deep.`,
    fix: "write it with fewer parentheses",
  })),
  tooMany: error("MM1025", (p: { most: number }) => ({
    message: `The file has more than ${p.most} problems; the others aren't reported.`,
    fix: "mend some of these first",
  })),

  // --- MM11: imports
  importMissing: error("MM1101", (p: { path: string }) => ({
    message: `There is no file "${p.path}".`,
    fix: "name it from the folder of this file",
  })),
  importUnread: error("MM1102", (p: { path: string; reason: string }) => ({
    message: `"${p.path}" can't be read: ${p.reason}.`,
  })),
  importOutside: error("MM1103", (p: { path: string }) => ({
    message: `"${p.path}" leaves the folder of this file.`,
    fix: "put the imported file beside this one, or into a folder below it, and name it from there",
  })),
  importCycle: error("MM1104", (p: { round: readonly string[]; back: string }) => ({
    message:
      p.round.length === 1
        ? "This file imports itself."
        : `These files import each other: ${roundText(p.round)} -> ${p.back}.`,
    fix:
      p.round.length === 1
        ? "remove the import"
        : "remove one of these imports; what several need may stand in a file of its own",
  })),
  importNotSpec: error("MM1105", (p: { path: string }) => ({
    message: `"${p.path}" is no spec.`,
    fix: "name a file that ends in .mmspec",
  })),
  importClash: error("MM1106", (p: { what: string; name: string; first: string; second: string }) => ({
    message: `There are two ${p.what} \`${p.name}\` here: that of ${p.first} and that of ${p.second}.`,
    fix: "rename one of them, or leave out an import",
  })),
  unusedImport: warning("MM1107", (p: { path: string; names: readonly string[] }) => ({
    message: `Nothing of "${p.path}" is used here.`,
    fix: `it has ${listed(p.names)}; use one, or remove the import`,
  })),
  nothingToImport: warning("MM1108", (p: { path: string }) => ({
    message: `"${p.path}" has nothing to import: no parameter, no template and no fusion outside of a model.`,
    fix: "remove the import, or move what should be shared out of the models there",
  })),
  boundTemplate: error("MM1109", (p: { name: string; modality: string }) => ({
    message: `Encoder \`${p.name}\` stands outside of any model, where there is no modality \`${p.modality}\`.`,
    fix: `leave out \`for ${p.modality}\` to make it a template, or put it into its model`,
  })),
  takenFusion: error("MM1110", (p: { name: string }) => ({
    message: `\`${p.name}\` is a fusion of the language; one of your own needs another name.`,
    fix: "rename it",
  })),
  wholeFusion: error("MM1111", (p: { name: string }) => ({
    message: `\`${p.name}\` is a whole fusion: nothing can follow it.`,
    fix: "remove what follows, or put it into that fusion",
  })),
  unusedFusion: warning("MM1112", (p: { name: string }) => ({
    message: `No model uses the fusion \`${p.name}\`.`,
    fix: `write \`fusion = ${p.name}\` in a model, or remove it`,
  })),

  // --- MM2: names
  duplicate: error("MM2001", (p: { what: string; name: string; line: number }) => ({
    message: `There is already ${p.what} \`${p.name}\`, in line ${p.line}.`,
    fix: "rename or remove one of them",
  })),
  unknownModality: error("MM2002", (p: { name: string; modalities: readonly string[] }) => ({
    message: `There is no modality \`${p.name}\`.`,
    fix:
      didYouMean(p.name, p.modalities) ??
      (p.modalities.length > 0 ? `there are ${listed(p.modalities)}` : undefined),
  })),
  unknownEncoder: error("MM2003", (p: { name: string; encoders: readonly string[] }) => ({
    message: `There is no encoder template \`${p.name}\`.`,
    fix: didYouMean(p.name, p.encoders) ?? "a template is `encoder NAME = ...`, without `for`",
  })),
  unknownModel: error("MM2004", (p: { name: string; models: readonly string[] }) => ({
    message: `There is no model \`${p.name}\` in this file.`,
    fix: didYouMean(p.name, p.models),
  })),
  unknownWord: error("MM2005", (p: { what: string; name: string; known: readonly string[] }) => ({
    message: `\`${p.name}\` is not ${p.what}.`,
    fix: didYouMean(p.name, p.known) ?? `known are ${listed(p.known)}`,
  })),
  reservedName: error("MM2006", (p: { name: string }) => ({
    message: `\`${p.name}\` can't be used as a name: JavaScript gives it a meaning of its own.`,
    fix: "choose another name",
  })),
  missingMember: error("MM2007", (p: { model: string; what: string; example: string }) => ({
    message: `Model \`${p.model}\` has no ${p.what}.`,
    fix: `add \`${p.example}\``,
  })),
  secondEncoder: error("MM2008", (p: { modality: string; line: number }) => ({
    message: `Modality \`${p.modality}\` is already encoded, in line ${p.line}.`,
    fix: "remove one of the encoders",
  })),
  noEncoder: error("MM2009", (p: { modality: string; example: string }) => ({
    message: `Modality \`${p.modality}\` has no encoder.`,
    fix: `add \`${p.example}\``,
  })),
  unusedTemplate: warning("MM2010", (p: { name: string }) => ({
    message: `No modality uses the encoder template \`${p.name}\`.`,
    fix: `add \`encode MODALITY with ${p.name}\` or remove it`,
  })),
  isTemplate: error("MM2011", (p: { name: string; modality: string }) => ({
    message: `Encoder \`${p.name}\` belongs to modality \`${p.modality}\` and can't be shared.`,
    fix: `leave out \`for ${p.modality}\` to make it a template`,
  })),
  unknownParameter: error("MM2012", (p: { name: string; known: readonly string[] }) => ({
    message: `\`${p.name}\` is neither a number nor a parameter.`,
    fix:
      didYouMean(p.name, p.known) ??
      (p.known.length > 0 ? `the parameters are ${listed(p.known)}` : `add \`param ${p.name} = 1\``),
  })),
  unusedParameter: warning("MM2013", (p: { name: string }) => ({
    message: `Nothing uses the parameter \`${p.name}\`.`,
    fix: "remove it",
  })),

  // --- MM3: arguments, layers and shapes
  unknownArgument: error("MM3001", (p: { call: string; name: string; known: readonly string[] }) => ({
    message: `\`${p.call}\` has no argument \`${p.name}\`.`,
    fix:
      didYouMean(p.name, p.known) ??
      (p.known.length > 0 ? `it takes ${listed(p.known)}` : "it takes no arguments"),
  })),
  tooManyArguments: error("MM3002", (p: { call: string; most: number }) => ({
    message:
      p.most === 0
        ? `\`${p.call}\` takes no arguments.`
        : `\`${p.call}\` takes at most ${p.most} argument${p.most === 1 ? "" : "s"}.`,
  })),
  missingArgument: error("MM3003", (p: { call: string; name: string; example: string }) => ({
    message: `\`${p.call}\` needs \`${p.name}\`.`,
    fix: `write \`${p.example}\``,
  })),
  wrongValue: error(
    "MM3004",
    (p: { call: string; name: string; wanted: string; found: string; params?: Iterable<string> }) => ({
      message: `\`${p.name}\` of \`${p.call}\` must be ${p.wanted}, not \`${p.found}\`.`,
      fix: p.params && didYouMean(p.found, p.params),
    }),
  ),
  argumentTwice: error("MM3005", (p: { call: string; name: string }) => ({
    message: `\`${p.name}\` of \`${p.call}\` is given twice.`,
  })),
  wrongShape: error(
    "MM3010",
    (p: { layer: string; wants: string; input: readonly number[]; fix?: string | undefined }) => ({
      message: `\`${p.layer}\` wants ${p.wants}, but what comes before it makes ${shapeText(p.input)}.`,
      fix: p.fix,
    }),
  ),
  tooSmall: error("MM3011", (p: { layer: string; input: readonly number[]; size: string }) => ({
    message: `\`${p.layer}\` has a window of ${p.size}, but what comes before it makes ${shapeText(p.input)}: nothing would be left.`,
    fix: "make the window smaller, or leave out a `pool` before it",
  })),
  notAVector: error("MM3012", (p: { encoder: string; output: readonly number[] }) => ({
    message: `Encoder \`${p.encoder}\` ends in ${shapeText(p.output)}; a fusion wants [features].`,
    fix: "end it with `flatten`, or `flatten -> dense(64)`",
  })),
  widthsDiffer: error("MM3013", (p: { merge: string; widths: readonly string[] }) => ({
    message: `\`${p.merge}\` wants the same width from every modality, but they give ${p.widths.join(", ")}.`,
    fix: "end the encoders in `dense` of the same size, or use `concat`",
  })),
  linearInside: error("MM3015", () => ({
    message: "`linear` makes the prediction, so it can only stand at the end of an interaction.",
    fix: "use `dense(UNITS, activation: none)` here",
  })),
  notALayer: error("MM3016", (p: { name: string }) => ({
    message: `\`${p.name}\` joins several modalities; it isn't a layer of one.`,
    fix: "put it at the beginning of a fusion of two or more modalities",
  })),
  headsUneven: error("MM3020", (p: { layer: string; features: number; heads: number }) => ({
    message: `\`${p.layer}\` can't share out ${p.features} features over ${p.heads} heads.`,
    fix: "take a number of heads that divides the features, or change these before it",
  })),
  tokensUnread: error("MM3021", (p: { layer: string; modality: string }) => ({
    message: `\`${p.layer}\` can't read \`${p.modality}\`: its tokens are names, not amounts.`,
    fix: `begin with \`embed(64)\``,
  })),
  columnUnnamed: error("MM3022", (p: { found: string }) => ({
    message: `\`${p.found}\` is no column: each has a name and a kind.`,
    fix: "for example `age: number` or `city: category(12)`",
  })),
  customFile: error("MM3023", (p: { path: string }) => ({
    message: `"${p.path}" is no TypeScript file.`,
    fix: 'name one that ends in .ts, for example `custom("./encoder.ts", 64)`',
  })),
  customClosed: error("MM3024", (p: { path: string }) => ({
    message: `\`custom\` would run the code of "${p.path}", which --no-custom forbids.`,
    fix: "leave out --no-custom if you trust that code",
  })),
  topAboveExperts: error("MM3025", (p: { merge: string; top: number; experts: number }) => ({
    message: `\`${p.merge}\` has ${p.experts} expert${p.experts === 1 ? "" : "s"}; a sample can't ask ${p.top} of them.`,
    fix: "make `top` smaller, or `experts` larger",
  })),

  // --- MM5: fusion and rules
  needsTwo: error("MM5001", (p: { what: string; count: number }) => ({
    message: `${p.what} needs two modalities or more, not ${p.count}.`,
  })),
  needsOne: error("MM5002", (p: { what: string; count: number }) => ({
    message: `${p.what} speaks of exactly one modality, not ${p.count}.`,
  })),
  needsMerge: error("MM5003", (p: { what: string; merges: readonly string[]; example: string }) => ({
    message: `${p.what} must begin with what joins the modalities: ${oneOf(p.merges)}.`,
    fix: `for example \`${p.example}\``,
  })),
  needsLinear: error("MM5004", (p: { what: string }) => ({
    message: `${p.what} must end in \`linear\`, its own prediction of the target.`,
    fix: "add `-> linear`",
  })),
  noGate: error("MM5005", () => ({
    message: "The fusion block has no gate to share out its interactions.",
    fix: "add `gate = mlp(32)`",
  })),
  noInteractions: error("MM5006", () => ({
    message: "The fusion block names no interaction.",
    fix: "add `redundant(...)`, `unique(...)` or `synergistic(...)`",
  })),
  noOtherwise: error("MM5007", () => ({
    message: "The rules don't say what to do when none of them holds.",
    fix: "end them with `otherwise use gate`",
  })),
  afterOtherwise: error("MM5008", () => ({
    message: "This rule can never be reached: `otherwise` stands before it.",
    fix: "put `otherwise` last",
  })),
  unknownComponent: error("MM5009", (p: { text: string; known: readonly string[] }) => ({
    message: `The fusion block has no \`${p.text}\`.`,
    fix: didYouMean(p.text, p.known) ?? `it has ${listed(p.known)}`,
  })),
  unknownShare: error("MM5010", (p: { text: string; known: readonly string[] }) => ({
    message: `The gate has no share \`${p.text}\`.`,
    fix: didYouMean(p.text, p.known) ?? `it has ${listed(p.known)}`,
  })),
  shareOutOfRange: error("MM5011", (p: { value: number }) => ({
    message: `A share lies between 0 and 1; it is never compared with ${p.value}.`,
  })),
  neverMissing: warning("MM5012", (p: { modality: string }) => ({
    message: `\`${p.modality}\` is never missing: it isn't optional.`,
    fix: `write \`optional modality ${p.modality}\`, or remove the rule`,
  })),
  missingUnspoken: warning("MM5013", (p: { modality: string }) => ({
    message: `\`${p.modality}\` may be missing, and no rule says what to do then; the gate will leave out what needs it.`,
    fix: `add \`when missing(${p.modality}) use ...\``,
  })),
  modalityLeftOut: error("MM5014", (p: { modality: string }) => ({
    message: `The fusion never uses modality \`${p.modality}\`.`,
    fix: `add \`unique(${p.modality}) = linear\`, or remove the modality`,
  })),
  modalityTwice: error("MM5015", (p: { modality: string }) => ({
    message: `\`${p.modality}\` is named twice here.`,
  })),
  usesMissing: error("MM5016", (p: { modality: string; component: string }) => ({
    message: `When \`${p.modality}\` is missing, \`${p.component}\` has nothing to go by.`,
    fix: "use a component that can do without it",
  })),
  neverHolds: warning("MM5017", () => ({
    message: "This condition never holds: shares lie between 0 and 1 and add up to 1.",
    fix: "change what it asks for, or remove the rule",
  })),
  alwaysHolds: warning("MM5018", () => ({
    message: "This condition always holds: no rule after it is ever reached.",
    fix: "change what it asks for, or end the rules here with `otherwise use ...`",
  })),
  ruleCovered: warning("MM5019", (p: { line: number }) => ({
    message: `This rule is never reached: wherever its condition holds, that of line ${p.line} does.`,
    fix: `put it before line ${p.line}, or remove it`,
  })),

  alignmentUnlearned: warning(
    "MM5020",
    (p: { paradigm: string; shared: boolean; aligning: readonly string[] }) => ({
      message: p.shared
        ? `\`weight\` says nothing here: paradigm \`${p.paradigm}\` ${p.paradigm === "dmil" ? "has its own, `alpha`" : "doesn't teach the views to agree"}.`
        : "`weight` says nothing here: only the views of `redundant(...)` learn to agree.",
      fix:
        p.shared && p.paradigm === "dmil"
          ? "remove it, or write `dmil(alpha: ...)`"
          : `remove it${p.shared ? `; paradigms ${listed(p.aligning)} do` : ""}`,
    }),
  ),

  paddingRead: warning("MM5021", (p: { layer: string; modality: string }) => ({
    message: `\`${p.layer}\` reads the padding of \`${p.modality}\` as if it were real, and so does all that comes after it.`,
    fix: "put what leaves padding out before it: `gru`, `lstm`, `attention`, `transformer`, `mean` or `max`",
  })),

  // --- MM6: training and evaluation
  settingTwice: error("MM6001", (p: { name: string; line: number }) => ({
    message: `\`${p.name}\` is already set, in line ${p.line}.`,
    fix: "remove one of them",
  })),
  needsComponents: error("MM6002", (p: { paradigm: string; missing: readonly string[] }) => ({
    message: `Paradigm \`${p.paradigm}\` learns the four kinds of interaction; the fusion lacks ${listed(p.missing)}.`,
    fix: "write a fusion block with all of them, or `paradigm joint`",
  })),
  paradigmNeedsEnsemble: error("MM6003", (p: { fusion: string }) => ({
    message: `Paradigm \`ensemble\` trains each modality on its own; \`fusion = ${p.fusion}\` can't be trained so.`,
    fix: "write `fusion = ensemble`, or `paradigm joint`",
  })),
  rulesUnused: warning("MM6004", (p: { paradigm: string }) => ({
    message:
      p.paradigm === "ensemble"
        ? "Paradigm `ensemble` trains only the `unique(...)` interactions and averages them; gate and rules aren't used."
        : `Paradigm \`${p.paradigm}\` trains only its \`unique(...)\` interaction; gate and rules aren't used.`,
  })),
  stopNeedsValidation: error("MM6005", () => ({
    message: "`stop after ... without improvement` needs a validation split to see the improvement on.",
    fix: "for example `split 0.8 train, 0.1 validation, 0.1 test`",
  })),
  pidModalities: error(
    "MM6006",
    (p: { measure: string; least: number; most: number; count: number; example: string }) => ({
      message: `\`pid ${p.measure}\` measures ${p.least === p.most ? "two" : `${p.least} to ${p.most}`} modalities; here ${p.count === 1 ? "is" : "are"} ${p.count}.`,
      fix: `name ${p.count <= p.most && p.most > 2 ? "more" : p.most === 2 ? "two" : p.most} of them: \`${p.example}\``,
    }),
  ),
  noUnique: error("MM6007", (p: { paradigm: string; modality: string }) => ({
    message: `Paradigm \`${p.paradigm}\` needs \`unique(${p.modality})\`.`,
    fix: `add \`unique(${p.modality}) = linear\``,
  })),
  dmilNeedsAlign: error("MM6008", (p: { text: string }) => ({
    message: `Paradigm \`dmil\` aligns the views of \`${p.text}\`.`,
    fix: "begin it with `align(cosine)`",
  })),
  needsOperator: error("MM6009", (p: { paradigm: string; fusion: string }) => ({
    message: `Paradigm \`${p.paradigm}\` can't train ${p.fusion}.`,
    fix: "write a fusion of all modalities, for example `fusion = concat -> mlp(64)`",
  })),
  notEncoded: error("MM6010", (p: { measure: string; modality: string }) => ({
    message: `\`pid ${p.measure}\` can't measure encodings: paradigm \`unimodal(${p.modality})\` encodes nothing else.`,
    fix: "measure `on: inputs`",
  })),
  scheduleGoesOn: error("MM6011", (p: { name: string; next: string; ending: readonly string[] }) => ({
    message: `Schedule \`${p.name}\` goes on to the end of the stage: \`${p.next}\` can't come after it.`,
    fix: `put ${listed(p.ending)} first, or remove one of them`,
  })),
  nothingFollows: error("MM6012", (p: { name: string }) => ({
    message: `\`${p.name}\` takes one value: nothing can come after it.`,
    fix: "remove the `->` and what comes after it",
  })),
  notTaught: error("MM6013", (p: { paradigm: string; modalities: number }) => ({
    message: `\`supervise gate\` teaches the gate of paradigm \`evidence\` over two modalities, not that of \`${p.paradigm}\` over ${p.modalities}.`,
    fix: "remove it, or write `paradigm evidence`",
  })),
  weightsUnlearned: error("MM6014", () => ({
    message:
      "Paradigm `ensemble` trains each modality on its own; nothing would learn the weights of `ensemble(learned)`.",
    fix: "write `fusion = ensemble`, or `paradigm joint`",
  })),
  nothingToDrop: warning("MM6015", () => ({
    message: "`modality_dropout` takes optional modalities away; no modality is optional.",
    fix: "write `optional modality ...` of one that may be missing, or remove it",
  })),
  classWeightCount: error("MM6035", (p: { target: string; weights: number; classes: number }) => ({
    message: `\`class_weights\` has ${p.weights} weight${p.weights === 1 ? "" : "s"}; \`${p.target}\` has ${p.classes} classes.`,
    fix: "write one for each class, in their order, or `by_class(NAME: WEIGHT)` for some",
  })),
  unknownPoint: error(
    "MM6021",
    (p: { name: string; known: readonly string[]; paradigm?: string | undefined }) => ({
      message: `The model has no point \`${p.name}\` to measure at.`,
      fix:
        p.paradigm !== undefined
          ? `paradigm \`${p.paradigm}\` with a fusion block makes it; this model has ${listed(p.known)}`
          : (didYouMean(p.name, p.known) ?? `it has ${listed(p.known)}`),
    }),
  ),
  pointTwice: error("MM6022", (p: { of: string; on: string }) => ({
    message: `\`of ${p.of}\` and \`on: ${p.on}\` both say where to measure.`,
    fix: "remove one of them",
  })),
  notPerSample: error("MM6023", (p: { measure: string }) => ({
    message: `\`pid ${p.measure}\` measures the data set as a whole; it has no value of a single sample.`,
    fix: "remove `per sample`",
  })),
  noGateToMeasure: error("MM6024", () => ({
    message: "The model has no gate whose shares could be told.",
    fix: "write a fusion block, and a paradigm that trains its gate: not `ensemble` or `unimodal`",
  })),
  gateModalities: error("MM6025", () => ({
    message: "The gate shares out all modalities' interactions; it can't be told of some.",
    fix: "remove `of ...`",
  })),
  wrongMetric: error(
    "MM6031",
    (p: { metric: string; target: string; kind: string; known: readonly string[] }) => ({
      message: `\`${p.metric}\` doesn't fit \`${p.target}\`, whose kind is \`${p.kind}\`.`,
      fix: `those that do are ${listed(p.known)}`,
    }),
  ),
  wrongParadigm: error(
    "MM6032",
    (p: { paradigm: string; target: string; kind: string; reason: string; known: readonly string[] }) => ({
      message: `Paradigm \`${p.paradigm}\` can't learn \`${p.target}\`, whose kind is \`${p.kind}\`: ${p.reason}.`,
      fix: `those that can are ${listed(p.known)}`,
    }),
  ),
  measureNeedsClasses: error("MM6033", (p: { measure: string; target: string; kind: string }) => ({
    message: `\`pid ${p.measure}\` measures what modalities tell of a class; the kind of \`${p.target}\` is \`${p.kind}\`.`,
    fix: "remove it; `pid gate` tells the shares of a fusion block's gate, whatever the target",
  })),
  binsUnused: warning("MM6026", (p: { measure: string }) => ({
    message: `\`bins\` says nothing here: without a quantiser \`pid ${p.measure}\` takes the values as they are.`,
    fix: "add `quantiser: quantiles`, or remove `bins`",
  })),
  rebuildsNames: error("MM6030", (p: { modality: string; kind: string }) => ({
    message: `\`dmil(rebuild: inputs)\` can't rebuild \`${p.modality}\`: it is ${articled(p.kind)}, whose values are names and lie at no distance.`,
    fix: "leave `rebuild: inputs` out: the encodings are rebuilt then",
  })),

  // --- MM7: data
  noData: error("MM7001", (p: { model: string }) => ({
    message: `Nothing says where the samples of \`${p.model}\` come from.`,
    fix: `add \`data for ${p.model} { from "file.npz" ... }\``,
  })),
  noSource: error("MM7002", (p: { model: string }) => ({
    message: `The data for \`${p.model}\` has no source.`,
    fix: 'add `from "file.npz"`',
  })),
  unbound: error("MM7003", (p: { name: string }) => ({
    message: `No column feeds \`${p.name}\`.`,
    fix: `add \`${p.name} <- "column"\``,
  })),
  boundTwice: error("MM7004", (p: { name: string; line: number }) => ({
    message: `\`${p.name}\` already has its columns, in line ${p.line}.`,
  })),
  unknownBinding: error("MM7005", (p: { name: string; known: readonly string[] }) => ({
    message: `The model has neither a modality nor a target \`${p.name}\`.`,
    fix: didYouMean(p.name, p.known) ?? `it has ${listed(p.known)}`,
  })),
  noSplit: error("MM7006", () => ({
    message: "The data isn't split.",
    fix: "add `split 0.8 train, 0.1 validation, 0.1 test seed 7`",
  })),
  splitSum: error("MM7007", (p: { sum: number }) => ({
    message: `The parts of the split add up to ${p.sum}, not to 1.`,
  })),
  splitPart: error("MM7008", (p: { name: string }) => ({
    message: `The split has no \`${p.name}\`.`,
    fix: "name `train`, `test` and, if you like, `validation`, each once, with a share above 0",
  })),
  outsideFolder: error("MM7009", (p: { path: string }) => ({
    message: `"${p.path}" leaves the folder of the spec.`,
    fix: "put the file beside the spec, or into a folder below it, and name it from there",
  })),
  unknownFormat: error("MM7010", (p: { path: string; known: readonly string[] }) => ({
    message: `mmspec can't read "${p.path}".`,
    fix: `it reads ${p.known.join(", ")}, texts also gzipped (.csv.gz), and folders, whose path ends with /`,
  })),
  globbedFolder: error("MM7120", (p: { path: string }) => ({
    message: `"${p.path}" has \`*\` in it and names folders: only files are read together.`,
    fix: "name the files, `parts/*.npz`, or one folder without `*`",
  })),
  joinedTwice: error("MM7121", (p: { path: string }) => ({
    message: `"${p.path}" is read already.`,
    fix: "remove this `joined with`",
  })),
  drawnSkip: error("MM7122", (p: { source: string }) => ({
    message: `\`${p.source}\` draws its samples: all of them can be read.`,
    fix: "remove this line",
  })),
  syntheticBinding: error("MM7011", (p: { name: string; source: string }) => ({
    message: `\`${p.source}\` feeds \`${p.name}\` by itself.`,
    fix: "remove this line",
  })),
  syntheticVectors: error("MM7012", (p: { modality: string; kind: string; source: string }) => ({
    message: `\`${p.source}\` makes vectors; modality \`${p.modality}\` is ${articled(p.kind)}.`,
    fix: `make it \`vector(16)\``,
  })),
  syntheticMix: error("MM7013", (p: { reason: string }) => ({ message: p.reason })),
  scaledTarget: error("MM7014", (p: { name: string; outputs: string }) => ({
    message: `\`${p.name}\` is the target and can't be scaled: it names ${p.outputs}.`,
    fix: "remove `scaled by`",
  })),
  severalColumns: error("MM7015", (p: { name: string; kind: string }) => ({
    message: `\`${p.name}\` is ${p.kind} and takes one column.`,
  })),
  drawnWidth: error(
    "MM7016",
    (p: {
      source: string;
      modality: string;
      width: number;
      wanted: number;
      exactly: boolean;
      why: string;
    }) => ({
      message: `\`${p.source}\` wants ${p.exactly ? "" : "at least "}${p.wanted} features in \`${p.modality}\`, which has ${p.width}: ${p.why}.`,
      fix: `make it \`vector(${p.wanted})\``,
    }),
  ),
  drawnClasses: error("MM7017", (p: { gates: readonly string[]; gives: number; classes: number }) => ({
    message: `${p.gates.map((gate) => `\`${gate}\``).join(" and ")} give${p.gates.length === 1 ? "s" : ""} ${p.gives} classes; the target has ${p.classes}.`,
    fix: `make it \`class(${p.gives})\``,
  })),
  argumentModalities: error("MM7018", (p: { name: string; wanted: string | undefined }) => ({
    message:
      p.wanted === undefined
        ? `\`${p.name}\` can't be given for some modalities only.`
        : `\`${p.name}(...)\` is given for ${p.wanted}.`,
    fix: p.wanted === "several modalities" ? "what one modality alone tells is `unique`" : undefined,
  })),
  drawnPair: error("MM7023", (p: { source: string; count: number }) => ({
    message: `\`${p.source}\` draws two modalities; the model has ${p.count}.`,
  })),
  codesScaled: error("MM7030", (p: { name: string; kind: string }) => ({
    message: `\`${p.name}\` is ${articled(p.kind)} and can't be scaled: its values are names.`,
    fix: "remove `scaled by`",
  })),
  codesTransformed: error("MM7040", (p: { name: string; kind: string; transform: string }) => ({
    message: `\`${p.name}\` is ${articled(p.kind)} and can't be ${p.transform === "log" ? "put into a logarithm" : p.transform}: its values are names.`,
    fix: `remove \`${p.transform}\`${p.kind === "table" ? "; the numbers of a table may be `standardised`" : ""}`,
  })),
  targetTransformed: error("MM7041", (p: { name: string; transform: string }) => ({
    message: `\`${p.name}\` is the target: \`${p.transform}\` would change what its errors are told in.`,
    fix: "numbers to predict may be `scaled by`, once; change the column itself for anything else",
  })),
  transformedTwice: error("MM7042", (p: { transform: string }) => ({
    message: `\`${p.transform}\` stands twice.`,
    fix: "remove one of them",
  })),
  clippedToNothing: error("MM7043", (p: { from: number; to: number }) => ({
    message: `Nothing lies between ${p.from} and ${p.to}.`,
    fix: "write the smaller number first, `clipped to -3..3`",
  })),
  resizedNoImage: error("MM7044", (p: { name: string; kind: string }) => ({
    message: `\`${p.name}\` is ${articled(p.kind)}; only an image can be resized.`,
    fix: "remove `resized to`",
  })),
  resizedLater: error("MM7045", (p: { transform: string }) => ({
    message: `Pictures and sounds are ${p.transform} before anything else is done to them.`,
    fix: `write \`${p.transform} to\` right behind the column`,
  })),
  resizedOtherwise: error("MM7046", (p: { name: string; wanted: readonly number[] }) => ({
    message: `\`${p.name}\` is ${p.wanted.join(" x ")} (height x width): its pictures can't be resized to anything else.`,
    fix: `write \`resized to ${p.wanted.join(", ")}\`, or change the modality`,
  })),
  columnCount: error("MM7034", (p: { name: string; columns: readonly string[]; found: number }) => ({
    message: `\`${p.name}\` has ${p.columns.length} column${p.columns.length === 1 ? "" : "s"}, ${listed(p.columns)}; ${p.found} feed${p.found === 1 ? "s" : ""} it.`,
    fix: "name one for each, in that order, or remove the line: columns of these names are then read",
  })),
  missingNotOptional: error("MM7019", (p: { modality: string }) => ({
    message: `\`${p.modality}\` can't be missing: it isn't optional.`,
    fix: `write \`optional modality ${p.modality}\``,
  })),
  noSuchPart: error("MM7020", (p: { part: string; parts: readonly string[] }) => ({
    message: `The split has no \`${p.part}\`.`,
    fix: didYouMean(p.part, p.parts) ?? `it has ${listed(p.parts)}`,
  })),
  unknownClass: error("MM7021", (p: { name: string; target: string; classes: readonly string[] }) => ({
    message: `\`${p.name}\` is no class of \`${p.target}\`.`,
    fix: didYouMean(p.name, p.classes) ?? `it has ${listed(p.classes)}`,
  })),
  needsClasses: error("MM7031", (p: { what: string; target: string; kind: string }) => ({
    message: `\`${p.what}\` is for classes; the kind of \`${p.target}\` is \`${p.kind}\`.`,
    fix: `remove \`${p.what}\``,
  })),
  targetColumns: error("MM7032", (p: { target: string; outputs: string; wanted: number; found: number }) => ({
    message: `\`${p.target}\` has ${p.wanted} ${p.wanted === 1 ? p.outputs.slice(0, -1) : p.outputs}, but ${p.found} columns.`,
    fix: p.wanted === 1 ? "name one column" : "name a column for each, or one column with all of them",
  })),
  drawnTarget: error("MM7033", (p: { source: string; target: string; kind: string; reason: string }) => ({
    message: `\`${p.source}\` can't draw \`${p.target}\`, whose kind is \`${p.kind}\`: ${p.reason}.`,
  })),
  splitSettled: error("MM7070", (p: { how: string; word: string }) => ({
    message: `\`${p.how}\` says for each sample in which part it is: \`${p.word}\` can't change that.`,
    fix: `remove \`${p.word}\`${p.word === "fold" ? " and give the parts their shares, `0.8 train, 0.2 test`" : ""}`,
  })),
  drawnSplit: error("MM7071", (p: { source: string; by: string }) => ({
    message: `\`${p.source}\` draws its samples: there is no column to split by.`,
    fix: "split them by shares, `split 0.8 train, 0.2 test`",
  })),
  noSuchFold: error("MM7072", (p: { fold: string; folds: number | undefined }) => ({
    message: `There is no \`${p.fold}\`.`,
    fix:
      p.folds === undefined
        ? "folds are counted from 1, and there are two or more: `fold 1 of 5`"
        : `write \`fold 1 of ${p.folds}\` to \`fold ${p.folds} of ${p.folds}\``,
  })),
  foldPart: error("MM7073", (p: { name: string }) => ({
    message: `A fold says by itself what is in \`${p.name}\`: ${p.name === "test" ? "the fold" : "the other folds"}.`,
    fix: "remove its share; `validation` may have one",
  })),
  foldSum: error("MM7074", (p: { validation: number; folds: number }) => ({
    message: `With one of ${p.folds} folds to test and ${p.validation} to validate nothing is left to learn from.`,
    fix: "give `validation` a smaller share",
  })),
  streamedDrawn: error("MM7110", () => ({
    message: "Samples that are drawn are in memory: only a file can be streamed.",
    fix: "leave out `streamed within`",
  })),
  streamedTooNarrow: error("MM7111", (p: { least: number }) => ({
    message: `Data that is streamed takes ${p.least} MB at least.`,
    fix: `write \`streamed within ${p.least} MB\`, or more`,
  })),
  tooFewLeft: error("MM7022", (p: { target: string; left: number }) => ({
    message: `Of \`${p.target}\` ${p.left === 0 ? "no class is" : "only one class is"} left to learn.`,
    fix: "hold out fewer classes",
  })),
  augmentWith: error("MM7050", () => ({
    message: "`augment` says which modalities it changes, and how.",
    fix: "write `augment picture with flip(horizontal) -> shift(by: 2)`",
  })),
  notAugmented: error(
    "MM7051",
    (p: {
      name: string;
      kind: string;
      augmentation: string;
      of: readonly string[];
      others: readonly string[];
    }) => ({
      message: `\`${p.name}\` is ${articled(p.kind)}; \`${p.augmentation}\` changes ${p.of.map((kind) => `\`${kind}\``).join(", ")} only.`,
      fix:
        p.others.length === 0
          ? "leave it out: its values are names"
          : `\`${p.name}\` can have ${listed(p.others)}`,
    }),
  ),
  notMixed: error("MM7052", (p: { name: string; kind: string }) => ({
    message: `\`mixup\` mixes values; those of \`${p.name}\`, which is ${articled(p.kind)}, stand for names.`,
    fix: "remove `mixup`",
  })),
  croppedNoImage: error("MM7053", (p: { name: string; kind: string }) => ({
    message: `\`${p.name}\` is ${articled(p.kind)}; only an image or a sound can be cropped.`,
    fix: "remove `cropped to`",
  })),
  croppedSizes: error("MM7054", (p: { name: string; kind: string; example: string }) => ({
    message: `\`${p.name}\` is ${articled(p.kind)}: it is cropped to ${p.kind === "audio" ? "so many seconds" : "a height and a width"}.`,
    fix: `write \`${p.example}\``,
  })),
  croppedOtherwise: error("MM7055", (p: { name: string; wanted: readonly number[] }) => ({
    message: `\`${p.name}\` is ${p.wanted.length === 1 ? `${p.wanted.join()} seconds long` : `${p.wanted.join(" x ")} (height x width)`}: it can't be cropped to anything else.`,
    fix: `write \`cropped to ${p.wanted.join(", ")}\`, or change the modality`,
  })),
  croppedLarger: error("MM7056", (p: { from: readonly number[]; to: readonly number[] }) => ({
    message: `Nothing of ${p.to.join(" x ")} can be cut out of pictures that were resized to ${p.from.join(" x ")}.`,
    fix: "resize to a larger size",
  })),
  encodedKind: error("MM7057", (p: { name: string; kind: string; transform: string; wanted: string }) => ({
    message: `\`${p.name}\` is ${articled(p.kind)}; \`${p.transform}\` makes ${p.wanted === "tokens" ? "tokens" : "a vector"}.`,
    fix:
      p.kind === "table"
        ? "remove it; names of a table are a `category(12)`"
        : `make it ${p.wanted === "tokens" ? "`tokens(32, 5000)`" : "`vector(12)`, with room for so many names"}`,
  })),
  encodedLater: error("MM7058", (p: { transform: string }) => ({
    message: `\`${p.transform}\` reads what the column has, before anything is done to it.`,
    fix: `write \`${p.transform}\` right behind the column`,
  })),
  encodedColumns: error("MM7059", (p: { name: string; transform: string; columns: number }) => ({
    message: `\`${p.transform}\` makes numbers of one column; ${p.columns} feed \`${p.name}\`.`,
    fix:
      p.transform === "one_hot" ? "make a modality of each, or a `table` with categories" : "name one column",
  })),
  filesOfNumbers: error("MM7062", (p: { name: string; media: boolean; tokens: boolean }) => ({
    message: p.media
      ? `Files of pictures and sounds are read without \`files\`.`
      : `\`files\` reads texts, of which \`tokenised by\` makes tokens; \`${p.name}\` isn't made of any.`,
    fix: p.tokens ? "write `tokenised by words` behind the column" : "remove `files`",
  })),
  tooManyWords: error("MM7060", (p: { name: string; words: number; vocabulary: number }) => ({
    message: `\`${p.name}\` has a vocabulary of ${p.vocabulary}: ${p.words} words are too many.`,
    fix: `write \`words(${p.vocabulary})\`, or make the vocabulary larger`,
  })),
  wordsPadding: error("MM7061", (p: { name: string; padding: number }) => ({
    message: `\`words\` fills with token 0; \`${p.name}\` has \`padding: ${p.padding}\`.`,
    fix: "write `padding: 0`",
  })),

  // --- MM8: variants
  unknownPath: error(
    "MM8001",
    (p: {
      step: string;
      within: string | undefined;
      model: string;
      known: readonly string[];
      names: readonly string[];
    }) => ({
      message:
        p.within === undefined
          ? `\`${p.model}\` has nothing called \`${p.step}\` that could be varied.`
          : `\`${p.within}\` has no \`${p.step}\`.`,
      fix:
        didYouMean(p.step, [...p.known, ...p.names]) ??
        (p.known.length > 0
          ? `it has ${listed(p.known)}`
          : p.within && `nothing in \`${p.within}\` can be varied by itself`),
    }),
  ),
  ambiguousPath: error("MM8002", (p: { path: string; candidates: readonly string[] }) => ({
    message: `\`${p.path}\` names ${p.candidates.length} places.`,
    fix: `write ${oneOf(p.candidates)}`,
  })),
  partsOnly: error("MM8003", (p: { path: string; parts: readonly string[] }) => ({
    message: `\`${p.path}\` can't be varied as a whole.`,
    fix: p.parts.length > 0 ? `vary ${oneOf(p.parts.slice(0, 6))}` : "vary what it stands in",
  })),
  variedTwice: error("MM8004", (p: { path: string; line: number }) => ({
    message: `\`${p.path}\` is already varied, in line ${p.line}.`,
    fix: "write all choices into one list",
  })),
  variedWithin: error("MM8005", (p: { inner: string; outer: string; line: number }) => ({
    message: `\`${p.inner}\` stands in \`${p.outer}\`, which line ${p.line} varies as a whole.`,
    fix: "vary one of them, and write the other's choices into it",
  })),
  wrongChoice: error("MM8006", (p: { path: string; wanted: string; found: string }) => ({
    message: `\`${p.path}\` must be ${p.wanted}, not \`${p.found}\`.`,
  })),
  emptyRange: error("MM8007", (p: { range: string }) => ({
    message: `\`${p.range}\` has no numbers: it ends before it begins.`,
    fix: "write the smaller number first",
  })),
  wrongStep: error("MM8008", (p: { range: string; multiplies: boolean }) => ({
    message: p.multiplies
      ? `\`${p.range}\` doesn't grow: a factor is above 1, and what it multiplies above 0.`
      : `\`${p.range}\` doesn't grow: a step is above 0.`,
  })),
  rangeTooLong: error("MM8009", (p: { range: string }) => ({
    message: `\`${p.range}\` has more than ${Number.MAX_SAFE_INTEGER} numbers.`,
    fix: "take a larger step",
  })),
  choiceTwice: warning("MM8010", (p: { choice: string }) => ({
    message: `\`${p.choice}\` is already among the choices.`,
    fix: "remove it",
  })),
  nothingVaried: error("MM8011", (p: { model: string }) => ({
    message: `The variants of \`${p.model}\` vary nothing.`,
    fix: "add `vary PATH in [...]`, for example `vary train.paradigm in [joint, ensemble]`",
  })),
  notVaried: error("MM8012", (p: { path: string; known: readonly string[] }) => ({
    message: `\`${p.path}\` is neither varied nor counted.`,
    fix: didYouMean(p.path, p.known) ?? `a condition can ask for ${listed(p.known)}`,
  })),
  noOrder: error("MM8013", (p: { path: string; operator: string }) => ({
    message: `\`${p.operator}\` compares numbers; \`${p.path}\` isn't always one.`,
    fix: "ask with `=` or `!=` which choice it is",
  })),
  neverChosen: error("MM8014", (p: { word: string; path: string; known: readonly string[] }) => ({
    message: `\`${p.path}\` is never \`${p.word}\`.`,
    fix: didYouMean(p.word, p.known) ?? (p.known.length > 0 ? `it may be ${listed(p.known)}` : undefined),
  })),
} as const;

export type DiagnosticName = keyof typeof diagnosticTable;

type ParametersOf<Name extends DiagnosticName> = Parameters<(typeof diagnosticTable)[Name]["text"]>[0];

/** Of a file with more problems the first that are found are reported. */
const mostDiagnostics = 1000;

/** Gathers what is wrong with a spec and what it imports; the same thing at the same place is kept once. */
export class Reporter {
  private readonly found = new Map<string, Diagnostic>();
  private more = false;

  /** @param file the imported file that the span is in */
  report<Name extends DiagnosticName>(
    name: Name,
    span: Span,
    parameters: ParametersOf<Name>,
    file?: string,
    usedIn?: string,
  ): void {
    const row = diagnosticTable[name] as Row<ParametersOf<Name>>;
    if (this.found.size >= mostDiagnostics && name !== "tooMany") {
      if (!this.more) this.report("tooMany", span, { most: mostDiagnostics }, file);
      this.more = true;
      return;
    }
    const text = row.text(parameters);
    const message = shortened(text.message);
    const fix = typeof text.fix === "string" ? shortened(text.fix) : text.fix;
    const diagnostic: Diagnostic = { code: row.code, severity: row.severity, message, span };
    if (typeof fix === "string") diagnostic.fix = fix;
    else if (fix !== undefined) Object.assign(diagnostic, { fix: fix.text, replacement: fix.replacement });
    if (file !== undefined) diagnostic.file = file;
    if (usedIn !== undefined) diagnostic.usedIn = usedIn;
    this.found.set(`${span.start}:${row.code}:${message}:${file ?? ""}`, diagnostic);
  }

  get hasErrors(): boolean {
    return [...this.found.values()].some(({ severity }) => severity === "error");
  }

  /** Those of the spec first; in the order of each file. */
  get diagnostics(): Diagnostic[] {
    const all = [...this.found.values()];
    const files = new Map([...new Set(all.map(({ file }) => file))].map((file, i) => [file, i + 1]));
    files.set(undefined, 0);
    const place = ({ file }: Diagnostic) => files.get(file) ?? 0;
    return all.sort(
      (a, b) => place(a) - place(b) || a.span.start - b.span.start || a.code.localeCompare(b.code),
    );
  }
}
