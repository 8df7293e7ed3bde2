/** A whole spec whose parts a test can replace. */
export function spec(
  parts: Partial<Record<"top" | "fusion" | "train" | "evaluate" | "data", string>> = {},
): string {
  const {
    top = "",
    fusion = "fusion = concat -> mlp(16)",
    train = "train { paradigm joint epochs 3 batch 32 seed 3 }",
    evaluate = "evaluate { accuracy }",
    data = "from synthetic(redundancy: 1, samples: 300, noise: 0.3, seed: 2)\n  split 0.6 train, 0.2 validation, 0.2 test seed 1",
  } = parts;
  return `model Test {
  target label: class(3)
  modality left: vector(9)
  modality right: vector(12)
  encoder Left for left = mlp(16)
  encoder Right for right = mlp(16)
  ${top}
  ${fusion}
  ${train}
  ${evaluate}
}

data for Test {
  ${data}
}
`;
}

export const block = `fusion {
    redundant(left, right) = align(cosine) -> linear
    unique(left) = linear
    unique(right) = linear
    synergistic(left, right) = bilinear(rank: 8) -> dense(16) -> linear
    gate = mlp(8)
    when synergy > 0.6 use synergistic(left, right)
    when uniqueness(right) dominates and not redundancy >= 0.3 use unique(right)
    otherwise use gate
  }`;
