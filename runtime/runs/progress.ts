import { SingleBar } from "cli-progress";

/** Shows how far a run is. */
export interface Progress {
  /** Begins something of so many steps. */
  stage(name: string, steps: number, epochs: number): void;
  /** One step of learning was taken. */
  step(loss: number, epoch: number): void;
  /** So many steps are done. */
  advance(steps: number): void;
  /** An epoch has ended. */
  epoch(summary: string): void;
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
  let smooth: number | undefined;
  return {
    stage(name, steps, total) {
      epochs = total;
      smooth = undefined;
      bar = new SingleBar({
        stream,
        format: "{name} [{bar}] {percentage} % {detail} time left {eta_formatted}",
        barsize: 30,
        barCompleteChar: "=",
        barIncompleteChar: " ",
        hideCursor: true,
        etaBuffer: 50,
      });
      bar.start(steps, 0, { name: name.padEnd(12), detail: "" });
    },
    step(loss, epoch) {
      smooth = smooth === undefined ? loss : 0.95 * smooth + 0.05 * loss;
      bar?.increment(1, { detail: `epoch ${epoch}/${epochs} loss ${smooth.toFixed(4)}` });
    },
    advance(steps) {
      bar?.update(steps);
    },
    epoch() {},
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
  let taken = 0;
  let total = 0;
  let current = 0;
  let count = 0;
  let begin = 0;
  return {
    stage(stage, allSteps, allEpochs) {
      [name, steps, epochs, taken, total, count, begin] = [
        stage,
        allSteps,
        allEpochs,
        0,
        0,
        0,
        performance.now(),
      ];
    },
    step(loss, epoch) {
      taken++;
      total += loss;
      count++;
      current = epoch;
    },
    advance() {},
    epoch(summary) {
      const left = ((performance.now() - begin) / 1000 / taken) * (steps - taken);
      const loss = (total / Math.max(1, count)).toFixed(4);
      const more = summary === "" ? "" : `, ${summary}`;
      stream.write(
        `${name.padEnd(12)} epoch ${current}/${epochs} loss ${loss}${more}, time left ${Math.round(left)} s\n`,
      );
      [total, count] = [0, 0];
    },
    done() {
      if (taken === 0)
        stream.write(`${name.padEnd(12)} took ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
    },
  };
}
