import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { descriptionName, type Description } from "../../runtime/prediction/export/description.js";
import { sampleTypes } from "../../runtime/prediction/export/sample-types.js";
import { writeAtomically } from "../../runtime/runs/atomic.js";
import { compileModel } from "./compiled.js";
import { installedVersions, vendorRuntime } from "./vendored.js";

/** What models import of the runtime, and what answers. */
const parts = ["fusion/index.js", "layers/index.js", "learning/index.js"];
const answering = "prediction/export/package-model.js";

/**
 * Makes a package of a folder that has a run's description and weights: the trainer's model, the part of the runtime that it needs, and an entry that predicts.
 * @param trainer the folder of the run's code
 * @throws CommandError when the code can't be compiled
 */
export async function writePackage(folder: string, trainer: string): Promise<void> {
  const description = JSON.parse(await readFile(join(folder, descriptionName), "utf8")) as Description;
  const { model, mmspec, frozen } = description;
  const packages = await vendorRuntime(join(folder, "runtime"), [...parts, answering]);
  // Only saved models need all of TensorFlow.js.
  if (frozen === undefined) packages.delete("@tensorflow/tfjs");
  const exported = [
    'export * as tf from "@tensorflow/tfjs-core";',
    ...parts.map((part) => `export * from "./${part}";`),
  ];
  for (const name of ["index.js", "index.d.ts"])
    await writeAtomically(join(folder, "runtime", name), `${exported.join("\n")}\n`);
  const className = await compileModel(trainer, folder);
  const name = model.replace(/([a-z\d])([A-Z])/g, "$1-$2").toLowerCase();
  const write = (file: string, text: string) => writeAtomically(join(folder, file), text);
  await write(
    "package.json",
    `${JSON.stringify(
      {
        name,
        version: "1.0.0",
        private: true,
        description: `The model ${model}, exported by mmspec ${mmspec}.`,
        type: "module",
        engines: { node: ">=20.19.0" },
        exports: {
          ".": { types: "./index.d.ts", default: "./index.js" },
          "./model": { types: "./dist/model.d.ts", default: "./dist/model.js" },
          "./runtime": { types: "./runtime/index.d.ts", default: "./runtime/index.js" },
          "./package.json": "./package.json",
        },
        scripts: { test: "node --test" },
        dependencies: await installedVersions(packages),
      },
      null,
      2,
    )}\n`,
  );
  await write("index.js", entry(className));
  await write("index.d.ts", sampleTypes(description, "package"));
  await write("package.test.js", check);
  await write("README.md", readme(name, description, className));
  await copyFile(
    fileURLToPath(new URL("../../../LICENSE", import.meta.url)),
    join(folder, "runtime", "LICENSE"),
  );
}

const entry = (className: string) => `import { ${className} } from "./dist/model.js";
import { packagedModel } from "./runtime/${answering}";

export const { examples, predict } = packagedModel(new URL(".", import.meta.url), () => new ${className}());
`;

const check = `// The package says what the run's model said of samples that were held out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { examples, predict } from "./index.js";

function close(found, wanted, at) {
  if (typeof wanted === "number")
    assert.ok(Math.abs(found - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted)), \`\${at}: \${found}, not \${wanted}\`);
  else if (typeof wanted === "object")
    for (const [key, value] of Object.entries(wanted)) close(found[key], value, \`\${at}.\${key}\`);
  else assert.equal(found, wanted, at);
}

test("predicts as the run did", async () => {
  const answers = await predict(examples.map(({ sample }) => sample));
  examples.forEach(({ name, answer }, i) => close(answers[i], answer, name));
});
`;

function readme(name: string, { model, mmspec, examples }: Description, className: string): string {
  const [example] = examples;
  const sample = example === undefined ? "sample" : JSON.stringify(example.sample);
  return `# ${model}

A trained model as a package, written by \`mmspec export\` (mmspec ${mmspec}). In another project:

    npm install ../path/to/this/folder

\`\`\`ts
import { predict } from ${JSON.stringify(name)};

const [answer] = await predict([${sample.length < 200 ? sample : "sample"}]);
\`\`\`

Values are given as the training data had them: categories and words by their names, nothing scaled. What doesn't fit is told with its place. \`examples\` are samples
that were held out in training, with the answers of the run; \`npm test\` compares.

| file | what it is |
| --- | --- |
| \`index.js\`, \`index.d.ts\` | \`predict\`, and the types of this model's samples and answers |
| \`src/model.ts\` | the model's code, \`${className}\`, as \`mmspec compile\` wrote it; compiled in \`dist/\`, and imported as \`${name}/model\` |
| \`weights.bin\`, \`weights.json\` | the weights |
| \`description.json\` | columns, transforms and their statistics, names of categories and words, samples |
| \`runtime/\` | the part of mmspec's runtime that this needs (MIT License), imported as \`${name}/runtime\` |

It computes on WebAssembly, or on what TensorFlow.js already has open. It isn't published: \`"private": true\` in package.json keeps \`npm publish\` from it.
`;
}
