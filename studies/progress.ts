import { SingleBar } from "cli-progress";
import type { StudyProgress } from "./run.js";

/** A bar with the time left on a terminal; one line a cell elsewhere; nothing when quiet. */
export function studyProgress({
  quiet,
  stream = process.stderr,
}: {
  quiet: boolean;
  stream?: NodeJS.WriteStream;
}): StudyProgress {
  if (quiet) return { begin() {}, cell() {}, end() {} };
  let all = 0;
  let before = 0;
  let done = 0;
  let begun = 0;
  let bar: SingleBar | undefined;
  const left = () => {
    if (done === before) return "?";
    const seconds = ((performance.now() - begun) / 1000 / (done - before)) * (all - done);
    return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
  };
  return {
    begin(cells, earlier) {
      [all, before, done, begun] = [cells, earlier, earlier, performance.now()];
      if (earlier > 0) stream.write(`${earlier} of ${cells} cells were done before\n`);
      if (!stream.isTTY) return;
      bar = new SingleBar({
        stream,
        format: "{value}/{total} [{bar}] {percentage} % {detail} time left {left}",
        barsize: 30,
        barCompleteChar: "=",
        barIncompleteChar: " ",
        hideCursor: true,
      });
      bar.start(cells, earlier, { detail: "", left: left() });
    },
    cell({ name, status, seconds }) {
      done++;
      const detail = status === "done" ? name : `${name} failed`;
      if (bar !== undefined) bar.update(done, { detail: detail.padEnd(28), left: left() });
      else stream.write(`${done}/${all} ${detail}, took ${seconds.toFixed(1)} s, time left ${left()}\n`);
    },
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}
