import { h } from "../page/dom.js";
import { draw, isPicture } from "./picture.js";
import { showAnswer, type Answer } from "./answer.js";
import "./try.css";

interface Modality {
  name: string;
  shape: readonly number[];
  optional: boolean;
  about: string;
}

interface Content {
  model: string;
  target: string;
  modalities: readonly Modality[];
  examples: readonly { name: string; sample: Record<string, unknown> }[];
}

const content = JSON.parse(document.getElementById("content")?.textContent ?? "{}") as Content;
const fields = content.modalities.map(field);
const answer = h(
  "div",
  { class: "answer", "aria-live": "polite" },
  h("p", { class: "quiet" }, "No answer yet."),
);

/** What one modality is given, as JSON. */
function field(modality: Modality) {
  const { name, shape, optional, about } = modality;
  const id = `modality-${name}`;
  const text = h("textarea", {
    id,
    rows: 4,
    spellcheck: "false",
    autocomplete: "off",
    "aria-describedby": `${id}-about`,
    oninput: () => changed(),
  });
  const picture = h("canvas", { hidden: true, role: "img", "aria-label": `${name}, drawn` });
  const changed = () => {
    picture.hidden = !isPicture(shape) || !draw(picture, parsed(text.value), shape);
  };
  return {
    name,
    read: () => text.value.trim(),
    write(value: unknown) {
      text.value = value === undefined ? "" : JSON.stringify(value);
      changed();
    },
    element: h(
      "div",
      { class: "field" },
      h("label", { for: id }, name, optional ? h("span", { class: "quiet" }, " (may be left empty)") : null),
      h("p", { id: `${id}-about`, class: "quiet" }, about),
      h("div", { class: "value" }, text, picture),
    ),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function show(example: number): void {
  const { sample = {} } = content.examples[example] ?? {};
  for (const { name, write } of fields) write(Object.hasOwn(sample, name) ? sample[name] : undefined);
}

function problem(text: string): void {
  answer.replaceChildren(h("p", { class: "problem", role: "alert" }, text));
}

async function predict(event: Event): Promise<void> {
  event.preventDefault();
  const values: [string, unknown][] = [];
  for (const { name, read } of fields) {
    const text = read();
    if (text === "") continue;
    const value = parsed(text);
    if (value === undefined) return problem(`${name} is no JSON: a list like [0.1, 2, 3].`);
    values.push([name, value]);
  }
  try {
    const response = await fetch("predict", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ samples: [Object.fromEntries(values)] }),
    });
    const said = (await response.json()) as {
      answers?: Answer[];
      error?: { message: string; at?: string };
    };
    const [first] = said.answers ?? [];
    if (first !== undefined) answer.replaceChildren(...showAnswer(content.target, first));
    else problem([said.error?.at, said.error?.message ?? response.statusText].filter(Boolean).join(": "));
  } catch {
    problem("The service doesn't answer.");
  }
}

const examples =
  content.examples.length === 0
    ? null
    : h(
        "div",
        { class: "field" },
        h("label", { for: "example" }, "Begin with"),
        h(
          "select",
          {
            id: "example",
            onchange: (event: Event) => show(Number((event.target as HTMLSelectElement).value)),
          },
          ...content.examples.map(({ name }, i) => h("option", { value: i }, name)),
        ),
      );

document.body.append(
  h(
    "main",
    {},
    h(
      "header",
      {},
      h("h1", {}, content.model),
      h(
        "p",
        {},
        `Says ${content.target} of ${content.modalities.map(({ name }) => name).join(", ")}. The same by program: POST /predict, as `,
        h("a", { href: "openapi.json" }, "openapi.json"),
        " says.",
      ),
    ),
    h(
      "form",
      { onsubmit: (event: Event) => void predict(event) },
      examples,
      ...fields.map(({ element }) => element),
      h("button", { type: "submit" }, "Predict"),
    ),
    h("section", { "aria-label": "Answer" }, h("h2", {}, "Answer"), answer),
  ),
);
show(0);
