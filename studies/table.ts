import { ablations } from "./ablations.js";
import { gate } from "./gate.js";
import { missing } from "./missing.js";
import { mixes } from "./mixes.js";
import { outside } from "./outside.js";
import { real } from "./real.js";
import { rivals } from "./rivals.js";
import type { Study } from "./study.js";

/** All studies, by name. */
export const studies: ReadonlyMap<string, Study> = new Map(
  [mixes, rivals, gate, ablations, real, missing, outside].map((study) => [study.name, study]),
);
