import { h } from "../page/dom.js";
import type { Answer } from "./answer.js";
import { showPage } from "./page.js";
import "./try.css";

interface Said {
  answers?: Answer[];
  error?: { message: string; at?: string };
}

showPage(
  async (sample) => {
    const response = await fetch("predict", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ samples: [sample] }),
    }).catch(() => {
      throw new Error("The service doesn't answer.");
    });
    const { answers: [first] = [], error } = (await response.json()) as Said;
    if (first === undefined)
      throw new Error([error?.at, error?.message ?? response.statusText].filter(Boolean).join(": "));
    return first;
  },
  ["The same by program: POST /predict, as ", h("a", { href: "openapi.json" }, "openapi.json"), " says."],
);
