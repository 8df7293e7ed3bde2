import {
  CstParser,
  type CstNode,
  type IParserConfig,
  type IParserErrorMessageProvider,
  type ParserMethod,
  type TokenType,
} from "./chevrotain.js";
import { Factor, Name, NumberToken, StringToken, symbols as s, tokens, words as w } from "./tokens.js";

/** The words that begin what stands at the top level of a file. */
export const declarations: readonly string[] = [
  "model",
  "data",
  "variants",
  "param",
  "encoder",
  "fusion",
  "import",
];

/** An error's message is its data: what could have stood there. The compiler words it. */
const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => JSON.stringify([label(expected)]),
  buildNotAllInputParsedMessage: () => JSON.stringify(declarations),
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) => firsts(expectedPathsPerAlt.flat()),
  buildEarlyExitMessage: ({ expectedIterationPaths }) => firsts(expectedIterationPaths),
};

function label(type: TokenType): string {
  return type.LABEL ?? type.name;
}

function firsts(paths: readonly TokenType[][]): string {
  return JSON.stringify([...new Set(paths.flatMap(([first]) => (first ? [label(first)] : [])))]);
}

type Rule = ParserMethod<[], CstNode>;

/** Statements are where reading goes on after an error; the rules inside them give up together. */
const inside = { resyncEnabled: false };

/** The grammar, without meaning: any name is taken for a layer, a metric or a paradigm. */
export class SpecParser extends CstParser {
  /** @param config for tests: the grammar is as it is, and needn't be examined by every process */
  constructor(config: IParserConfig = { skipValidations: true }) {
    super(tokens, { recoveryEnabled: true, maxLookahead: 1, errorMessageProvider: messages, ...config });
    this.performSelfAnalysis();
  }

