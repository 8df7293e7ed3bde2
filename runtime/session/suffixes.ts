import type { MeasuredPid } from "./measure.js";

/**
 * What tells the columns of several measures in pid.parquet apart: nothing of one alone; otherwise the measure, and as far as that isn't enough
 * the point, the modalities, the unit, the place in the spec: `_isx`, `_lsmi_main`, `_lsmi_inputs_a_b`.
 */
export function suffixesOf(measured: readonly Omit<MeasuredPid, "pid" | "rows">[]): string[] {
  if (measured.length <= 1) return measured.map(() => "");
  return measured.map((own, k) => {
    const parts = (item: (typeof measured)[number], at: number) => [
      item.measure,
      item.on,
      item.modalities.join("_"),
      item.unit,
      String(at + 1),
    ];
    const suffix = (item: (typeof measured)[number], at: number, depth: number) =>
      `_${parts(item, at).slice(0, depth).join("_")}`;
    const depths = [1, 2, 3, 4, 5];
    const enough = depths.find((depth) =>
      measured.every((other, j) => j === k || suffix(other, j, depth) !== suffix(own, k, depth)),
    );
    return suffix(own, k, enough ?? depths.length);
  });
}
