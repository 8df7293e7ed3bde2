import { h } from "../page/dom.js";
import { draw, isPicture } from "./picture.js";
import { showAnswer, type Answer } from "./answer.js";

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

/** What the model says of a sample. @throws Error that says what is wrong with it */
type Ask = (sample: Record<string, unknown>) => Promise<Answer>;

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

/**
 * Shows the page to try a model, which the document's content describes.
 * @param how the same is asked by program
 */
export function showPage(ask: Ask, how: readonly (Node | string)[]): void {
  const content = JSON.parse(document.getElementById("content")?.textContent ?? "{}") as Content;
  const fields = content.modalities.map(field);
  const answer = h(
    "div",
    { class: "answer", "aria-live": "polite" },
    h("p", { class: "quiet" }, "No answer yet."),
  );
  const problem = (text: string) => answer.replaceChildren(h("p", { class: "problem", role: "alert" }, text));

  const show = (example: number): void => {
    const { sample = {} } = content.examples[example] ?? {};
    for (const { name, write } of fields) write(Object.hasOwn(sample, name) ? sample[name] : undefined);
  };

  const predict = async (event: Event): Promise<void> => {
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
      const said = await ask(Object.fromEntries(values));
      answer.replaceChildren(...showAnswer(content.target, said));
    } catch (error) {
      problem(error instanceof Error ? error.message : String(error));
    }
  };

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
          `Says ${content.target} of ${content.modalities.map(({ name }) => name).join(", ")}. `,
          ...how,
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
}
