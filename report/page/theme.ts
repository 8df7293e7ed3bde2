import { h } from "./dom.js";

const choices = ["auto", "light", "dark"] as const;

/** A switch between light, dark and what the system says. */
export function themeSwitch(changed: () => void): HTMLElement {
  const root = document.documentElement;
  const stored = remembered();
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;
  const buttons = choices.map((choice) =>
    h(
      "button",
      {
        type: "button",
        "aria-pressed": String((root.dataset.theme ?? "auto") === choice),
        onclick: () => {
          if (choice === "auto") delete root.dataset.theme;
          else root.dataset.theme = choice;
          remember(choice);
          buttons.forEach((button, b) => button.setAttribute("aria-pressed", String(choices[b] === choice)));
          changed();
        },
      },
      choice,
    ),
  );
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  return h("div", { class: "segments", role: "group", "aria-label": "colours" }, ...buttons);
}

// A page from a disk may have no storage.
function remembered(): string | null {
  try {
    return localStorage.getItem("mmspec-theme");
  } catch {
    return null;
  }
}

function remember(choice: string): void {
  try {
    localStorage.setItem("mmspec-theme", choice);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** A colour of the page as it is now. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
