// Writes sum.ts: sums of rows, in WebAssembly with SIMD, in the memory of the wasm backend. `npm run simd`.
import { writeModule } from "./write-module.mjs";

const each = (count, write) => Array.from({ length: count }, (_, i) => write(i)).join("\n");

/** So many neighbouring columns of $rows rows, added up two in a register, in float64, and multiplied by $factor. */
const block = (columns) => `
  (func $block_${columns} (param $x i32) (param $y i32) (param $rows i32) (param $row i32) (param $factor f64)
    ${each(columns / 2, (i) => `(local $s${i} v128)`)}
    (loop $next
      ${each(
        columns / 2,
        (i) =>
          `(local.set $s${i} (f64x2.add (local.get $s${i}) (f64x2.promote_low_f32x4 (v128.load64_zero offset=${8 * i} align=4 (local.get $x)))))`,
      )}
      (local.set $x (i32.add (local.get $x) (local.get $row)))
      (br_if $next (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))
    ${each(
      columns / 2,
      (i) =>
        `(v128.store64_lane offset=${8 * i} align=4 0 (local.get $y) (f32x4.demote_f64x2_zero (f64x2.mul (local.get $s${i}) (f64x2.splat (local.get $factor)))))`,
    )})`;

const source = `
(module
  (import "tfjs" "memory" (memory 1))
  ${block(16)}
  ${block(4)}
  ;; [count, rows, width] becomes [count, width], width at least 4. What is left at the end is done with what comes before it, once more.
  (func (export "sum") (param $x i32) (param $y i32) (param $count i32) (param $rows i32) (param $width i32) (param $factor f64)
    (local $j i32) (local $row i32)
    (local.set $row (i32.shl (local.get $width) (i32.const 2)))
    (loop $next
      (local.set $j (i32.const 0))
      (loop $columns
        (if (i32.le_u (i32.add (local.get $j) (i32.const 16)) (local.get $width))
          (then
            (call $block_16 (i32.add (local.get $x) (i32.shl (local.get $j) (i32.const 2)))
              (i32.add (local.get $y) (i32.shl (local.get $j) (i32.const 2))) (local.get $rows) (local.get $row) (local.get $factor))
            (local.set $j (i32.add (local.get $j) (i32.const 16))))
          (else
            (if (i32.gt_u (i32.add (local.get $j) (i32.const 4)) (local.get $width))
              (then (local.set $j (i32.sub (local.get $width) (i32.const 4)))))
            (call $block_4 (i32.add (local.get $x) (i32.shl (local.get $j) (i32.const 2)))
              (i32.add (local.get $y) (i32.shl (local.get $j) (i32.const 2))) (local.get $rows) (local.get $row) (local.get $factor))
            (local.set $j (i32.add (local.get $j) (i32.const 4)))))
        (br_if $columns (i32.lt_u (local.get $j) (local.get $width))))
      (local.set $x (i32.add (local.get $x) (i32.mul (local.get $rows) (local.get $row))))
      (local.set $y (i32.add (local.get $y) (local.get $row)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
`;

await writeModule("sum", "adds rows up", source, process.argv[2]);
