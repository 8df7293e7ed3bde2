import * as tf from "@tensorflow/tfjs-core";
import type { Splits } from "../data/samples.js";
import { Random } from "../data/random.js";
import { openEngine } from "../engines/index.js";
import { frozenHashes } from "../layers/frozen.js";
import { follow } from "../learning/fit.js";
import type { Stage } from "../learning/stage.js";
import type { Model } from "../learning/model.js";
import { Helped, type HelperOrders } from "../parallel/helpers.js";
import { TeamError } from "../parallel/team.js";
import { createProgress } from "../runs/index.js";
import { dataHash } from "./origin.js";
import { Session, type SessionOptions } from "./session.js";
import { fingerprint } from "./training.js";

/**
 * The session of a thread that runs a script to help the process that runs it. It reads the data and makes the model as the script says, and learns
 * each stage with the others; it writes nothing and never comes to what follows the last stage.
 */
class HelperSession extends Session {
  private readonly helped: Helped;
  private readonly learning: Random;
  /** Stages that the script came to. */
  private stages = 0;

  constructor(about: SessionOptions, orders: HelperOrders, engine: Awaited<ReturnType<typeof openEngine>>) {
    const options = {
      data: orders.dataFolder,
      resume: false,
      checkpointEvery: 0,
      smallerBatch: false,
      quiet: true,
      json: false,
    };
    const { version, detail } = engine;
    const origin = { mmspec: "", tensorflow: "", engine: { name: engine.name, version, detail }, code: {} };
    super(about, options, engine, orders.folder, origin);
    this.helped = new Helped(orders);
    this.learning = new Random(about.seed).fork("learning");
  }

  override async run(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      if (!(error instanceof TeamError)) this.helped.fail(error);
    }
  }

  override async fit<Inputs>(model: Model<Inputs>, data: Splits, stage: Stage<Inputs>): Promise<void> {
    const { helped, learning: random } = this;
    const order = await helped.stage(this.stages++, () => fingerprint(model, dataHash(data, frozenHashes())));
    if (order === undefined) return stage.optimizer.dispose();
    const { batch, from } = order;
    follow(
      model,
      data,
      { ...stage, batch },
      {
        random,
        progress: createProgress({ quiet: true }),
        team: helped.team,
        from,
      },
    );
    tf.dispose(from.tensors.map(({ tensor }) => tensor));
    await helped.more();
  }

  override async report(): Promise<void> {}
}

/** Opens the session of a thread that helps. */
export async function openHelper(about: SessionOptions, orders: HelperOrders): Promise<Session> {
  return new HelperSession(about, orders, await openEngine(orders.engine));
}
