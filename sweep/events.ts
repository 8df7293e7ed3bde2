import type { SweepListener } from "./run.js";

/** `--json`: what happens, one line of JSON each, as docs/sweep.md lists them. */
export function eventStream(write: (line: string) => void): SweepListener {
  const tell = (event: string, about: object) =>
    write(`${JSON.stringify({ event, time: new Date().toISOString(), ...about })}\n`);
  return {
    begin: ({ plan: { trials, seeds, metric, rungs } }, before) =>
      tell("begin", {
        variants: trials.map(({ name, choices, parameters, flops }) => ({
          name,
          choices,
          parameters,
          flops,
        })),
        ...{ seeds, metric, rungs: rungs.count, before },
      }),
    start: ({ key, trial, seed, rung, from, epochs }) =>
      tell("start", { key, variant: trial.name, seed, rung, from, epochs }),
    epoch: ({ key }) => tell("epoch", { key }),
    outcome: ({ trial, ...outcome }) => tell("outcome", { variant: trial, ...outcome }),
    end: (how) => tell("end", { how }),
  };
}
