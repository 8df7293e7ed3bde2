// Writes product.ts: products of batches of matrices in WebAssembly with SIMD, in the memory of the wasm backend. `npm run simd`.
import { writeModule } from "./write-module.mjs";

/** Rows of a block. */
const most = 4;

const each = (count, write) => Array.from({ length: count }, (_, i) => write(i)).join("\n");

/**
 * A block of c = a b, of so many rows and of 4 columns a vector, which stays in registers while k runs.
 * $a, $b, $c are where it begins; $k is the length of a's rows, the others how many bytes apart rows lie.
 */
const block = (rows, vectors) => `
  (func $block_${rows}_${vectors} (param $a i32) (param $b i32) (param $c i32) (param $k i32)
      (param $row_a i32) (param $row_b i32) (param $row_c i32)
    (local $x v128)
    ${each(vectors, (v) => `(local $b${v} v128)`)}
    ${each(rows, (r) => `(local $a${r} i32) ${each(vectors, (v) => `(local $c${r}_${v} v128)`)}`)}
    ${each(rows, (r) => `(local.set $a${r} (i32.add (local.get $a) (i32.mul (local.get $row_a) (i32.const ${r}))))`)}
    (loop $next
      ${each(vectors, (v) => `(local.set $b${v} (v128.load offset=${16 * v} align=4 (local.get $b)))`)}
      ${each(
        rows,
        (r) => `
      (local.set $x (v128.load32_splat (local.get $a${r})))
      ${each(vectors, (v) => `(local.set $c${r}_${v} (f32x4.add (local.get $c${r}_${v}) (f32x4.mul (local.get $x) (local.get $b${v}))))`)}
      (local.set $a${r} (i32.add (local.get $a${r}) (i32.const 4)))`,
      )}
      (local.set $b (i32.add (local.get $b) (local.get $row_b)))
      (br_if $next (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
    ${each(
      rows,
      (r) => `
    ${each(vectors, (v) => `(v128.store offset=${16 * v} align=4 (local.get $c) (local.get $c${r}_${v}))`)}
    (local.set $c (i32.add (local.get $c) (local.get $row_c)))`,
    )})`;

/** All columns of some rows. What is left at the end is done with columns before it that are done already: they come to the same. */
const columns = (rows) => {
  const call = (vectors) => `
        (call $block_${rows}_${vectors} (local.get $a) (i32.add (local.get $b) (i32.shl (local.get $j) (i32.const 2)))
          (i32.add (local.get $c) (i32.shl (local.get $j) (i32.const 2))) (local.get $k)
          (i32.shl (local.get $k) (i32.const 2)) (i32.shl (local.get $n) (i32.const 2)) (i32.shl (local.get $n) (i32.const 2)))
        (local.set $j (i32.add (local.get $j) (i32.const ${4 * vectors})))`;
  return `
  (func $columns_${rows} (param $a i32) (param $b i32) (param $c i32) (param $k i32) (param $n i32)
    (local $j i32)
    (loop $next
      (if (i32.le_u (i32.add (local.get $j) (i32.const 8)) (local.get $n))
        (then ${call(2)})
        (else
        (if (i32.gt_u (i32.add (local.get $j) (i32.const 4)) (local.get $n))
          (then (local.set $j (i32.sub (local.get $n) (i32.const 4)))))
        ${call(1)}))
      (br_if $next (i32.lt_u (local.get $j) (local.get $n)))))`;
};

/**
 * The same as rows of columns, for a b that is large: 8 columns of it at a time lie end to end in $scratch, where all rows of a find them in the nearest cache.
 * m is at least the rows of a block.
 */
