import { decompositions, keptApart, mainWidth, sharedOf } from "./dmil.js";
import { encodedModalities } from "./encoded.js";
import type { LayerIr, ModelIr, Shape } from "./ir.js";

/** One row of the explanation: a part of the model, what it makes, what it costs. */
export interface PartExplained {
  /** What the part belongs to: `encoder Top for top`, `synergistic(top, bottom)`, `gate`. */
  part: string;
  layer: string;
  input: Shape;
  output: Shape;
  parameters: number;
  /** Multiplications and additions for one sample, forwards. */
  flops: number;
  /** True where parameters and FLOPs aren't known, and are told as 0. */
  uncounted?: boolean;
  line: number;
  /** The imported file that the line is in. */
  file?: string;
}

export interface Explanation {
  model: string;
  parts: PartExplained[];
  parameters: number;
  flops: number;
  /** Bytes of all activations of one batch, with the weights and Adam's two moments of them. */
  memoryPerBatch: number;
  batch: number;
}

type Place = Pick<LayerIr, "line" | "file">;

/** Every layer of a model with its shapes, parameters and FLOPs, in the order in which a sample goes through them. */
export function explain(ir: ModelIr): Explanation {
  const parts: PartExplained[] = [];
  const outputs = ir.target.outputs.length;
  const { paradigm, batch } = ir.training;
  const size = (shape: Shape) => shape.reduce((a, b) => a * b, 1);
  const add = (part: string, layer: Omit<LayerIr, "call" | "text">, text: string) => {
    const { input, output, weights, flops, uncounted, line, file } = layer;
    parts.push({
      part,
      layer: text,
      input,
      output,
      parameters: weights,
      flops,
      ...(uncounted && { uncounted }),
      line,
      ...(file !== undefined && { file }),
    });
  };
  const linear = (part: string, width: number, units: number, at: Place, text = "linear") =>
    add(
      part,
      { input: [width], output: [units], weights: (width + 1) * units, flops: 2 * width * units, ...at },
      text,
    );

  for (const encoder of ir.encoders) {
    for (const modality of encoder.modalities) {
      const first = modality === encoder.modalities[0];
      for (const layer of encoder.layers) {
        const part = `encoder ${encoder.name} for ${modality}`;
        add(part, first ? layer : { ...layer, weights: 0 }, layer.text);
      }
    }
  }
  const widthOf = (name: string) =>
    ir.encoders.find(({ modalities }) => modalities.includes(name))?.width ?? 0;
  const { fusion } = ir;
  const inFusion = ({ line }: { line: number }): Place => ({
    line,
    ...(fusion.file !== undefined && { file: fusion.file }),
  });
  if (fusion.kind === "merge") {
    const { merge } = fusion;
    const mergePart = {
      input: merge.inputs,
      output: [merge.output],
      weights: merge.weights,
      flops: merge.flops,
    };
    const experts = ["synergy", "redundancy", ...ir.modalities.map(({ name }) => `uniqueness of ${name}`)];
    const parts = paradigm.kind === "i2moe" ? experts.map((expert) => `expert of ${expert}`) : ["fusion"];
    for (const part of parts) {
      add(part, { ...mergePart, ...inFusion(merge) }, merge.text);
      for (const layer of fusion.layers) add(part, layer, layer.text);
      linear(part, fusion.width, outputs, inFusion(fusion));
    }
    if (paradigm.kind === "i2moe") {
      const width = ir.modalities.reduce((total, { name }) => total + widthOf(name), 0);
      linear("gate", width, paradigm.gate, inFusion(fusion), `mlp(${paradigm.gate})`);
      linear("gate", paradigm.gate, experts.length, inFusion(fusion), "shares");
    }
  } else if (fusion.kind === "ensemble" || paradigm.kind === "ensemble" || paradigm.kind === "unimodal") {
    for (const { name } of encodedModalities(ir)) {
      const unique =
        fusion.kind === "block" &&
        fusion.components.find((c) => c.interaction === "unique" && c.modalities.includes(name));
      if (unique) for (const layer of unique.layers) add(unique.text, layer, layer.text);
      linear(
        unique ? unique.text : `prediction of ${name}`,
        unique ? unique.width : widthOf(name),
        outputs,
        inFusion(fusion),
      );
    }
    if (fusion.kind === "ensemble" && fusion.weights === "learned" && paradigm.kind !== "unimodal") {
      const count = ir.modalities.length;
      const weighing = {
        input: [count, outputs],
        output: [outputs],
        weights: count,
        flops: 2 * count * outputs,
      };
      add("fusion", { ...weighing, ...inFusion(fusion) }, "ensemble(learned)");
    }
  } else {
    if (paradigm.kind === "dmil") {
      const { latent, rebuild, ablation, bound } = paradigm;
      const { intra, consistency } = decompositions(paradigm);
      const [each, what] = ablation === "fc" ? [latent, ""] : [2 * latent, " (mean, log-variance)"];
      for (const { name, line, shape } of ir.modalities) {
        const at = { line };
        const part = `dmil: parts of ${name}`;
        const width = widthOf(name);
        const main = mainWidth(ir, paradigm, name);
        if (intra) {
          linear(part, width, 2 * each, at, `M and N${what}`);
          linear(part, 2 * latent, width, at, "decoder, hidden");
          linear(part, width, rebuild === "inputs" ? size(shape) : width, at, "decoder, output");
        }
        linear(part, main, outputs, at, "prediction from M");
        if (!consistency) continue;
        linear(part, main, (sharedOf(fusion, name).length + 1) * each, at, `R and U${what}`);
        if (bound === "vclub") {
          for (const apart of keptApart(fusion, name)) {
            linear(`dmil: bound of ${apart.name}`, latent, latent, at, "q, hidden");
            linear(`dmil: bound of ${apart.name}`, latent, 2 * latent, at, "q (mean, log-variance)");
          }
        }
      }
    }
    for (const { text, merge, layers, width, line } of fusion.components) {
      if (merge !== undefined) {
        const mergePart = {
          input: merge.inputs,
          output: [merge.output],
          weights: merge.weights,
          flops: merge.flops,
        };
        add(text, { ...mergePart, ...inFusion(merge) }, merge.text);
      }
      for (const layer of layers) add(text, layer, layer.text);
      linear(text, width, outputs, inFusion({ line }));
    }
    for (const layer of fusion.gate.layers) add("gate", layer, layer.text);
    linear("gate", fusion.gate.width, fusion.components.length, inFusion(fusion.gate), "shares");
  }

  const parameters = parts.reduce((total, part) => total + part.parameters, 0);
  const inputs = ir.modalities.reduce((total, { shape }) => total + size(shape), 0);
  const activations = inputs + parts.reduce((total, { output }) => total + size(output), 0);
  return {
    model: ir.name,
    parts,
    parameters,
    flops: parts.reduce((total, part) => total + part.flops, 0),
    memoryPerBatch: 4 * (2 * activations * batch + 4 * parameters),
    batch,
  };
}
