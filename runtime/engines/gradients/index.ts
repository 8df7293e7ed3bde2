import { correctProducts } from "../simd/batch-mat-mul.js";
import { correctTranspose } from "../simd/last-axes.js";
import { correctReductions } from "../simd/reduce.js";
import { correctBatchMatMul, correctTransposedProducts } from "./batch-mat-mul.js";
import { correctCast } from "./cast.js";
import { addConv2dBackpropFilter, correctConv2d } from "./conv2d.js";
import { addDepthwiseConv2dGradients } from "./depthwise-conv2d.js";
import { addEinsum } from "./einsum.js";
import { correctIdentity } from "./identity.js";
import { correctPool } from "./pool.js";
import { correctSlice } from "./slice.js";
import { correctSplit } from "./split.js";
import { addUnsortedSegmentSum } from "./unsorted-segment-sum.js";

let corrected = false;

/** Registers, once, what the wasm backend lacks or does slowly. What it registers is right on every backend. */
export function correctGradients(): void {
  if (corrected) return;
  corrected = true;
  correctTranspose();
  correctBatchMatMul();
  correctProducts();
  correctTransposedProducts();
  correctCast();
  correctConv2d();
  correctIdentity();
  correctPool();
  correctReductions();
  correctSlice();
  correctSplit();
  addConv2dBackpropFilter();
  addDepthwiseConv2dGradients();
  addEinsum();
  addUnsortedSegmentSum();
}
