import { readFile } from "node:fs/promises";
import * as tf from "@tensorflow/tfjs-core";

export interface Versions {
  mmspec: string;
  node: string;
  tensorflow: string;
}

/** What a run was computed with. */
export async function versions(): Promise<Versions> {
  return { mmspec: await ownVersion(), node: process.versions.node, tensorflow: tf.version_core };
}

/** The version in mmspec's own package.json, two or three folders up from here. */
async function ownVersion(): Promise<string> {
  for (const path of ["../../package.json", "../../../package.json"]) {
    const text = await readFile(new URL(path, import.meta.url), "utf8").catch(() => undefined);
    const content = text === undefined ? {} : (JSON.parse(text) as { name?: string; version?: string });
    if (content.name === "mmspec" && content.version !== undefined) return content.version;
  }
  return "unknown";
}
