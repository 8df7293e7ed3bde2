// Writes max-pool.ts: the gradient of max pooling, in WebAssembly with SIMD, in the memory of the wasm backend. `npm run simd`.
import { writeModule } from "./write-module.mjs";

/** Calls back, as text, for each pixel of a window: $from is where its channels stand, $p its number. */
const eachPixel = (visit) => `
      (local.set $p (i32.const 0))
      (local.set $from (local.get $first))
      (local.set $y (local.get $size))
      (loop $rows
        (local.set $x (local.get $size))
        (loop $columns
          ${visit}
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (local.set $from (i32.add (local.get $from) (local.get $pixel)))
          (br_if $columns (local.tee $x (i32.sub (local.get $x) (i32.const 1)))))
        (local.set $from (i32.sub (i32.add (local.get $from) (local.get $row)) (i32.mul (local.get $size) (local.get $pixel))))
        (br_if $rows (local.tee $y (i32.sub (local.get $y) (i32.const 1)))))`;

const source = `
(module
  (import "tfjs" "memory" (memory 1))
  ;; Of a window of $size pixels each way whose channels begin at $in: the first of the largest gets the gradient, the others 0. $to_dx leads from the pixels to theirs.
  (func $window (param $in i32) (param $dy i32) (param $to_dx i32) (param $size i32) (param $channels i32) (param $row i32)
    (local $c i32) (local $p i32) (local $x i32) (local $y i32) (local $from i32) (local $first i32) (local $pixel i32)
    (local $value v128) (local $largest v128) (local $at v128) (local $greater v128) (local $gradient v128)
    (local.set $pixel (i32.shl (local.get $channels) (i32.const 2)))
    (loop $next
      (if (i32.gt_u (i32.add (local.get $c) (i32.const 4)) (local.get $channels))
        (then (local.set $c (i32.sub (local.get $channels) (i32.const 4)))))
      (local.set $first (i32.add (local.get $in) (i32.shl (local.get $c) (i32.const 2))))
      (local.set $largest (v128.load align=4 (local.get $first)))
      (local.set $at (i32x4.splat (i32.const 0)))
      ${eachPixel(`
          (local.set $value (v128.load align=4 (local.get $from)))
          (local.set $greater (f32x4.gt (local.get $value) (local.get $largest)))
          (local.set $largest (v128.bitselect (local.get $value) (local.get $largest) (local.get $greater)))
          (local.set $at (v128.bitselect (i32x4.splat (local.get $p)) (local.get $at) (local.get $greater)))`)}
      (local.set $gradient (v128.load align=4 (i32.add (local.get $dy) (i32.shl (local.get $c) (i32.const 2)))))
      ${eachPixel(`
          (v128.store align=4 (i32.add (local.get $from) (local.get $to_dx))
            (v128.and (local.get $gradient) (i32x4.eq (local.get $at) (i32x4.splat (local.get $p)))))`)}
      (local.set $c (i32.add (local.get $c) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $c) (local.get $channels)))))
  ;; Windows side by side, of pictures [count, height, width, channels], channels at least 4; pixels behind the last window stay as they are.
  (func (export "maxPoolGradient") (param $in i32) (param $dy i32) (param $dx i32) (param $count i32) (param $height i32) (param $width i32)
      (param $size i32) (param $channels i32)
    (local $y i32) (local $x i32) (local $row i32) (local $at i32)
    (local.set $row (i32.shl (i32.mul (local.get $width) (local.get $channels)) (i32.const 2)))
    (loop $pictures
      (local.set $y (i32.const 0))
      (loop $rows
        (local.set $at (i32.add (local.get $in) (i32.mul (local.get $y) (local.get $row))))
        (local.set $x (i32.const 0))
        (loop $columns
          (call $window (local.get $at) (local.get $dy) (i32.sub (local.get $dx) (local.get $in)) (local.get $size) (local.get $channels) (local.get $row))
          (local.set $at (i32.add (local.get $at) (i32.shl (i32.mul (local.get $size) (local.get $channels)) (i32.const 2))))
          (local.set $dy (i32.add (local.get $dy) (i32.shl (local.get $channels) (i32.const 2))))
          (local.set $x (i32.add (local.get $x) (local.get $size)))
          (br_if $columns (i32.le_u (i32.add (local.get $x) (local.get $size)) (local.get $width))))
        (local.set $y (i32.add (local.get $y) (local.get $size)))
        (br_if $rows (i32.le_u (i32.add (local.get $y) (local.get $size)) (local.get $height))))
      (local.set $in (i32.add (local.get $in) (i32.mul (local.get $height) (local.get $row))))
      (local.set $dx (i32.add (local.get $dx) (i32.mul (local.get $height) (local.get $row))))
      (br_if $pictures (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
`;

await writeModule("max-pool", "gives the gradient of max pooling", source, process.argv[2]);
