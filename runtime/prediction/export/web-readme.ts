import { outputsOf } from "../../data/outputs.js";
import type { Description } from "./description.js";
import { presenceName } from "./traced-model.js";

/** README.md of a model for the web. */
export function webReadme({ model, mmspec, columns, components, rules, examples }: Description): string {
  const { modalities, target } = columns;
  const inputs = Object.entries(modalities).flatMap(([name, { shape, optional }]) => [
    `| \`${name}\` | \`[batch, ${shape.join(", ")}]\` | values as the data has them${optional === true ? "; zeros where missing" : ""} |`,
    ...(optional === true
      ? [
          `| \`${presenceName(name)}\` | \`[batch, 1]\` | 1 where a sample has ${name}, 0 where it is missing |`,
        ]
      : []),
  ]);
  const classes = outputsOf(target).join(", ");
  const answers = [
    target.kind === "regression"
      ? `| \`numbers\` | \`[batch, ${outputsOf(target).length}]\` | ${classes} |`
      : `| \`probabilities\` | \`[batch, ${outputsOf(target).length}]\` | ${classes} |`,
    ...(components ? [`| \`shares\` | \`[batch, ${components.length}]\` | ${components.join(", ")} |`] : []),
    ...(rules && rules.length > 0
      ? [
          `| \`rules\` | \`[batch, ${rules.length}]\` | 1 at the rule that was taken: ${rules.map((rule) => `\`${rule}\``).join(", ")} |`,
        ]
      : []),
  ];
  const [example] = examples;
  const sample = example === undefined ? undefined : JSON.stringify(example.sample);
  const shown = sample !== undefined && sample.length < 200 ? sample : "sample";
  return `# ${model}, for the web

Written by \`mmspec export\` (mmspec ${mmspec}). \`index.html\` is a page to try it. Browsers load models from servers only, and any will do:

    python3 -m http.server

In a page of your own, with this folder beside it:

    import { loadModel } from "./predict.js";

    const model = await loadModel();
    const [answer] = await model.predict([${shown}]);

\`predict.js\` reads values as \`mmspec serve\` does, names of categories and words included, and says which one doesn't fit. \`predict.d.ts\` has its types. Nothing is
loaded from elsewhere: TensorFlow.js is \`tf.js\`.

| file | what it is |
| --- | --- |
| \`model.json\`, \`group1-shard*.bin\` | the model and its weights, a graph model of TensorFlow.js: \`tf.loadGraphModel("model.json")\` |
| \`description.json\` | columns, names of categories and words, and samples that were held out, with the answers to them |
| \`predict.js\`, \`predict.d.ts\` | reads samples and words answers |
| \`tf.js\` | TensorFlow.js (Apache License 2.0) |
| \`index.html\`, \`page.js\`, \`page.css\` | the page |

What \`model.json\` reads; all are float32, and transforms of the spec (scaled, log, clipped, standardised) are part of it:

| input | shape | |
| --- | --- | --- |
${inputs.join("\n")}

and says:

| output | shape | |
| --- | --- | --- |
${answers.join("\n")}
`;
}
