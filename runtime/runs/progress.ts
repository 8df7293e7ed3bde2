import { SingleBar } from "cli-progress";

/** Shows how far a run is. */
export interface Progress {
  /** Begins something of so many steps, of which some may be done. */
  stage(name: string, steps: number, epochs: number, done?: number): void;
  /** One step of learning was taken. `loss` is told now and then: its mean over the epoch so far. */
  step(epoch: number, loss?: number): void;
  /** So many steps are done. */
  advance(steps: number): void;
  /** An epoch has ended, with this mean loss. */
  epoch(loss: number, summary: string): void;
  /** What was begun has ended. */
  done(): void;
}

const silent: Progress = { stage() {}, step() {}, advance() {}, epoch() {}, done() {} };

/** A bar with stage, epoch, loss and time left on a terminal; one line an epoch elsewhere; nothing when quiet. */
export function createProgress({
  quiet = false,
  stream = process.stderr,
}: {
  quiet?: boolean;
  stream?: NodeJS.WriteStream;
}): Progress {
  if (quiet) return silent;
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  let epochs = 1;
  let told = "";
  return {
    stage(name, steps, total, done = 0) {
      epochs = total;
      told = "";
      bar = new SingleBar({
        stream,
        format: "{name} [{bar}] {percentage} % {detail} time left {eta_formatted}",
        barsize: 30,
        barCompleteChar: "=",
        barIncompleteChar: " ",
        hideCursor: true,
        etaBuffer: 50,
      });
      bar.start(steps, done, { name: name.padEnd(12), detail: "" });
    },
    step(epoch, loss) {
      if (loss !== undefined) told = ` loss ${loss.toFixed(4)}`;
      bar?.increment(1, { detail: `epoch ${epoch}/${epochs}${told}` });
    },
    advance(steps) {
      bar?.update(steps);
    },
    epoch(loss) {
      told = ` loss ${loss.toFixed(4)}`;
    },
    done() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
  let name = "";
  let epochs = 1;
  let steps = 0;
  let first = 0;
  let taken = 0;
  let current = 0;
  let begin = 0;
  return {
    stage(stage, allSteps, allEpochs, done = 0) {
      [name, steps, epochs, first, taken, begin] = [
        stage,
        allSteps,
        allEpochs,
        done,
        done,
        performance.now(),
      ];
    },
    step(epoch) {
      taken++;
      current = epoch;
    },
    advance() {},
    epoch(loss, summary) {
      const left = ((performance.now() - begin) / 1000 / Math.max(1, taken - first)) * (steps - taken);
      const more = summary === "" ? "" : `, ${summary}`;
      stream.write(
        `${name.padEnd(12)} epoch ${current}/${epochs} loss ${loss.toFixed(4)}${more}, time left ${Math.round(left)} s\n`,
      );
    },
    done() {
      if (taken === 0)
        stream.write(`${name.padEnd(12)} took ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
    },
  };
}
