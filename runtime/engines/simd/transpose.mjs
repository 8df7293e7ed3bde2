// Writes transpose.ts: matrices whose rows become columns, in WebAssembly with SIMD, in the memory of the wasm backend. `npm run simd`.
import { writeModule } from "./write-module.mjs";

const each = (count, write) => Array.from({ length: count }, (_, i) => write(i)).join("\n");

/** Bytes of 32-bit numbers out of two vectors, those of the second counted from 4. */
const shuffle = (a, b, numbers) =>
  `(i8x16.shuffle ${numbers.flatMap((number) => [0, 1, 2, 3].map((byte) => 4 * number + byte)).join(" ")} (local.get ${a}) (local.get ${b}))`;

/** Columns of a matrix that are done for all of its rows before the next: as many lines of the result stay in the nearest cache. */
const tile = 16;

const source = `
(module
  (import "tfjs" "memory" (memory 1))
  ;; The first 4 columns of 4 rows at $x, as rows at $y.
  (func $block (param $x i32) (param $y i32) (param $row_x i32) (param $row_y i32)
    ${each(4, (i) => `(local $r${i} v128) (local $h${i} v128)`)}
    ${each(
      4,
      (i) => `(local.set $r${i} (v128.load align=4 (local.get $x)))
    (local.set $x (i32.add (local.get $x) (local.get $row_x)))`,
    )}
    (local.set $h0 ${shuffle("$r0", "$r1", [0, 4, 1, 5])})
    (local.set $h1 ${shuffle("$r2", "$r3", [0, 4, 1, 5])})
    (local.set $h2 ${shuffle("$r0", "$r1", [2, 6, 3, 7])})
    (local.set $h3 ${shuffle("$r2", "$r3", [2, 6, 3, 7])})
    ${[
      ["$h0", "$h1", [0, 1, 4, 5]],
      ["$h0", "$h1", [2, 3, 6, 7]],
      ["$h2", "$h3", [0, 1, 4, 5]],
      ["$h2", "$h3", [2, 3, 6, 7]],
    ]
      .map(
        ([a, b, numbers]) => `(v128.store align=4 (local.get $y) ${shuffle(a, b, numbers)})
    (local.set $y (i32.add (local.get $y) (local.get $row_y)))`,
      )
      .join("\n")})
  ;; Each of a batch: [m, n] becomes [n, m], both at least 4. What is left at the end is done with what comes before it, once more.
  (func (export "transpose") (param $x i32) (param $y i32) (param $batch i32) (param $m i32) (param $n i32)
    (local $i i32) (local $j i32) (local $from i32) (local $to i32)
    (loop $matrices
      (local.set $from (i32.const 0))
      (loop $tiles
        (local.set $to (i32.add (local.get $from) (i32.const ${tile})))
        (if (i32.gt_u (local.get $to) (local.get $n)) (then (local.set $to (local.get $n))))
        (local.set $i (i32.const 0))
        (loop $rows
          (if (i32.gt_u (i32.add (local.get $i) (i32.const 4)) (local.get $m))
            (then (local.set $i (i32.sub (local.get $m) (i32.const 4)))))
          (local.set $j (local.get $from))
          (loop $columns
            (if (i32.gt_u (i32.add (local.get $j) (i32.const 4)) (local.get $n))
              (then (local.set $j (i32.sub (local.get $n) (i32.const 4)))))
            (call $block
              (i32.add (local.get $x) (i32.shl (i32.add (i32.mul (local.get $i) (local.get $n)) (local.get $j)) (i32.const 2)))
              (i32.add (local.get $y) (i32.shl (i32.add (i32.mul (local.get $j) (local.get $m)) (local.get $i)) (i32.const 2)))
              (i32.shl (local.get $n) (i32.const 2)) (i32.shl (local.get $m) (i32.const 2)))
            (local.set $j (i32.add (local.get $j) (i32.const 4)))
            (br_if $columns (i32.lt_u (local.get $j) (local.get $to))))
          (local.set $i (i32.add (local.get $i) (i32.const 4)))
          (br_if $rows (i32.lt_u (local.get $i) (local.get $m))))
        (local.set $from (i32.add (local.get $from) (i32.const ${tile})))
        (br_if $tiles (i32.lt_u (local.get $from) (local.get $n))))
      (local.set $x (i32.add (local.get $x) (i32.shl (i32.mul (local.get $m) (local.get $n)) (i32.const 2))))
      (local.set $y (i32.add (local.get $y) (i32.shl (i32.mul (local.get $m) (local.get $n)) (i32.const 2))))
      (br_if $matrices (local.tee $batch (i32.sub (local.get $batch) (i32.const 1)))))))
`;

await writeModule("transpose", "exchanges rows and columns of matrices", source, process.argv[2]);
