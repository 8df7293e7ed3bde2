export { atomsOf, type Atoms } from "./atoms.js";
export { meanEstimate, type Estimate } from "./bootstrap.js";
export { lsmi, type LsmiOptions, type SamplePid } from "./lsmi.js";
export { pointwise, toBits, type PointwisePid } from "./pointwise.js";
export type { View } from "./view.js";
