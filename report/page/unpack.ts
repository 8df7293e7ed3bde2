import { unpackColumns, type ColumnPlace, type Values } from "../content.js";

/** Columns that the page holds in an element: base64, zipped. */
export async function columnsIn(id: string, places: readonly ColumnPlace[]): Promise<Map<string, Values>> {
  const element = document.getElementById(id);
  const text = atob(element?.textContent ?? "");
  const zipped = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) zipped[i] = text.charCodeAt(i);
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  element?.remove();
  return unpackColumns(places, bytes);
}
