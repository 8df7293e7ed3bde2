/**
 * The syntax tree of an `.mmspec` file: plain, serialisable data. Every node carries its span, so that whatever
 * is wrong with it can be underlined in the source; nothing here knows lines, colours or meaning.
 */

/** Offsets into the source, in UTF-16 code units; `end` is exclusive. */
export interface Span {
  start: number;
  end: number;
}

interface Node {
  span: Span;
}

/** An identifier as the file spells it. */
export interface Name extends Node {
  kind: "name";
  text: string;
}

/** `0.5`, `1e-3`, `500k`, `1/255`, or the name of a parameter; `value` is the number it means. */
export interface NumberLiteral extends Node {
  kind: "number";
  value: number;
}

/** `"text"`; `value` has its escapes resolved. */
export interface StringLiteral extends Node {
  kind: "string";
  value: string;
}

export interface List extends Node {
  kind: "list";
  items: Value[];
}

/** `name` or `name(arguments)`. `args` is empty in both cases when nothing is given; `parens` tells them apart. */
export interface Call extends Node {
  kind: "call";
  name: Name;
  args: Argument[];
  parens: boolean;
}

/** `value` or `name: value`. */
export interface Argument extends Node {
  kind: "argument";
  name?: Name;
  /** `synergy(left, right): 0.2` */
  of?: Name[];
  value: Value;
}

/** A bare name as a value (`cosine`) is a Call without parentheses. */
export type Value = NumberLiteral | StringLiteral | List | Call;

/** `layer -> layer -> ...` */
export interface Chain extends Node {
  kind: "chain";
  items: Call[];
}

/** One file. A file that has errors still has a tree: of all that could be read. */
export interface SpecFile extends Node {
  kind: "file";
  imports: ImportDeclaration[];
  models: ModelDeclaration[];
  data: DataDeclaration[];
  params: ParamDeclaration[];
  variants: VariantsDeclaration[];
  /** Templates outside of models, for all models of the file and for files that import it. */
  encoders: EncoderDeclaration[];
  /** Fusions with names, for the same. */
  fusions: NamedFusion[];
  /** Where a parameter of an imported file stands for its number. */
  borrowed: Name[];
}

/** `import "./encoders.mmspec"` */
export interface ImportDeclaration extends Node {
  kind: "import";
  doc?: string;
  path: StringLiteral;
}

/** `param width = 64`: a number with a name. */
export interface ParamDeclaration extends Node {
  kind: "param";
  doc?: string;
  name: Name;
  value: NumberLiteral;
  /** Where the name stands for the number. */
  uses: Name[];
}

export interface ModelDeclaration extends Node {
  kind: "model";
  doc?: string;
  name: Name;
  members: ModelMember[];
}

export type ModelMember =
  | TargetDeclaration
  | ModalityDeclaration
  | EncoderDeclaration
  | EncodeDeclaration
  | FusionDeclaration
  | FusionBlock
  | TrainDeclaration
  | EvaluateDeclaration;

/** `target digit: class(10)` */
export interface TargetDeclaration extends Node {
  kind: "target";
  doc?: string;
  name: Name;
  type: Call;
}

/** `optional modality image: image(28, 28, 1)` */
export interface ModalityDeclaration extends Node {
  kind: "modality";
  doc?: string;
  optional: boolean;
  name: Name;
  type: Call;
}

/** `encoder Eye for image = conv(16, 3) -> flatten`; without `for` it is a template. */
export interface EncoderDeclaration extends Node {
  kind: "encoder";
  doc?: string;
  name: Name;
  modality?: Name;
  layers: Chain;
}

/** `encode left, right with Eye shared`: applies a template; `shared` ties the weights. */
export interface EncodeDeclaration extends Node {
  kind: "encode";
  modalities: Name[];
  encoder: Name;
  shared: boolean;
}

/** `fusion = concat -> mlp(64)`: one operator over all modalities. */
export interface FusionDeclaration extends Node {
  kind: "fusion";
  doc?: string;
  chain: Chain;
}

/** `fusion { ... }`: interactions, gate and rules. */
export interface FusionBlock extends Node {
  kind: "fusion-block";
  doc?: string;
  interactions: InteractionDeclaration[];
  gates: GateDeclaration[];
  rules: RuleDeclaration[];
}

/** `fusion Late = concat -> mlp(64)`, `fusion Late { ... }`: a fusion that models use by its name. */
export type NamedFusion = (FusionDeclaration | FusionBlock) & { name: Name };

/** `redundant(sound, image) = align(cosine) -> linear` */
export interface InteractionDeclaration extends Node {
  kind: "interaction";
  doc?: string;
  component: ComponentReference;
  layers: Chain;
}

