import * as tf from "@tensorflow/tfjs-core";
import type { Layer, LayerMaker } from "./layer.js";
import { standardNormal } from "./parameters.js";

export interface ColumnsOptions {
  /** Of each column of the table: 0 for a number, otherwise how many values it may have, counted from 0. */
  columns: readonly number[];
  /** Features that a category becomes. */
  features: number;
}

/** The columns of a table one by one, each as [batch, 1]. */
function split(x: tf.Tensor, count: number): tf.Tensor2D[] {
  return count === 1 ? [x as tf.Tensor2D] : tf.split(x as tf.Tensor2D, count, 1);
}

/** What `values` makes of each category, side by side with the numbers, in the columns' order. */
function sideBySide(
  columns: readonly number[],
  values: (codes: tf.Tensor1D, column: number) => tf.Tensor,
): Layer {
  return {
    apply: (x) =>
      tf.concat(
        split(x, columns.length).map((column, i) =>
          columns[i] === 0 ? column : (values(tf.cast(tf.reshape(column, [-1]), "int32"), i) as tf.Tensor2D),
        ),
        1,
      ),
  };
}

/** Categories as one-hot rows, numbers as they are: [batch, columns] -> [batch, sum of 1 a number and `size` a category]. */
export function oneHotColumns({ columns }: Pick<ColumnsOptions, "columns">): LayerMaker {
  return () => sideBySide(columns, (codes, i) => tf.cast(tf.oneHot(codes, columns[i] as number), "float32"));
}

/** A learned row of features for each category, numbers as they are: [batch, columns] -> [batch, sum of 1 a number and `features` a category]. */
export function embedColumns({ columns, features }: ColumnsOptions): LayerMaker {
  return (scope) => {
    const tables = columns.map(
      (size, i) => size > 0 && scope.add(`column${i + 1}`, [size, features], standardNormal),
    );
    return sideBySide(columns, (codes, i) => tf.gather(tables[i] as tf.Variable, codes));
  };
}
