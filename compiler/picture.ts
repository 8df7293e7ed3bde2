import { encodedModalities } from "./encoded.js";
import type { ModelIr } from "./ir.js";

/** The model as a Mermaid flowchart: modalities, encoders, interactions, gate, target. */
export function picture(ir: ModelIr): string {
  const lines = ["flowchart LR"];
  const quoted = (text: string) => `"${text.replace(/"/g, "#quot;")}"`;
  const shape = (sizes: readonly number[]) => sizes.join(" x ");
  ir.modalities.forEach(({ name, shape: sizes, optional }, m) => {
    lines.push(`  m${m}[/${quoted(`${name}${optional ? " (optional)" : ""}<br>${shape(sizes)}`)}/]`);
  });
  ir.encoders.forEach(({ name, width, modalities }, e) => {
    lines.push(`  e${e}[${quoted(`${name}<br>${width}`)}]`);
    for (const modality of modalities)
      lines.push(`  m${ir.modalities.findIndex((m) => m.name === modality)} --> e${e}`);
  });
  const encoderOf = (name: string) =>
    `e${ir.encoders.findIndex(({ modalities }) => modalities.includes(name))}`;
  const target = `y([${quoted(ir.target.name)}])`;
  const { kind } = ir.training.paradigm;
  if (ir.fusion.kind === "block" && kind !== "ensemble" && kind !== "unimodal") {
    ir.fusion.components.forEach(({ text, modalities }, c) => {
      lines.push(`  c${c}{{${quoted(text)}}}`);
      for (const modality of modalities) lines.push(`  ${encoderOf(modality)} --> c${c}`);
      lines.push(`  c${c} --> g`);
    });
    lines.push(`  g[${quoted("gate and rules")}] --> ${target}`);
  } else {
    const name = ir.fusion.kind === "merge" ? ir.fusion.merge.text : "ensemble";
    lines.push(`  f{{${quoted(name)}}} --> ${target}`);
    for (const { name: modality } of encodedModalities(ir)) lines.push(`  ${encoderOf(modality)} --> f`);
  }
  return `${lines.join("\n")}\n`;
}