/** `gate = mlp(32)` */
export interface GateDeclaration extends Node {
  kind: "gate";
  doc?: string;
  layers: Chain;
}

/** `unique(sound)`, `redundant(sound, image)`, `gate` */
export interface ComponentReference extends Node {
  kind: "component";
  name: Name;
  modalities: Name[];
}

/** `when CONDITION use COMPONENT`, or `otherwise use COMPONENT` (no condition). */
export interface RuleDeclaration extends Node {
  kind: "rule";
  doc?: string;
  condition?: Condition;
  use: ComponentReference;
}

export type Condition = Comparison | Dominates | Missing | Connective | Negation;

/** `synergy > 0.6` */
export interface Comparison extends Node {
  kind: "comparison";
  share: ShareReference;
  operator: ">" | ">=" | "<" | "<=";
  value: NumberLiteral;
}

/** `uniqueness(image) dominates` */
export interface Dominates extends Node {
  kind: "dominates";
  share: ShareReference;
}

/** `missing(image)` */
export interface Missing extends Node {
  kind: "missing";
  modality: Name;
}

/** `a and b`, `a or b`; `and` binds tighter. */
export interface Connective extends Node {
  kind: "and" | "or";
  left: Condition;
  right: Condition;
}

export interface Negation extends Node {
  kind: "not";
  operand: Condition;
}

/** `redundancy`, `synergy`, `uniqueness(image)`; also with a modality list, `synergy(a, b)`. */
export interface ShareReference extends Node {
  kind: "share";
  name: Name;
  modalities: Name[];
}

export interface TrainDeclaration extends Node {
  kind: "train";
  doc?: string;
  settings: TrainSetting[];
}

export type TrainSetting = TrainOption | StopSetting | SuperviseSetting | AugmentSetting;

/** `paradigm dmil(...)`, `optimizer adam(lr: 1e-3)`, `batch 128`, `seed 7`, `epochs 20`: a word and a value. */
export interface TrainOption extends Node {
  kind: "option";
  name: Name;
  value: Value;
  /** What comes after it: `schedule warmup(epochs: 2) -> cosine`. */
  then: Call[];
}

/** `stop after 5 epochs without improvement` */
export interface StopSetting extends Node {
  kind: "stop";
  epochs: NumberLiteral;
}

/** `supervise gate with pid(weight: 0.1)` */
export interface SuperviseSetting extends Node {
  kind: "supervise";
  teacher: Call;
}

/** `augment left, right with flip(horizontal) -> noise(0.05)` */
export interface AugmentSetting extends Node {
  kind: "augment";
  modalities: Name[];
  steps: Chain;
}

export interface EvaluateDeclaration extends Node {
  kind: "evaluate";
  doc?: string;
  items: EvaluateItem[];
}

export type EvaluateItem = MetricItem | PidItem;

/** `accuracy`, `calibration(bins: 15)` */
export interface MetricItem extends Node {
  kind: "metric";
  call: Call;
}

/** `pid lsmi per sample`, `pid lsmi(folds: 5) of sound, image per sample` */
export interface PidItem extends Node {
  kind: "pid";
  measure: Call;
  modalities: Name[];
  perSample: boolean;
}

export interface DataDeclaration extends Node {
  kind: "data";
  doc?: string;
  model: Name;
  sources: DataSource[];
  bindings: DataBinding[];
  splits: SplitDeclaration[];
  lacks: MissingDeclaration[];
  heldOut: HoldOutDeclaration[];
  skips: SkipDeclaration[];
  streamings: StreamingDeclaration[];
}

/** `from "digits.npz"` or `from synthetic(synergy: 1.0, samples: 8000)` */
export interface DataSource extends Node {
  kind: "source";
  value: StringLiteral | Call;
  joins: DataJoin[];
}

/** `joined with "scans.npz" by "id"` */
export interface DataJoin extends Node {
  kind: "join";
  path: StringLiteral;
  key: StringLiteral;
}

/** `skip unreadable` or `skip unreadable at most 0.01` */
export interface SkipDeclaration extends Node {
  kind: "skip";
  /** A share of the samples. */
  atMost?: NumberLiteral;
}

/** `image <- "pixels" scaled by 1/255`, `features <- "a", "b", "c" log standardised`, `note <- files "note" tokenised by words` */
export interface DataBinding extends Node {
  kind: "binding";
  name: Name;
  /** The word that says that the column names files of texts. */
  files?: Node;
  columns: StringLiteral[];
  transforms: Transform[];
}

/** What is done to the values of a binding. */
export type Transform = Node &
  (
    | { kind: "scaled"; by: NumberLiteral }
    | { kind: "resized"; height: NumberLiteral; width: NumberLiteral }
    | { kind: "log" }
    | { kind: "clipped"; from: NumberLiteral; to: NumberLiteral }
    | { kind: "standardised" }
    | { kind: "cropped"; to: NumberLiteral[] }
    | { kind: "one_hot" }
    | { kind: "tokenised"; by: StringLiteral | Call }
  );