  readonly file: Rule = this.RULE("file", () => {
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.model) },
        { ALT: () => this.SUBRULE(this.data) },
        { ALT: () => this.SUBRULE(this.variants) },
        { ALT: () => this.SUBRULE(this.param) },
        { ALT: () => this.SUBRULE(this.encoder) },
        { ALT: () => this.SUBRULE(this.namedFusion) },
        { ALT: () => this.SUBRULE(this.import) },
      ]);
    });
  });

  private readonly import: Rule = this.RULE("import", () => {
    this.CONSUME(w.import);
    this.CONSUME(StringToken);
  });

  private readonly param: Rule = this.RULE("param", () => {
    this.CONSUME(w.param);
    this.SUBRULE(this.name);
    this.CONSUME(s.equals);
    this.CONSUME(NumberToken);
  });

  private readonly model: Rule = this.RULE("model", () => {
    this.CONSUME(w.model);
    this.SUBRULE(this.name);
    this.CONSUME(s.openBrace);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.target) },
        { ALT: () => this.SUBRULE(this.modality) },
        { ALT: () => this.SUBRULE(this.encoder) },
        { ALT: () => this.SUBRULE(this.encode) },
        { ALT: () => this.SUBRULE(this.fusion) },
        { ALT: () => this.SUBRULE(this.train) },
        { ALT: () => this.SUBRULE(this.evaluate) },
      ]);
    });
    this.CONSUME(s.closeBrace);
  });

  private readonly target: Rule = this.RULE("target", () => {
    this.CONSUME(w.target);
    this.SUBRULE(this.name);
    this.CONSUME(s.colon);
    this.SUBRULE(this.call);
  });

  private readonly modality: Rule = this.RULE("modality", () => {
    this.OPTION(() => this.CONSUME(w.optional));
    this.CONSUME(w.modality);
    this.SUBRULE(this.name);
    this.CONSUME(s.colon);
    this.SUBRULE(this.call);
  });

  private readonly encoder: Rule = this.RULE("encoder", () => {
    this.CONSUME(w.encoder);
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(w.for);
      this.SUBRULE2(this.name);
    });
    this.CONSUME(s.equals);
    this.SUBRULE(this.chain);
  });

  private readonly encode: Rule = this.RULE("encode", () => {
    this.CONSUME(w.encode);
    this.SUBRULE(this.names);
    this.CONSUME(w.with);
    this.SUBRULE(this.name);
    this.OPTION(() => this.CONSUME(w.shared));
  });

  private readonly fusion: Rule = this.RULE("fusion", () => {
    this.CONSUME(w.fusion);
    this.fusionBody();
  });

  private readonly namedFusion: Rule = this.RULE("namedFusion", () => {
    this.CONSUME(w.fusion);
    this.SUBRULE(this.name);
    this.fusionBody();
  });

  /** No rule of its own, so that messages speak of the fusion. */
  private fusionBody(): void {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(s.equals);
          this.SUBRULE(this.chain);
        },
      },
      {
        ALT: () => {
          this.CONSUME(s.openBrace);
          this.MANY(() => {
            this.OR2({
              IGNORE_AMBIGUITIES: true,
              DEF: [
                { ALT: () => this.SUBRULE(this.gate) },
                { ALT: () => this.SUBRULE(this.rule) },
                { ALT: () => this.SUBRULE(this.interaction) },
              ],
            });
          });
          this.CONSUME(s.closeBrace);
        },
      },
    ]);
  }

  private readonly gate: Rule = this.RULE("gate", () => {
    this.CONSUME(w.gate);
    this.CONSUME(s.equals);
    this.SUBRULE(this.chain);
  });

  private readonly interaction: Rule = this.RULE("interaction", () => {
    this.SUBRULE(this.component);
    this.CONSUME(s.equals);
    this.SUBRULE(this.chain);
  });

  private readonly rule: Rule = this.RULE("rule", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(w.when);
          this.SUBRULE(this.either);
        },
      },
      { ALT: () => this.CONSUME(w.otherwise) },
    ]);
    this.CONSUME(w.use);
    this.SUBRULE(this.component);
  });

  private readonly component: Rule = this.RULE(
    "component",
    () => {
      this.SUBRULE(this.name);
      this.OPTION(() => {
        this.CONSUME(s.openParen);
        this.SUBRULE(this.names);
        this.CONSUME(s.closeParen);
      });
    },
    inside,
  );

  private readonly either: Rule = this.RULE(
    "either",
    () => {
      this.SUBRULE(this.both);
      this.MANY(() => {
        this.CONSUME(w.or);
        this.SUBRULE2(this.both);
      });
    },
    inside,
  );

  private readonly both: Rule = this.RULE(
    "both",
    () => {
      this.SUBRULE(this.condition);
      this.MANY(() => {
        this.CONSUME(w.and);
        this.SUBRULE2(this.condition);
      });
    },
    inside,
  );

  private readonly condition: Rule = this.RULE(
    "condition",
    () => {
      this.OR({
        IGNORE_AMBIGUITIES: true,
        DEF: [
          {
            ALT: () => {
              this.CONSUME(w.not);
              this.SUBRULE(this.condition);
            },
          },
          {
            ALT: () => {
              this.CONSUME(s.openParen);
              this.SUBRULE(this.either);
              this.CONSUME(s.closeParen);
            },
          },
          {
            ALT: () => {
              this.CONSUME(w.missing);
              this.CONSUME2(s.openParen);
              this.SUBRULE(this.name);
              this.CONSUME2(s.closeParen);
            },
          },
          { ALT: () => this.SUBRULE(this.comparison) },
        ],
      });
    },
    inside,
  );

  private readonly comparison: Rule = this.RULE(
    "comparison",
    () => {
      this.SUBRULE(this.component);
      this.OR([
        { ALT: () => this.CONSUME(w.dominates) },
        {
          ALT: () => {
            this.OR2([
              { ALT: () => this.CONSUME(s.above) },
              { ALT: () => this.CONSUME(s.atLeast) },
              { ALT: () => this.CONSUME(s.below) },
              { ALT: () => this.CONSUME(s.atMost) },
            ]);
            this.SUBRULE(this.number);
          },
        },
      ]);
    },
    inside,
  );

  private readonly train: Rule = this.RULE("train", () => {
    this.CONSUME(w.train);
    this.CONSUME(s.openBrace);
    this.MANY(() => {
      this.OPTION(() => this.CONSUME(s.comma));
      this.OR({
        IGNORE_AMBIGUITIES: true,
        DEF: [
          { GATE: () => this.LA(2).tokenType === w.after, ALT: () => this.SUBRULE(this.stop) },
          { GATE: () => this.LA(2).tokenType === w.gate, ALT: () => this.SUBRULE(this.supervise) },
          { GATE: () => this.namesThenWith(), ALT: () => this.SUBRULE(this.augment) },
          { ALT: () => this.SUBRULE(this.setting) },
        ],
      });
    });
    this.CONSUME(s.closeBrace);
  });

  private readonly stop: Rule = this.RULE("stop", () => {
    this.CONSUME(w.stop);
    this.CONSUME(w.after);
    this.SUBRULE(this.number);
    this.CONSUME(w.epochs);
    this.CONSUME(w.without);
    this.CONSUME(w.improvement);
  });

  private readonly supervise: Rule = this.RULE("supervise", () => {
    this.CONSUME(w.supervise);
    this.CONSUME(w.gate);
    this.CONSUME(w.with);
    this.SUBRULE(this.call);
  });

  private readonly augment: Rule = this.RULE("augment", () => {
    this.CONSUME(w.augment);
    this.SUBRULE(this.names);
    this.CONSUME(w.with);
    this.SUBRULE(this.chain);
  });

  /** Whether `with` follows a word and a list of names: `augment left, right with`. */
  private namesThenWith(): boolean {
    let at = 3;
    while (this.LA(at).tokenType === s.comma) at += 2;
    return this.LA(at).tokenType === w.with;
  }

  private readonly setting: Rule = this.RULE("setting", () => {
    this.SUBRULE(this.name);
    this.SUBRULE(this.value);
    this.MANY(() => {
      this.CONSUME(s.arrow);
      this.SUBRULE(this.call);
    });
  });

  private readonly evaluate: Rule = this.RULE("evaluate", () => {
    this.CONSUME(w.evaluate);
    this.CONSUME(s.openBrace);
    this.MANY(() => {
      this.OPTION(() => this.CONSUME(s.comma));
      this.OR({
        IGNORE_AMBIGUITIES: true,
        DEF: [{ ALT: () => this.SUBRULE(this.pid) }, { ALT: () => this.SUBRULE(this.metric) }],
      });
    });
    this.CONSUME(s.closeBrace);
  });

  private readonly pid: Rule = this.RULE("pid", () => {
    this.CONSUME(w.pid);
    this.SUBRULE(this.call);
    this.OPTION(() => {
      this.CONSUME(w.of);
      this.SUBRULE(this.names);
    });
    this.OPTION2(() => {
      this.CONSUME(w.per);
      this.CONSUME(w.sample);
    });
  });

  private readonly metric: Rule = this.RULE("metric", () => {
    this.SUBRULE(this.call);
  });

  private readonly data: Rule = this.RULE("data", () => {
    this.CONSUME(w.data);
    this.CONSUME(w.for);
    this.SUBRULE(this.name);
    this.CONSUME(s.openBrace);
    this.MANY(() => {
      this.OR({
        IGNORE_AMBIGUITIES: true,
        DEF: [
          { GATE: () => this.LA(2).tokenType !== s.feeds, ALT: () => this.SUBRULE(this.source) },
          { GATE: () => this.LA(2).tokenType !== s.feeds, ALT: () => this.SUBRULE(this.split) },
          { GATE: () => this.LA(2).tokenType !== s.feeds, ALT: () => this.SUBRULE(this.lack) },
          { GATE: () => this.LA(2).tokenType !== s.feeds, ALT: () => this.SUBRULE(this.holdOut) },
          { GATE: () => this.LA(2).tokenType !== s.feeds, ALT: () => this.SUBRULE(this.skip) },
          { GATE: () => this.LA(2).tokenType !== s.feeds, ALT: () => this.SUBRULE(this.streaming) },
          { ALT: () => this.SUBRULE(this.binding) },
        ],
      });
    });
    this.CONSUME(s.closeBrace);
  });

  private readonly streaming: Rule = this.RULE("streaming", () => {
    this.CONSUME(w.streamed);
    this.CONSUME(w.within);
    this.SUBRULE(this.number);
    this.SUBRULE(this.name);
  });

  private readonly source: Rule = this.RULE("source", () => {
    this.CONSUME(w.from);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(StringToken);
          this.MANY({
            // What is called `joined` may be fed next.
            GATE: () => this.LA(2).tokenType !== s.feeds,
            DEF: () => this.SUBRULE(this.join),
          });
        },
      },
      { ALT: () => this.SUBRULE(this.call) },
    ]);
  });

  private readonly join: Rule = this.RULE(
    "join",
    () => {
      this.CONSUME(w.joined);
      this.CONSUME(w.with);
      this.CONSUME(StringToken);
      this.CONSUME(w.by);
      this.CONSUME2(StringToken);
    },
    inside,
  );

  private readonly binding: Rule = this.RULE("binding", () => {
    this.SUBRULE(this.name);
    this.CONSUME(s.feeds);
    this.OPTION(() => this.CONSUME(w.files));
    this.AT_LEAST_ONE_SEP({ SEP: s.comma, DEF: () => this.CONSUME(StringToken) });
    this.MANY({
      // What is called like a transform may be fed next.
      GATE: () => this.LA(2).tokenType !== s.feeds,
      DEF: () => this.SUBRULE(this.transform),
    });
  });

  private readonly transform: Rule = this.RULE(
    "transform",
    () => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(w.scaled);
            this.CONSUME(w.by);
            this.SUBRULE(this.number);
          },
        },
        {
          ALT: () => {
            this.CONSUME(w.resized);
            this.CONSUME(w.to);
            this.SUBRULE2(this.number);
            this.CONSUME(s.comma);
            this.SUBRULE3(this.number);
          },
        },
        { ALT: () => this.CONSUME(w.log) },
        {
          ALT: () => {
            this.CONSUME(w.clipped);
            this.CONSUME2(w.to);
            this.SUBRULE4(this.number);
            this.CONSUME(s.range);
            this.SUBRULE5(this.number);
          },
        },
        { ALT: () => this.CONSUME(w.standardised) },
        {
          ALT: () => {
            this.CONSUME(w.cropped);
            this.CONSUME3(w.to);
            this.SUBRULE6(this.number);
            this.OPTION(() => {
              this.CONSUME2(s.comma);
              this.SUBRULE7(this.number);
            });
          },
        },
        { ALT: () => this.CONSUME(w.one_hot) },
        {
          ALT: () => {
            this.CONSUME(w.tokenised);
            this.CONSUME2(w.by);
            this.OR2([{ ALT: () => this.CONSUME(StringToken) }, { ALT: () => this.SUBRULE(this.call) }]);
          },
        },
      ]);
    },
    inside,
  );

  private readonly split: Rule = this.RULE("split", () => {
    this.CONSUME(w.split);
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(w.from);
            this.CONSUME(w.column);
            this.CONSUME(StringToken);
          },
        },
        {
          ALT: () => {
            this.SUBRULE(this.fold);
            this.MANY(() => {
              this.CONSUME(s.comma);
              this.SUBRULE(this.part);
            });
          },
        },
        { ALT: () => this.AT_LEAST_ONE_SEP({ SEP: s.comma, DEF: () => this.SUBRULE2(this.part) }) },
      ],
    });
    this.OPTION({
      // A modality may be called `by`.
      GATE: () => this.LA(2).tokenType !== s.feeds,
      DEF: () => this.SUBRULE(this.splitBy),
    });
    this.OPTION2({
      GATE: () => this.LA(2).tokenType !== s.feeds,
      DEF: () => this.CONSUME(w.stratified),
    });
    this.OPTION3({
      GATE: () => this.LA(2).tokenType !== s.feeds,
      DEF: () => {
        this.CONSUME(w.seed);
        this.SUBRULE(this.number);
      },
    });
  });

  private readonly fold: Rule = this.RULE(
    "fold",
    () => {
      this.CONSUME(w.fold);
      this.SUBRULE(this.number);
      this.CONSUME(w.of);
      this.SUBRULE2(this.number);
    },
    inside,
  );

  private readonly splitBy: Rule = this.RULE(
    "splitBy",
    () => {
      this.CONSUME(w.by);
      this.OR([{ ALT: () => this.CONSUME(w.group) }, { ALT: () => this.CONSUME(w.time) }]);
      this.CONSUME(StringToken);
    },
    inside,
  );

  private readonly lack: Rule = this.RULE("lack", () => {
    this.CONSUME(w.missing);
    this.SUBRULE(this.name);
    this.CONSUME(w.in);
    this.SUBRULE(this.number);
    this.CONSUME(w.of);
    this.SUBRULE2(this.name);
    this.OPTION(() => {
      this.CONSUME(w.seed);
      this.SUBRULE2(this.number);
    });
  });

  private readonly holdOut: Rule = this.RULE("holdOut", () => {
    this.CONSUME(w.hold);
    this.CONSUME(w.out);
    this.CONSUME(w.classes);
    this.AT_LEAST_ONE_SEP({
      SEP: s.comma,
      DEF: () => {
        this.OR([{ ALT: () => this.CONSUME(NumberToken) }, { ALT: () => this.CONSUME(StringToken) }]);
      },
    });
  });

  private readonly skip: Rule = this.RULE("skip", () => {
    this.CONSUME(w.skip);
    this.CONSUME(w.unreadable);
    this.OPTION({
      // What is called `at` may be fed next.
      GATE: () => this.LA(2).tokenType !== s.feeds,
      DEF: () => {
        this.CONSUME(w.at);
        this.CONSUME(w.most);
        this.SUBRULE(this.number);
      },
    });
  });

  private readonly part: Rule = this.RULE(
    "part",
    () => {
      this.SUBRULE(this.number);
      this.SUBRULE(this.name);
    },
    inside,
  );

  private readonly variants: Rule = this.RULE("variants", () => {
    this.CONSUME(w.variants);
    this.CONSUME(w.of);
    this.SUBRULE(this.name);
    this.CONSUME(s.openBrace);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.vary) },
        { ALT: () => this.SUBRULE(this.where) },
        { ALT: () => this.SUBRULE(this.limit) },
        { ALT: () => this.SUBRULE(this.sampling) },
      ]);
    });
    this.CONSUME(s.closeBrace);
  });

  private readonly vary: Rule = this.RULE("vary", () => {
    this.CONSUME(w.vary);
    this.SUBRULE(this.path);
    this.CONSUME(w.in);
    this.CONSUME(s.openBracket);
    this.AT_LEAST_ONE_SEP({ SEP: s.comma, DEF: () => this.SUBRULE(this.choice) });
    this.CONSUME(s.closeBracket);
  });

  private readonly where: Rule = this.RULE("where", () => {
    this.CONSUME(w.where);
    this.SUBRULE(this.anyOf);
  });

  private readonly limit: Rule = this.RULE("limit", () => {
    this.CONSUME(w.limit);
    this.SUBRULE(this.number);
  });

  private readonly sampling: Rule = this.RULE("sampling", () => {
    this.CONSUME(w.sample);
    this.SUBRULE(this.number);
    this.OPTION(() => {
      this.CONSUME(w.seed);
      this.SUBRULE2(this.number);
    });
  });

  /** A place in the spec: `train.paradigm`, `Eye.dense[2].units`, `fusion.unique(top)`. */
  private readonly path: Rule = this.RULE(
    "path",
    () => {
      this.AT_LEAST_ONE_SEP({ SEP: s.dot, DEF: () => this.SUBRULE(this.pathStep) });
    },
    inside,
  );

  private readonly pathStep: Rule = this.RULE(
    "pathStep",
    () => {
      this.SUBRULE(this.name);
      this.OPTION(() => {
        this.CONSUME(s.openParen);
        this.SUBRULE(this.names);
        this.CONSUME(s.closeParen);
      });
      this.OPTION2(() => {
        this.CONSUME(s.openBracket);
        this.CONSUME(NumberToken);
        this.CONSUME(s.closeBracket);
      });
    },
    inside,
  );

  private readonly choice: Rule = this.RULE(
    "choice",
    () => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(NumberToken);
            this.OPTION(() => {
              this.CONSUME(s.range);
              this.CONSUME2(NumberToken);
              this.OPTION2(() => {
                this.CONSUME(w.step);
                this.OR2([{ ALT: () => this.CONSUME3(NumberToken) }, { ALT: () => this.CONSUME(Factor) }]);
              });
            });
          },
        },
        { ALT: () => this.CONSUME(StringToken) },
        { ALT: () => this.SUBRULE(this.list) },
        { ALT: () => this.SUBRULE(this.chain) },
      ]);
    },
    inside,
  );

  private readonly anyOf: Rule = this.RULE(
    "anyOf",
    () => {
      this.AT_LEAST_ONE_SEP({ SEP: w.or, DEF: () => this.SUBRULE(this.allOf) });
    },
    inside,
  );

  private readonly allOf: Rule = this.RULE(
    "allOf",
    () => {
      this.AT_LEAST_ONE_SEP({ SEP: w.and, DEF: () => this.SUBRULE(this.demand) });
    },
    inside,
  );

  private readonly demand: Rule = this.RULE(
    "demand",
    () => {
      this.OR({
        IGNORE_AMBIGUITIES: true,
        DEF: [
          {
            ALT: () => {
              this.CONSUME(w.not);
              this.SUBRULE(this.demand);
            },
          },
          {
            ALT: () => {
              this.CONSUME(s.openParen);
              this.SUBRULE(this.anyOf);
              this.CONSUME(s.closeParen);
            },
          },
          {
            ALT: () => {
              this.SUBRULE(this.operand);
              this.OR2([
                { ALT: () => this.CONSUME(s.above) },
                { ALT: () => this.CONSUME(s.atLeast) },
                { ALT: () => this.CONSUME(s.below) },
                { ALT: () => this.CONSUME(s.atMost) },
                { ALT: () => this.CONSUME(s.equals) },
                { ALT: () => this.CONSUME(s.unequal) },
              ]);
              this.SUBRULE2(this.operand);
            },
          },
        ],
      });
    },
    inside,
  );

  private readonly operand: Rule = this.RULE(
    "operand",
    () => {
      this.OR([{ ALT: () => this.CONSUME(NumberToken) }, { ALT: () => this.SUBRULE(this.path) }]);
    },
    inside,
  );

  /** A number, or the name of a parameter. */
  private readonly number: Rule = this.RULE(
    "number",
    () => {
      const plain = () => this.CONSUME(NumberToken);
      const named = () => this.SUBRULE(this.name);
      if (this.RECORDING_PHASE) this.OR([{ ALT: plain }, { ALT: named }]);
      // A number that isn't there is made up by CONSUME, but not by OR; a word of the grammar goes on with the statement.
      else if (this.LA(1).tokenType === Name) named();
      else plain();
    },
    inside,
  );

  private readonly chain: Rule = this.RULE(
    "chain",
    () => {
      this.AT_LEAST_ONE_SEP({ SEP: s.arrow, DEF: () => this.SUBRULE(this.call) });
    },
    inside,
  );

  private readonly call: Rule = this.RULE(
    "call",
    () => {
      this.SUBRULE(this.name);
      this.OPTION(() => {
        this.CONSUME(s.openParen);
        this.MANY_SEP({ SEP: s.comma, DEF: () => this.SUBRULE(this.argument) });
        this.CONSUME(s.closeParen);
      });
    },
    inside,
  );

  private readonly argument: Rule = this.RULE(
    "argument",
    () => {
      this.OPTION({
        GATE: () => this.argumentIsNamed(),
        DEF: () => {
          this.SUBRULE(this.name);
          this.OPTION2(() => {
            this.CONSUME(s.openParen);
            this.SUBRULE(this.names);
            this.CONSUME(s.closeParen);
          });
          this.CONSUME(s.colon);
        },
      });
      this.SUBRULE(this.value);
    },
    inside,
  );

  private readonly value: Rule = this.RULE(
    "value",
    () => {
      this.OR([
        { ALT: () => this.CONSUME(NumberToken) },
        { ALT: () => this.CONSUME(StringToken) },
        { ALT: () => this.SUBRULE(this.call) },
        { ALT: () => this.SUBRULE(this.list) },
      ]);
    },
    inside,
  );

  /** Whether a colon follows a name, or a name and a list of names in parentheses: `noise:`, `synergy(left, right):`. */
  private argumentIsNamed(): boolean {
    let at = 2;
    if (this.LA(at).tokenType === s.openParen) {
      do at += 2;
      while (this.LA(at).tokenType === s.comma);
      if (this.LA(at++).tokenType !== s.closeParen) return false;
    }
    return this.LA(at).tokenType === s.colon;
  }

  private readonly list: Rule = this.RULE(
    "list",
    () => {
      this.CONSUME(s.openBracket);
      this.MANY_SEP({ SEP: s.comma, DEF: () => this.SUBRULE(this.value) });
      this.CONSUME(s.closeBracket);
    },
    inside,
  );

  private readonly names: Rule = this.RULE(
    "names",
    () => {
      this.AT_LEAST_ONE_SEP({ SEP: s.comma, DEF: () => this.SUBRULE(this.name) });
    },
    inside,
  );

  private readonly name: Rule = this.RULE("name", () => void this.CONSUME(Name), inside);
}

/** One for all: making one takes longer than reading a spec. */
export const parser = new SpecParser();
