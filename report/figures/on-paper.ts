import { parseHTML } from "linkedom";

/** The page's colours on paper. */
const paper: Readonly<Record<string, string>> = {
  ink: "#1b1f24",
  quiet: "#5d6670",
  line: "#e6e9ec",
  "line-strong": "#aeb6bf",
  surface: "#ffffff",
  accent: "#3a4a5c",
  "on-accent": "#ffffff",
  wrong: "#d55e00",
  redundant: "#0072b2",
  unique1: "#e69f00",
  unique2: "#cc79a7",
  synergistic: "#009e73",
};

/** Where elements are made outside of a browser. */
export function paperDocument(): Document {
  const { document } = parseHTML("<!doctype html><html><body></body></html>") as unknown as {
    document: Document;
  };
  return document;
}

/** A file of its own: colours by value, a font, and the name space that an HTML page doesn't need. */
export function onPaper(svg: string): string {
  const coloured = svg.replace(/var\(--([a-z0-9-]+)\)/g, (_, name: string) => paper[name] ?? "#000000");
  return coloured
    .replace(/^<svg(?![^>]*xmlns=)/, '<svg xmlns="http://www.w3.org/2000/svg"')
    .replace(/^<svg((?:(?!font-family)[^>])*)>/, '<svg font-family="Inter, system-ui, sans-serif"$1>');
}
