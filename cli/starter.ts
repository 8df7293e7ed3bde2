/** A first spec: two vectors of synthetic data whose interactions are known exactly. */
export function starter(name: string): string {
  return `/// Two modalities that tell some things alike, and some things only together.
model ${name} {
  target label: class(4)

  modality left: vector(24)
  modality right: vector(24)

  encoder Left for left = mlp(64, 32)
  encoder Right for right = mlp(64, 32)

  fusion {
    redundant(left, right) = align(cosine) -> linear
    unique(left) = linear
    unique(right) = linear
    synergistic(left, right) = bilinear(rank: 16) -> dense(32) -> linear

    gate = mlp(16)

    when synergy > 0.9 use synergistic(left, right)
    otherwise use gate
  }

  train {
    paradigm dmil(intra: 5, consistency: 3, joint: 10)
    optimizer adam(lr: 1e-3)
    batch 128
    seed 1
  }

  evaluate {
    accuracy, macro_f1, calibration
    pid lsmi per sample
    synergy_indicator
  }
}

data for ${name} {
  // Your own data: from "samples.npz", and lines such as left <- "column". See docs/language.md.
  from synthetic(redundancy: 0.5, synergy: 0.5, samples: 4000, noise: 0.4, seed: 1)
  split 0.7 train, 0.1 validation, 0.2 test stratified seed 1
}
`;
}