/** `split 0.8 train, 0.1 validation, 0.1 test by group "patient" stratified seed 7`, `split fold 2 of 5`, `split from column "part"` */
export interface SplitDeclaration extends Node {
  kind: "split";
  /** Of a fold, at most `validation`; none where a column says it. */
  parts: SplitPart[];
  fold?: SplitFold;
  by?: SplitBy;
  stratified: boolean;
  seed?: NumberLiteral;
}

/** `missing image in 0.3 of test seed 1` */
export interface MissingDeclaration extends Node {
  kind: "lack";
  modality: Name;
  share: NumberLiteral;
  part: Name;
  seed?: NumberLiteral;
}

/** `streamed within 512 MB` */
export interface StreamingDeclaration extends Node {
  kind: "streaming";
  size: NumberLiteral;
  unit: Name;
}

/** `hold out classes 8, 9` or `hold out classes "calm"` */
export interface HoldOutDeclaration extends Node {
  kind: "hold-out";
  classes: (NumberLiteral | StringLiteral)[];
}

/** `fold 2 of 5` */
export interface SplitFold extends Node {
  kind: "fold";
  at: NumberLiteral;
  of: NumberLiteral;
}

/** What samples are divided by: `by group "patient"`, `by time "date"`, `from column "part"`. */
export interface SplitBy extends Node {
  kind: "group" | "time" | "column";
  column: StringLiteral;
}

export interface SplitPart extends Node {
  kind: "part";
  fraction: NumberLiteral;
  name: Name;
}

/** `variants of Digits { vary train.paradigm in [joint, dmil] where parameters < 500k limit 12 }` */
export interface VariantsDeclaration extends Node {
  kind: "variants";
  doc?: string;
  model: Name;
  varies: VaryDeclaration[];
  wheres: WhereDeclaration[];
  limits: LimitDeclaration[];
  samples: SampleDeclaration[];
}

/** `vary Eye.dense.units in [16, 32..128 step x2]` */
export interface VaryDeclaration extends Node {
  kind: "vary";
  path: Path;
  choices: Choice[];
}

/** A place in the spec: `train.paradigm`, `Eye.dense[2].units`, `fusion.unique(top)`. */
export interface Path extends Node {
  kind: "path";
  steps: PathStep[];
}

export interface PathStep extends Node {
  kind: "step";
  name: Name;
  /** Of an interaction. */
  modalities?: Name[];
  /** Which of several of that name, counted from 1. */
  index?: NumberLiteral;
}

export type Choice = NumberLiteral | StringLiteral | List | Range | Chain;

/** `2..64 step x2`, `2..10 step 2`; without `step` in steps of 1. */
export interface Range extends Node {
  kind: "range";
  from: NumberLiteral;
  to: NumberLiteral;
  step?: NumberLiteral;
  /** True of `x2`: each is a multiple of the one before. */
  multiplies: boolean;
}

/** `where parameters < 500k and not train.paradigm = joint` */
export interface WhereDeclaration extends Node {
  kind: "where";
  demand: Demand;
}

export type Demand = DemandComparison | DemandConnective | DemandNegation;

export interface DemandComparison extends Node {
  kind: "comparison";
  left: NumberLiteral | Path;
  operator: ">" | ">=" | "<" | "<=" | "=" | "!=";
  right: NumberLiteral | Path;
}

export interface DemandConnective extends Node {
  kind: "and" | "or";
  left: Demand;
  right: Demand;
}

export interface DemandNegation extends Node {
  kind: "not";
  operand: Demand;
}

/** `limit 12` */
export interface LimitDeclaration extends Node {
  kind: "limit";
  count: NumberLiteral;
}

/** `sample 100 seed 7` */
export interface SampleDeclaration extends Node {
  kind: "sample";
  count: NumberLiteral;
  seed?: NumberLiteral;
}

/** Something that could not be read, as data: what was found and what could have stood there. The compiler words it. */
export interface SyntaxProblem {
  kind:
    | "character"
    | "string"
    | "token"
    | "missing"
    | "duplicate"
    | "encoding"
    | "long"
    | "number"
    | "depth"
    | "parameter";
  span: Span;
  /** What stands there, as spelt; empty at the end of the file. */
  found: string;
  /** What could stand there, as a user would write it: "a name", "->", "use". */
  expected: string[];
  /** The construct that was being read: "a rule", "the fusion block". */
  within?: string;
}

export interface ParseResult {
  file: SpecFile;
  problems: readonly SyntaxProblem[];
}