const panels = `
  (func $panels (param $a i32) (param $b i32) (param $c i32) (param $m i32) (param $k i32) (param $n i32) (param $scratch i32)
    (local $i i32) (local $j i32) (local $from i32) (local $to i32) (local $row i32)
    (loop $next
      (if (i32.gt_u (i32.add (local.get $j) (i32.const 8)) (local.get $n))
        (then (local.set $j (i32.sub (local.get $n) (i32.const 8)))))
      (local.set $from (i32.add (local.get $b) (i32.shl (local.get $j) (i32.const 2))))
      (local.set $to (local.get $scratch))
      (local.set $row (local.get $k))
      (loop $pack
        (v128.store align=4 (local.get $to) (v128.load align=4 (local.get $from)))
        (v128.store offset=16 align=4 (local.get $to) (v128.load offset=16 align=4 (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.shl (local.get $n) (i32.const 2))))
        (local.set $to (i32.add (local.get $to) (i32.const 32)))
        (br_if $pack (local.tee $row (i32.sub (local.get $row) (i32.const 1)))))
      (local.set $i (i32.const 0))
      (loop $rows
        (if (i32.gt_u (i32.add (local.get $i) (i32.const ${most})) (local.get $m))
          (then (local.set $i (i32.sub (local.get $m) (i32.const ${most})))))
        (call $block_${most}_2
          (i32.add (local.get $a) (i32.shl (i32.mul (local.get $i) (local.get $k)) (i32.const 2)))
          (local.get $scratch)
          (i32.add (local.get $c) (i32.shl (i32.add (i32.mul (local.get $i) (local.get $n)) (local.get $j)) (i32.const 2)))
          (local.get $k) (i32.shl (local.get $k) (i32.const 2)) (i32.const 32) (i32.shl (local.get $n) (i32.const 2)))
        (local.set $i (i32.add (local.get $i) (i32.const ${most})))
        (br_if $rows (i32.lt_u (local.get $i) (local.get $m))))
      (local.set $j (i32.add (local.get $j) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $j) (local.get $n)))))`;

const source = `
(module
  (import "tfjs" "memory" (memory 1))
  ${[most, 1].flatMap((rows) => [2, 1].map((vectors) => block(rows, vectors))).join("")}
  ${columns(most)}
  ${columns(1)}
  ${panels}
  ;; c = a b of each of a batch: [m, k] and [k, n], k at least 1, n at least 4. The last two say how many bytes apart the factors lie; 0 for one that is for all.
  ;; With $scratch, room for 8 columns of b, m is at least ${most} and n at least 8.
  (func (export "product") (param $a i32) (param $b i32) (param $c i32) (param $batch i32)
      (param $m i32) (param $k i32) (param $n i32) (param $next_a i32) (param $next_b i32) (param $scratch i32)
    (local $i i32)
    (loop $matrices
      (if (local.get $scratch)
        (then (call $panels (local.get $a) (local.get $b) (local.get $c) (local.get $m) (local.get $k) (local.get $n) (local.get $scratch)))
        (else
      (local.set $i (i32.const 0))
      (loop $rows
        (if (i32.ge_u (local.get $m) (i32.const ${most}))
          (then
            (if (i32.gt_u (i32.add (local.get $i) (i32.const ${most})) (local.get $m))
              (then (local.set $i (i32.sub (local.get $m) (i32.const ${most})))))
            (call $columns_${most}
              (i32.add (local.get $a) (i32.shl (i32.mul (local.get $i) (local.get $k)) (i32.const 2))) (local.get $b)
              (i32.add (local.get $c) (i32.shl (i32.mul (local.get $i) (local.get $n)) (i32.const 2))) (local.get $k) (local.get $n))
            (local.set $i (i32.add (local.get $i) (i32.const ${most}))))
          (else
            (call $columns_1
              (i32.add (local.get $a) (i32.shl (i32.mul (local.get $i) (local.get $k)) (i32.const 2))) (local.get $b)
              (i32.add (local.get $c) (i32.shl (i32.mul (local.get $i) (local.get $n)) (i32.const 2))) (local.get $k) (local.get $n))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))))
        (br_if $rows (i32.lt_u (local.get $i) (local.get $m))))))
      (local.set $a (i32.add (local.get $a) (local.get $next_a)))
      (local.set $b (i32.add (local.get $b) (local.get $next_b)))
      (local.set $c (i32.add (local.get $c) (i32.shl (i32.mul (local.get $m) (local.get $n)) (i32.const 2))))
      (br_if $matrices (local.tee $batch (i32.sub (local.get $batch) (i32.const 1)))))))
`;

await writeModule("product", "multiplies batches of matrices", source, process.argv[2]);
