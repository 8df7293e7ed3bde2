import { cropPicture } from "./crop.js";
import { resize } from "./resize.js";
import type { Transform } from "./transforms.js";

export interface FittedPicture {
  /** [height, width, channels] */
  shape: readonly [number, number, number];
  values: ArrayLike<number>;
  /** Where a picture is smaller than what was to be cut out of it: that size. Nothing was done from there on. */
  smallerThan?: readonly [number, number];
}

/** A picture after the transforms that change its size, in their order. */
export function fitPicture(
  values: ArrayLike<number>,
  shape: readonly [number, number, number],
  transforms: readonly Transform[],
): FittedPicture {
  let fitted: FittedPicture = { shape, values };
  for (const step of transforms) {
    if (step.kind !== "resized" && step.kind !== "cropped") continue;
    const [height, width, channels] = fitted.shape;
    const to = step.to as readonly [number, number];
    if (height === to[0] && width === to[1]) continue;
    if (step.kind === "cropped" && (height < to[0] || width < to[1])) return { ...fitted, smallerThan: to };
    const change = step.kind === "resized" ? resize : cropPicture;
    fitted = { shape: [...to, channels], values: change(fitted.values, fitted.shape, to) };
  }
  return fitted;
}
